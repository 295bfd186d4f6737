package dev.groundwork.rag;

/** An index was made with another embedding model than the one it is to be used with. */
public final class IndexMismatchException extends IndexException {

    private static final long serialVersionUID = 1L;

    private final EmbeddingSpec expected;
    private final EmbeddingSpec actual;

    /**
     * Makes one.
     *
     * @param location where the index is
     * @param expected what the index was made with
     * @param actual what it was to be used with
     */
    public IndexMismatchException(String location, EmbeddingSpec expected, EmbeddingSpec actual) {
        super(
                location,
                "made with another embedding model: " + difference(expected, actual)
                        + "; use that model, or rebuild the index, or ingest into a new one",
                null);
        this.expected = expected;
        this.actual = actual;
    }

    private static String difference(EmbeddingSpec expected, EmbeddingSpec actual) {
        StringBuilder text = new StringBuilder();
        if (!expected.modelName().equals(actual.modelName())) {
            text.append("model ").append(expected.modelName()).append(", not ").append(actual.modelName());
        }
        if (expected.dimension() != actual.dimension()) {
            text.append(text.isEmpty() ? "" : "; ");
            text.append("dimension ")
                    .append(expected.dimension())
                    .append(", not ")
                    .append(actual.dimension());
        }
        if (!expected.fingerprint().equals(actual.fingerprint())) {
            text.append(text.isEmpty() ? "" : "; ");
            text.append("fingerprint '").append(expected.fingerprint()).append("', not '");
            text.append(actual.fingerprint()).append('\'');
        }
        return text.toString();
    }

    /** Returns what the index was made with. */
    public EmbeddingSpec expected() {
        return expected;
    }

    /** Returns what it was to be used with. */
    public EmbeddingSpec actual() {
        return actual;
    }
}
