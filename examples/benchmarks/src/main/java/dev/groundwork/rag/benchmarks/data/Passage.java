package dev.groundwork.rag.benchmarks.data;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A text to be indexed.
 *
 * @param text its words
 * @param source the collection it is from
 * @param document the document it is from
 */
public record Passage(String text, String source, String document) {

    /** Returns what every engine that keeps metadata keeps of the passage of this number. */
    public Map<String, String> metadata(int ordinal) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("source", source);
        metadata.put("document", document);
        for (Share share : Share.values()) {
            if (share != Share.ALL) {
                metadata.put(share.key(), share.value(ordinal));
            }
        }
        return metadata;
    }

    /** Returns the id of the passage of a number. */
    public static String id(int ordinal) {
        return "p" + ordinal;
    }

    /** Returns the number of the passage of an id. */
    public static int ordinal(String id) {
        return Integer.parseInt(id, 1, id.length(), 10);
    }
}
