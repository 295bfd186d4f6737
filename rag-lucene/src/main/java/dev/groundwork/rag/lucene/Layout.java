package dev.groundwork.rag.lucene;

import dev.groundwork.rag.IndexException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How an index keeps its segments: what is decided when it is made and can only be changed by a rebuild.
 *
 * @param similarity how vectors are compared
 * @param profile how their graph is built
 * @param analysis which terms texts have
 */
record Layout(VectorSimilarity similarity, VectorProfile profile, TextAnalysis analysis) {

    private static final String ANALYSIS_KEY = "groundwork.analyzer";
    private static final String SIMILARITY_KEY = "groundwork.similarity";
    private static final String PROFILE_KEY = "groundwork.profile";

    static final Layout DEFAULT = new Layout(VectorSimilarity.COSINE, VectorProfile.BALANCED, TextAnalysis.DEFAULT);

    /**
     * What is asked for when an index is opened; what is {@code null} is as the index has it, or the default.
     *
     * @param similarity how vectors are compared
     * @param profile how their graph is built
     * @param analysis which terms texts have
     */
    record Wish(
            @Nullable VectorSimilarity similarity,
            @Nullable VectorProfile profile,
            @Nullable TextAnalysis analysis) {

        static final Wish ANY = new Wish(null, null, null);

        Layout forNew() {
            return new Layout(
                    similarity == null ? DEFAULT.similarity : similarity,
                    profile == null ? DEFAULT.profile : profile,
                    analysis == null ? DEFAULT.analysis : analysis);
        }

        /** Throws if an index was made otherwise; names everything that differs. */
        void check(String location, Layout made) {
            List<String> differences = new ArrayList<>();
            if (similarity != null && similarity != made.similarity) {
                differences.add(difference("similarity", name(made.similarity), name(similarity)));
            }
            if (profile != null && profile != made.profile) {
                differences.add(difference("vector profile", name(made.profile), name(profile)));
            }
            TextAnalysis asked = analysis == null && !made.analysis.isKnown() ? DEFAULT.analysis : analysis;
            if (asked != null && !asked.equals(made.analysis)) {
                differences.add(difference("text analysis", made.analysis.id(), asked.id()));
            }
            if (!differences.isEmpty()) {
                throw new IndexException(
                        location,
                        "made with " + String.join(", ", differences)
                                + "; open it as it was made, and rebuild it (LuceneIndex.rebuild) if it is to be"
                                + " otherwise",
                        null);
            }
        }

        private static String difference(String what, String made, String asked) {
            return what + " " + made + ", not " + asked;
        }
    }

    void addTo(Map<String, String> data) {
        data.put(ANALYSIS_KEY, analysis.id());
        data.put(SIMILARITY_KEY, name(similarity));
        data.put(PROFILE_KEY, name(profile));
    }

    /**
     * Reads a layout.
     *
     * @throws IllegalArgumentException if there is none, or it is of a later version
     */
    static Layout of(Map<String, String> data) {
        return new Layout(
                value(VectorSimilarity.class, data, SIMILARITY_KEY),
                value(VectorProfile.class, data, PROFILE_KEY),
                new TextAnalysis(required(data, ANALYSIS_KEY)));
    }

    private static <E extends Enum<E>> E value(Class<E> type, Map<String, String> data, String key) {
        String text = required(data, key);
        return Enum.valueOf(type, text.toUpperCase(Locale.ROOT));
    }

    private static String required(Map<String, String> data, String key) {
        String value = data.get(key);
        if (value == null) {
            throw new IllegalArgumentException("no " + key);
        }
        return value;
    }

    private static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
