package dev.groundwork.rag.llm;

import dev.groundwork.rag.TokenVectors;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Picks the tokens of a text that tell something of it, and takes from their vectors what all tokens of the model have in
 * common: the mean over some sentences on all sorts of things, which is computed when it is first needed. Without that all
 * cosines are high and alike. Thread-safe.
 */
final class TellingTokens {

    private static final String PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~–—‘’“”„…·•«»。、，";

    /** What the mean is taken over. Which sentences these are matters little, as long as they are of many kinds. */
    private static final List<String> SENTENCES = List.of(
            "The heart pumps blood through arteries and veins to every part of the body.",
            "A river that carries sand and clay builds a delta where it meets the sea.",
            "Interest rates were raised twice last year to slow the growth of prices.",
            "The server returns status 503 while the database is being restarted.",
            "She scored two goals in the final and was named player of the season.",
            "Add the flour slowly, stir well, and bake the cake for forty minutes.",
            "In 1848 revolutions broke out in many cities of Europe within a few weeks.",
            "Light bends when it passes from air into water because its speed changes.",
            "Tenants must give notice in writing three months before they move out.",
            "The symphony opens with four notes that return throughout the first movement.",
            "Mutations of this gene raise the risk of breast cancer in younger women.",
            "To rotate the key, create a new one, deploy it, and revoke the old one.",
            "Wolves hunt in packs and can follow a herd of elk for several days.",
            "The committee approved the budget by nine votes to four after a long debate.",
            "Steel is an alloy of iron and carbon that is stronger than either of them.",
            "Passengers with connecting flights should go to gate twelve on the upper floor.",
            "A neural network learns by changing its weights a little after each example.",
            "The novel tells the story of a sailor who is lost on an island for years.",
            "Vaccines train the immune system to recognise a virus before it does harm.",
            "Mount Kilimanjaro, in Tanzania, is the highest mountain on the continent.",
            "Press the red button to stop the machine, then disconnect the power supply.",
            "The court found that the contract had been signed under false pretences.",
            "Most of the energy that reaches the Earth from the Sun is visible light.",
            "The company sold more bicycles in Asia than in all other markets together.");

    /** What is known of the model's tokens: the ids that tell nothing, and what all others have in common. */
    @SuppressWarnings("ArrayRecordComponent") // compared by no one
    private record Known(Set<Long> silent, float[] mean) {}

    private @Nullable Known known;

    /** Reads a text's tokens with the model. */
    interface Model {
        /** Returns the ids of a text's tokens, special ones included. */
        long[] ids(String text);

        /** Returns one vector for each id. */
        FloatBuffer run(long[] ids);
    }

    private final Model model;
    private final int dimension;

    TellingTokens(Model model, int dimension) {
        this.model = model;
        this.dimension = dimension;
    }

    private Set<Long> silent() {
        Set<Long> ids = new HashSet<>();
        StopWords.all().forEach(word -> addSingle(word, ids));
        PUNCTUATION.codePoints().forEach(mark -> addSingle(Character.toString(mark), ids));
        return Set.copyOf(ids);
    }

    /** A word of several tokens is left alone: its tokens are in other words too. */
    private void addSingle(String word, Set<Long> to) {
        long[] ids = model.ids(word);
        if (ids.length == 3) {
            to.add(ids[1]);
        }
    }

    /**
     * Picks tokens.
     *
     * @param ids all of the text's
     * @param vectors one for each of them
     * @param from the first that may be picked
     * @param to after the last one
     */
    TokenVectors of(long[] ids, FloatBuffer vectors, int from, int to) {
        Known common = known();
        List<Integer> picked = new ArrayList<>();
        List<float[]> centred = new ArrayList<>();
        for (int token = from; token < to; token++) {
            if (common.silent.contains(ids[token])) {
                continue;
            }
            float[] vector = unit(vectors, token);
            double squares = 0;
            for (int i = 0; i < dimension; i++) {
                vector[i] -= common.mean[i];
                squares += (double) vector[i] * vector[i];
            }
            if (squares > 0 && Double.isFinite(squares)) {
                picked.add((int) ids[token]);
                centred.add(vector);
            }
        }
        return TokenVectors.of(picked.stream().mapToInt(Integer::intValue).toArray(), centred.toArray(float[][]::new));
    }

    private synchronized Known known() {
        Known before = known;
        if (before != null) {
            return before;
        }
        Set<Long> silent = silent();
        double[] sum = new double[dimension];
        long count = 0;
        for (String sentence : SENTENCES) {
            long[] ids = model.ids(sentence);
            FloatBuffer vectors = model.run(ids);
            for (int token = 1; token < ids.length - 1; token++) {
                if (!silent.contains(ids[token])) {
                    float[] vector = unit(vectors, token);
                    for (int i = 0; i < dimension; i++) {
                        sum[i] += vector[i];
                    }
                    count++;
                }
            }
        }
        float[] computed = new float[dimension];
        for (int i = 0; i < dimension && count > 0; i++) {
            computed[i] = (float) (sum[i] / count);
        }
        Known now = new Known(silent, computed);
        known = now;
        return now;
    }

    /** Returns a token's vector brought to length one; of zeros where it has none. */
    private float[] unit(FloatBuffer vectors, int token) {
        float[] vector = new float[dimension];
        vectors.get(token * dimension, vector);
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        if (!(squares > 0) || !Double.isFinite(squares)) {
            Arrays.fill(vector, 0);
            return vector;
        }
        float length = (float) Math.sqrt(squares);
        for (int i = 0; i < dimension; i++) {
            vector[i] /= length;
        }
        return vector;
    }
}
