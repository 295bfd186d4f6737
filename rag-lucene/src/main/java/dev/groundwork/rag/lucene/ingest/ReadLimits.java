package dev.groundwork.rag.lucene.ingest;

/**
 * What a reader may take before it gives a document up.
 *
 * @param maxCharacters characters of text
 * @param maxExpandedBytes bytes that what is compressed in it may expand to, all together
 */
record ReadLimits(int maxCharacters, long maxExpandedBytes) {

    /** How deep elements, objects, messages may stand in each other: far deeper than people write. */
    static final int MAX_DEPTH = 256;

    /** Elements, rows or values that a document may have: each takes heap while it is read, however little text it has. */
    static final int MAX_PARTS = 1_000_000;

    /** Returns why a text of this length is refused. */
    UnreadableException tooLong() {
        return new UnreadableException("too long: more than " + maxCharacters + " characters");
    }

    /** Throws where a text has grown longer than allowed. */
    void check(CharSequence text) throws UnreadableException {
        if (text.length() > maxCharacters) {
            throw tooLong();
        }
    }

    /** Throws where the thread was told to stop, for the parse has taken too long. */
    static void checkInterrupted() throws UnreadableException {
        if (Thread.currentThread().isInterrupted()) {
            throw UnreadableException.passing("interrupted", null);
        }
    }
}
