package dev.groundwork.rag.observability.evaluation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * How well passages cover the evidence for a question, by characters. Where passages overlap, precision and IoU count a
 * character as often as it was handed over, as the reader pays for it each time; recall counts it once. See Smith and
 * Troynikov, "Evaluating Chunking Strategies for Retrieval", Chroma Technical Report, 2024.
 *
 * @param recall evidence that was handed over, over all evidence
 * @param precision evidence that was handed over, over all that was handed over
 * @param iou evidence that was handed over, over all that is evidence or was handed over
 */
public record SpanScores(double recall, double precision, double iou) {

    /**
     * A stretch of a document.
     *
     * @param document its id
     * @param start its first character, from 0
     * @param end after its last character, above {@code start}
     */
    public record Span(String document, int start, int end) {
        /** Checks. */
        public Span {
            Objects.requireNonNull(document, "document");
            if (start < 0 || end <= start) {
                throw new IllegalArgumentException(
                        "span is " + start + ".." + end + ", must start at 0 or later and end after its start");
            }
        }
    }

    /**
     * Scores.
     *
     * @param passages what was handed over, in any order
     * @param evidence what answers the question; overlaps count once
     * @throws IllegalArgumentException if there is no evidence
     */
    public static SpanScores of(List<Span> passages, List<Span> evidence) {
        if (evidence.isEmpty()) {
            throw new IllegalArgumentException("evidence is empty, recall is undefined without any");
        }
        List<Span> wanted = union(evidence);
        List<Span> covered = new ArrayList<>();
        for (Span one : wanted) {
            for (Span passage : passages) {
                int start = Math.max(one.start(), passage.start());
                int end = Math.min(one.end(), passage.end());
                if (one.document().equals(passage.document()) && start < end) {
                    covered.add(new Span(one.document(), start, end));
                }
            }
        }
        double found = length(union(covered));
        double all = length(wanted);
        double handedOver = length(passages);
        double missed = all - found;
        return new SpanScores(found / all, handedOver == 0 ? 0 : found / handedOver, found / (handedOver + missed));
    }

    private static long length(List<Span> spans) {
        return spans.stream()
                .mapToLong(span -> (long) span.end() - span.start())
                .sum();
    }

    private static List<Span> union(List<Span> spans) {
        Map<String, List<Span>> byDocument = spans.stream().collect(Collectors.groupingBy(Span::document));
        List<Span> all = new ArrayList<>();
        for (List<Span> own : byDocument.values()) {
            List<Span> joined = new ArrayList<>();
            for (Span span :
                    own.stream().sorted(Comparator.comparingInt(Span::start)).toList()) {
                if (joined.isEmpty() || joined.getLast().end() < span.start()) {
                    joined.add(span);
                } else {
                    Span last = joined.removeLast();
                    joined.add(new Span(last.document(), last.start(), Math.max(last.end(), span.end())));
                }
            }
            all.addAll(joined);
        }
        return all;
    }
}
