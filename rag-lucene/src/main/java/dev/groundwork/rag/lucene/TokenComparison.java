package dev.groundwork.rag.lucene;

import dev.groundwork.rag.TokenVectors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.lucene.util.VectorUtil;
import org.jspecify.annotations.Nullable;

/** Compares the tokens of a question with those of segments. Confined to one thread. */
final class TokenComparison {

    /** More tokens of a question would take longer and say little more; the most telling ones are taken. */
    static final int MAX_ASKED = 64;

    private final TokenVectors question;
    private final int[] taken;
    private final byte[][] asked;
    private final double[] weights;
    private final double allWeights;
    private final byte[] packed;

    private record Found(String id, int doc) {}

    private TokenComparison(Snapshot snapshot, TokenVectors question) throws IOException {
        this.question = question;
        double[] all = new double[question.size()];
        for (int token = 0; token < all.length; token++) {
            all[token] = TokenFields.weight(snapshot, question.id(token));
        }
        taken = IntStream.range(0, all.length)
                .boxed()
                .sorted(Comparator.comparingDouble(token -> -all[token]))
                .limit(MAX_ASKED)
                .mapToInt(Integer::intValue)
                .toArray();
        asked = new byte[taken.length][question.dimension()];
        weights = new double[taken.length];
        for (int i = 0; i < taken.length; i++) {
            question.codes(taken[i], asked[i]);
            weights[i] = all[taken[i]];
        }
        allWeights = Arrays.stream(weights).sum();
        packed = new byte[question.dimension() / 2];
    }

    /** Returns how near each segment is to the question; nothing for those that are not there or have no such tokens. */
    static Map<String, Double> of(
            Snapshot snapshot, TokenVectors question, List<String> ids, @Nullable FilteredDocs visible)
            throws IOException {
        List<Found> found = new ArrayList<>();
        for (String id : ids) {
            int doc = snapshot.find(id);
            if (doc >= 0 && (visible == null || visible.contains(snapshot, doc))) {
                found.add(new Found(id, doc));
            }
        }
        if (question.size() == 0 || found.isEmpty()) {
            return Map.of();
        }
        found.sort(Comparator.comparingInt(Found::doc)); // as files want to be read
        TokenComparison comparison = new TokenComparison(snapshot, question);
        TokenFields.Reading reading = new TokenFields.Reading(snapshot);
        Map<String, Double> near = new HashMap<>();
        for (Found one : found) {
            TokenVectors tokens = reading.read(one.doc);
            if (tokens != null && tokens.size() > 0 && tokens.dimension() == question.dimension()) {
                near.put(one.id, comparison.nearness(tokens));
            }
        }
        return near;
    }

    private double nearness(TokenVectors tokens) {
        double[] best = new double[asked.length];
        Arrays.fill(best, -1);
        for (int token = 0; token < tokens.size(); token++) {
            tokens.packedCodes(token, packed);
            for (int q = 0; q < asked.length; q++) {
                int dot = VectorUtil.int4DotProductSinglePacked(asked[q], packed);
                best[q] = Math.max(best[q], TokenVectors.cosine(question, taken[q], tokens, token, dot));
            }
        }
        double sum = 0;
        for (int q = 0; q < asked.length; q++) {
            sum += weights[q] * best[q];
        }
        return allWeights > 0 ? sum / allWeights : 0;
    }
}
