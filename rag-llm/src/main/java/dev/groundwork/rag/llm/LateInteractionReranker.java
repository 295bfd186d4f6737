package dev.groundwork.rag.llm;

import dev.groundwork.rag.Deadline;
import dev.groundwork.rag.Hit;
import dev.groundwork.rag.MinMax;
import dev.groundwork.rag.Question;
import dev.groundwork.rag.Reranker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compares each token of the question with each token of a passage, by the vectors that the embedding model has for them, and
 * adds up the best match of each: MaxSim, of Khattab and Zaharia, "ColBERT", SIGIR 2020, with a model that was not trained for
 * it. Vectors are taken less their mean over the candidates, and a token counts the more the fewer candidates have it. Three
 * fifths of the new score are the one that the hit came with. Needs nothing but the embedding model.
 *
 * <p>Only the first {@value #DEFAULT_CANDIDATES} hits are looked at; what is behind them stays behind. Reading a passage takes
 * as long as embedding it, some tens of milliseconds, so this is no default; what was read lately is kept, up to
 * {@value #MAX_CACHED_BYTES} bytes. Measured on 200 questions each, nDCG@10 went from .912 to .927 on medical ones, and
 * from .752 to .750 on claims of biology.
 *
 * <p>Thread-safe. It does not close the model.
 */
public final class LateInteractionReranker implements Reranker {

    /** Few, since each has to be read. */
    public static final int DEFAULT_CANDIDATES = 10;

    /** What is kept of passages that were read: about 1,300 passages of 200 tokens. */
    public static final int MAX_CACHED_BYTES = 100_000_000;

    private static final double WEIGHT = 0.4;

    private final OnnxEmbeddingModel model;
    private final int candidates;
    private final Map<String, EncodedTokens> cache = new LinkedHashMap<>(16, 0.75f, true);
    private long cachedBytes;

    private LateInteractionReranker(OnnxEmbeddingModel model, int candidates) {
        this.model = model;
        this.candidates = candidates;
    }

    /** Makes one with {@link #DEFAULT_CANDIDATES}. */
    public static LateInteractionReranker of(OnnxEmbeddingModel model) {
        return of(model, DEFAULT_CANDIDATES);
    }

    /**
     * Makes one.
     *
     * @param candidates how many hits are looked at, 2 to 1,000
     */
    public static LateInteractionReranker of(OnnxEmbeddingModel model, int candidates) {
        if (candidates < 2 || candidates > Question.MAX_LIMIT) {
            throw new IllegalArgumentException(
                    "candidates is " + candidates + ", must be from 2 to " + Question.MAX_LIMIT);
        }
        return new LateInteractionReranker(Objects.requireNonNull(model, "model"), candidates);
    }

    @Override
    public String name() {
        return "late-interaction";
    }

    @Override
    public List<Hit> rerank(Question question, List<Hit> hits, int limit, Deadline deadline)
            throws InterruptedException {
        int looked = Math.min(candidates, hits.size());
        List<EncodedTokens> passages = new ArrayList<>();
        for (Hit hit : hits.subList(0, looked)) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            deadline.check(name());
            passages.add(passage(hit.segment().text()));
        }
        deadline.check(name());
        double[] before = MinMax.scaled(hits.subList(0, looked).stream()
                .mapToDouble(hit -> hit.score().value())
                .toArray());
        double[] similar = MinMax.scaled(similarities(model.queryTokens(question.text()), passages));
        List<Double> scores = new ArrayList<>();
        for (int i = 0; i < hits.size(); i++) {
            // Those that were not looked at stay behind, in their order.
            scores.add(i < looked ? (1 - WEIGHT) * before[i] + WEIGHT * similar[i] : looked - (double) i - 1);
        }
        return Reordering.byScore(name(), hits, scores, limit);
    }

    private EncodedTokens passage(String text) {
        synchronized (cache) {
            EncodedTokens known = cache.get(text);
            if (known != null) {
                return known;
            }
        }
        EncodedTokens read = model.passageTokens(text);
        synchronized (cache) {
            @Nullable EncodedTokens other = cache.put(text, read);
            cachedBytes += read.bytes() - (other == null ? 0 : other.bytes());
            var oldest = cache.entrySet().iterator();
            while (cachedBytes > MAX_CACHED_BYTES && cache.size() > 1 && oldest.hasNext()) {
                cachedBytes -= oldest.next().getValue().bytes();
                oldest.remove();
            }
        }
        return read;
    }

    private double[] similarities(EncodedTokens question, List<EncodedTokens> passages) {
        float[] mean = mean(passages, model.dimension());
        float[][] asked = question.centred(mean);
        Map<Long, Integer> having = new HashMap<>();
        for (EncodedTokens passage : passages) {
            Set<Long> different = new HashSet<>();
            for (int i = 0; i < passage.size(); i++) {
                if (different.add(passage.id(i))) {
                    having.merge(passage.id(i), 1, Integer::sum);
                }
            }
        }
        double[] scores = new double[passages.size()];
        for (int p = 0; p < scores.length; p++) {
            float[][] tokens = passages.get(p).centred(mean);
            for (int q = 0; q < asked.length; q++) {
                int df = having.getOrDefault(question.id(q), 0);
                scores[p] += Math.log1p((scores.length - df + 0.5) / (df + 0.5)) * best(asked[q], tokens);
            }
        }
        return scores;
    }

    private static float[] mean(List<EncodedTokens> passages, int dimension) {
        double[] sum = new double[dimension];
        long count = 0;
        for (EncodedTokens passage : passages) {
            passage.addTo(sum);
            count += passage.size();
        }
        float[] mean = new float[dimension];
        for (int i = 0; i < dimension && count > 0; i++) {
            mean[i] = (float) (sum[i] / count);
        }
        return mean;
    }

    private static double best(float[] asked, float[][] tokens) {
        float best = tokens.length == 0 ? 0 : -1;
        for (float[] token : tokens) {
            float dot = 0;
            for (int i = 0; i < asked.length; i++) {
                dot += asked[i] * token[i];
            }
            best = Math.max(best, dot);
        }
        return best;
    }
}
