package dev.groundwork.rag.lucene;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.IndexReader;

/**
 * The fields of words that a state of the index has.
 *
 * @param languages the languages with fields of their own, in order
 * @param counts by field, how many segments have words in it
 */
record TextFields(List<String> languages, Map<String, Integer> counts) {

    static TextFields of(IndexReader reader) throws IOException {
        TreeSet<String> languages = new TreeSet<>();
        for (String field : FieldInfos.getIndexedFields(reader)) {
            languages.add(Fields.language(field));
        }
        languages.add("");
        Map<String, Integer> counts = new HashMap<>();
        for (String language : languages) {
            for (String kind : List.of(Fields.TEXT, Fields.TITLE)) {
                String field = Fields.ofLanguage(kind, language);
                counts.put(field, reader.getDocCount(field));
            }
        }
        languages.remove("");
        return new TextFields(List.copyOf(languages), Map.copyOf(counts));
    }

    /** Returns how many segments have words in a field. */
    int count(String field) {
        return counts.getOrDefault(field, 0);
    }
}
