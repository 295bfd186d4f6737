package dev.groundwork.rag.benchmarks.passages;

import java.util.HashMap;
import java.util.Map;

/** Finds where a passage stands in its document, whatever white space a splitter has changed. */
public final class Locator {

    private final Map<String, Letters> documents = new HashMap<>();

    /** A text without its white space, and where each of its characters was. */
    private static final class Letters {

        private final String text;
        private final int[] offsets;

        private Letters(String text, int[] offsets) {
            this.text = text;
            this.offsets = offsets;
        }

        static Letters of(String text) {
            StringBuilder letters = new StringBuilder(text.length());
            int[] offsets = new int[text.length()];
            for (int at = 0; at < text.length(); at++) {
                if (!Character.isWhitespace(text.charAt(at))) {
                    offsets[letters.length()] = at;
                    letters.append(text.charAt(at));
                }
            }
            return new Letters(letters.toString(), offsets);
        }
    }

    /** Makes one for documents by id. */
    public Locator(Map<String, String> documents) {
        documents.forEach((id, text) -> this.documents.put(id, Letters.of(text)));
    }

    /**
     * Returns where a passage stands.
     *
     * @param after from what character on it is looked for
     * @throws IllegalArgumentException if it does not stand there
     */
    public Spans.Span find(String document, String passage, int after) {
        Letters letters = documents.get(document);
        if (letters == null) {
            throw new IllegalArgumentException("document: there is no " + document);
        }
        String wanted = Letters.of(passage).text;
        int from = 0;
        int to = letters.text.length();
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (letters.offsets[middle] < after) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        int at = letters.text.indexOf(wanted, from);
        if (at < 0 || wanted.isEmpty()) {
            throw new IllegalArgumentException(
                    "passage: of " + passage.length() + " characters is not in " + document + " after " + after);
        }
        return new Spans.Span(document, letters.offsets[at], letters.offsets[at + wanted.length() - 1] + 1);
    }
}
