package dev.groundwork.rag.observability.evaluation;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A measure of one topic's ranking, defined as trec_eval 9 defines it. A document without a judgement has grade 0, as has
 * one whose grade is negative; a document is relevant from {@code relevantFrom} on; R is the number of relevant documents
 * among those judged; ranks count from 1.
 *
 * @param kind what is measured
 * @param cutoff how many documents of the ranking count; 0 for all
 */
public record RankingMetric(Kind kind, int cutoff) {

    /** What is measured; all but {@link #JUDGED} are from 0 to 1 by definition, and so is that. */
    public enum Kind {
        /**
         * Discounted cumulative gain over that of the best possible order of all judged documents, both with gains equal to
         * the grades and a discount of log2(rank + 1). trec_eval's {@code ndcg} and {@code ndcg_cut}. Grades count, whatever
         * grade is relevant.
         */
        NDCG("ndcg", "ndcg", "ndcg_cut"),
        /** Mean over the relevant documents of the precision at their ranks, 0 for those not found. {@code map}, {@code map_cut}. */
        MAP("map", "map", "map_cut"),
        /** One over the rank of the first relevant document, 0 where there is none. {@code recip_rank}. */
        MRR("mrr", "recip_rank", "recip_rank_cut"),
        /** Relevant documents found over R. {@code set_recall}, {@code recall}. */
        RECALL("recall", "set_recall", "recall"),
        /** Relevant documents found over the cutoff, also where fewer came back. {@code set_P}, {@code P}. */
        PRECISION("precision", "set_P", "P"),
        /** 1 where a relevant document is found, else 0. {@code success}. */
        SUCCESS("success", "success", "success"),
        /**
         * The share of the cutoff that is judged, which says how far the others can be trusted. 1 minus trec_eval's
         * {@code unj} where as many documents came back as the cutoff.
         */
        JUDGED("judged", "judged", "judged");

        private final String name;
        private final String trecName;
        private final String trecCutName;

        Kind(String name, String trecName, String trecCutName) {
            this.name = name;
            this.trecName = trecName;
            this.trecCutName = trecCutName;
        }
    }

    /** Checks. */
    public RankingMetric {
        Objects.requireNonNull(kind, "kind");
        if (cutoff < 0) {
            throw new IllegalArgumentException("cutoff is " + cutoff + ", must be 0 for all or more");
        }
    }

    /** Returns nDCG of the first {@code k} documents. */
    public static RankingMetric ndcg(int k) {
        return new RankingMetric(Kind.NDCG, k);
    }

    /** Returns recall of the first {@code k} documents. */
    public static RankingMetric recall(int k) {
        return new RankingMetric(Kind.RECALL, k);
    }

    /** Returns precision of the first {@code k} documents. */
    public static RankingMetric precision(int k) {
        return new RankingMetric(Kind.PRECISION, k);
    }

    /** Returns the reciprocal rank within the first {@code k} documents. */
    public static RankingMetric mrr(int k) {
        return new RankingMetric(Kind.MRR, k);
    }

    /** Returns average precision over the whole ranking; its mean over the topics is MAP. */
    public static RankingMetric map() {
        return new RankingMetric(Kind.MAP, 0);
    }

    /** Returns whether a relevant document is among the first {@code k}. */
    public static RankingMetric success(int k) {
        return new RankingMetric(Kind.SUCCESS, k);
    }

    /** Returns the share of the first {@code k} places that is judged. */
    public static RankingMetric judged(int k) {
        return new RankingMetric(Kind.JUDGED, k);
    }

    /**
     * Reads a name: {@code ndcg@10}, {@code map}, or as trec_eval has it, {@code ndcg_cut_10}, {@code P_5}.
     *
     * @throws IllegalArgumentException if there is no such metric; it lists those that there are
     */
    public static RankingMetric parse(String name) {
        int at = Math.max(name.lastIndexOf('@'), cutMark(name));
        String base = at < 0 ? name : name.substring(0, at);
        for (Kind kind : Kind.values()) {
            boolean known = base.toLowerCase(Locale.ROOT).equals(kind.name)
                    || base.equals(at < 0 ? kind.trecName : kind.trecCutName);
            if (known) {
                return new RankingMetric(kind, at < 0 ? 0 : cutoff(name, name.substring(at + 1)));
            }
        }
        String all = Arrays.stream(Kind.values()).map(k -> k.name).collect(Collectors.joining(", "));
        throw new IllegalArgumentException("metric is '" + name + "', must be one of " + all + ", each also with @K");
    }

    private static int cutMark(String name) {
        int mark = name.lastIndexOf('_');
        boolean number = mark >= 0 && name.substring(mark + 1).chars().allMatch(c -> c >= '0' && c <= '9');
        return number && mark + 1 < name.length() ? mark : -1;
    }

    private static int cutoff(String name, String text) {
        try {
            int cutoff = Integer.parseInt(text);
            if (cutoff > 0) {
                return cutoff;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new IllegalArgumentException("metric is '" + name + "', its cutoff must be a number from 1");
    }

    /** Returns the name with its cutoff, for instance {@code ndcg@10}. */
    public String id() {
        return cutoff == 0 ? kind.name : kind.name + "@" + cutoff;
    }

    /**
     * Measures one topic.
     *
     * @param ranking document ids, best first, each once
     * @param grades the topic's judgements
     * @param relevantFrom the least grade that is relevant, from 1
     * @return from 0 to 1; 0 where nothing is relevant
     */
    public double of(List<String> ranking, Map<String, Integer> grades, int relevantFrom) {
        if (relevantFrom < 1) {
            throw new IllegalArgumentException("relevantFrom is " + relevantFrom + ", must be 1 or more");
        }
        List<String> top = cutoff == 0 || cutoff >= ranking.size() ? ranking : ranking.subList(0, cutoff);
        Set<String> relevant = grades.entrySet().stream()
                .filter(e -> e.getValue() >= relevantFrom)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        long hits = top.stream().filter(relevant::contains).count();
        int places = cutoff == 0 ? ranking.size() : cutoff;
        return switch (kind) {
            case NDCG -> ndcg(top, grades);
            case MAP -> averagePrecision(top, relevant);
            case MRR -> reciprocalRank(top, relevant);
            case RECALL -> ratio(hits, relevant.size());
            case PRECISION -> ratio(hits, places);
            case SUCCESS -> hits > 0 ? 1 : 0;
            case JUDGED ->
                ratio(top.stream().filter(d -> grades.getOrDefault(d, -1) >= 0).count(), places);
        };
    }

    private static double ratio(long part, long whole) {
        return whole == 0 ? 0 : (double) part / whole;
    }

    private double ndcg(List<String> top, Map<String, Integer> grades) {
        double gain = dcg(top.stream().mapToInt(d -> grades.getOrDefault(d, 0)).toArray());
        int[] best = grades.values().stream()
                .mapToInt(g -> -g)
                .sorted()
                .map(g -> -g)
                .limit(cutoff == 0 ? Long.MAX_VALUE : cutoff)
                .toArray();
        double ideal = dcg(best);
        return ideal > 0 ? gain / ideal : 0;
    }

    private static double dcg(int[] grades) {
        double sum = 0;
        for (int i = 0; i < grades.length; i++) {
            sum += Math.max(grades[i], 0) / (Math.log(i + 2.0) / Math.log(2));
        }
        return sum;
    }

    private static double averagePrecision(List<String> top, Set<String> relevant) {
        int found = 0;
        double sum = 0;
        for (int i = 0; i < top.size(); i++) {
            if (relevant.contains(top.get(i))) {
                found++;
                sum += (double) found / (i + 1);
            }
        }
        return relevant.isEmpty() ? 0 : sum / relevant.size();
    }

    private static double reciprocalRank(List<String> top, Set<String> relevant) {
        for (int i = 0; i < top.size(); i++) {
            if (relevant.contains(top.get(i))) {
                return 1.0 / (i + 1);
            }
        }
        return 0;
    }
}
