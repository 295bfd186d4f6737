package dev.groundwork.rag.observability;

import dev.groundwork.rag.Answer;
import dev.groundwork.rag.Citation;
import dev.groundwork.rag.Hit;
import dev.groundwork.rag.RagEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Adds the texts of a question to its event, where that is switched on: each redacted as a whole and then cut. A text whose
 * redaction fails is left out.
 */
final class ContentFields {

    private final Redactor redactor;
    private final int maxChars;
    private final Runnable onFailure;

    ContentFields(Redactor redactor, int maxChars, Runnable onFailure) {
        this.redactor = redactor;
        this.maxChars = maxChars;
        this.onFailure = onFailure;
    }

    void add(LogEvent.Builder fields, RagEvent.AskCompleted event) {
        query(fields, event.question().text());
        text(fields, "rag.answer_text", event.result().text());
        if (!(event.result() instanceof Answer.Abstained)) {
            chunks(fields, event.result().citations().stream().map(Chunk::of).toList());
        }
    }

    void add(LogEvent.Builder fields, RagEvent.SearchCompleted event) {
        query(fields, event.question().text());
        chunks(fields, event.result().hits().stream().map(Chunk::of).toList());
    }

    void add(LogEvent.Builder fields, RagEvent.QuestionFailed event) {
        query(fields, event.question().text());
    }

    private void query(LogEvent.Builder fields, String text) {
        text(fields, "rag.query_text", text);
    }

    private void text(LogEvent.Builder fields, String key, String text) {
        fields.text(key, redacted(text));
    }

    private void chunks(LogEvent.Builder fields, List<Chunk> chunks) {
        EventFields.detail(fields, "rag.chunks", chunks, Math.multiplyExact(maxChars, 4), (json, chunk) -> {
            json.writeStringField("id", SafeText.name(chunk.id()));
            String text = redacted(chunk.text());
            if (text != null) {
                json.writeStringField("text", text);
            }
        });
    }

    private @Nullable String redacted(String text) {
        try {
            String safe = redactor.redact(text);
            if (safe != null) {
                return SafeText.wellFormed(SafeText.cap(safe, maxChars));
            }
        } catch (Throwable e) { // whatever it is: a text that was not looked at must not be written
        }
        onFailure.run();
        return null;
    }

    /** A piece of a source. */
    private record Chunk(String id, String text) {

        static Chunk of(Hit hit) {
            return new Chunk(hit.id(), hit.segment().text());
        }

        static Chunk of(Citation citation) {
            return new Chunk(citation.segmentId(), citation.quote());
        }
    }
}
