package dev.groundwork.rag.benchmarks.passages;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Long documents, and questions with the characters that answer them.
 *
 * @param documents texts by id
 * @param questions the questions
 */
public record EvidenceSet(Map<String, String> documents, List<Question> questions) {

    /**
     * A question.
     *
     * @param text what is asked
     * @param evidence where the answer stands
     */
    public record Question(String text, Spans evidence) {}

    /** Copies. */
    public EvidenceSet {
        documents = Collections.unmodifiableMap(new LinkedHashMap<>(documents));
        questions = List.copyOf(questions);
    }

    /** Reads {@code corpus.jsonl}, and {@code queries.jsonl} with {@code doc} and {@code spans}. */
    public static EvidenceSet read(Path folder) throws IOException {
        ObjectMapper json = new ObjectMapper();
        Map<String, String> documents = new LinkedHashMap<>();
        for (String line : Files.readAllLines(folder.resolve("corpus.jsonl"))) {
            JsonNode entry = json.readTree(line);
            documents.put(entry.path("_id").asText(), entry.path("text").asText());
        }
        List<Question> questions = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve("queries.jsonl"))) {
            JsonNode entry = json.readTree(line);
            List<Spans.Span> spans = new ArrayList<>();
            for (JsonNode span : entry.path("spans")) {
                spans.add(new Spans.Span(
                        entry.path("doc").asText(),
                        span.get(0).asInt(),
                        span.get(1).asInt()));
            }
            questions.add(new Question(entry.path("text").asText(), new Spans(spans)));
        }
        return new EvidenceSet(documents, questions);
    }
}
