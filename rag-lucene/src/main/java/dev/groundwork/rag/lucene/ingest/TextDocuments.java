package dev.groundwork.rag.lucene.ingest;

import dev.groundwork.rag.DocumentSource;
import dev.groundwork.rag.SegmentKeys;
import dev.groundwork.rag.SourceDocument;
import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.segment.TextSegment;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Plain texts that the application has already, from a table or a file of its own, as a source of documents. They are split
 * as {@link Documents} splits a text file.
 *
 * <p>A title stands above its text, as it does in a file, so that the first passage holds it: what a document is about is often
 * said nowhere else. A document whose text is empty is found by its title. Immutable if the texts are; thread-safe if they may be iterated
 * by several threads.
 */
public final class TextDocuments implements DocumentSource {

    /** Changes whenever the same text would be split in another way. */
    private static final String FORMAT_VERSION =
            "text 2, " + Documents.DEFAULT_TARGET_TOKENS + "/" + Documents.DEFAULT_MAX_TOKENS;

    private static final String BELOW_TITLE = "\n\n";

    private final String name;
    private final Iterable<Text> texts;
    private final long size;

    /**
     * A text.
     *
     * @param id what identifies it within its source; {@code source} of its segments
     * @param title its title; empty where it has none
     * @param text its text
     */
    public record Text(String id, String title, String text) {
        /** Checks. */
        public Text {
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(title, "title");
            Objects.requireNonNull(text, "text");
        }
    }

    private TextDocuments(String name, Iterable<Text> texts, long size) {
        this.name = name;
        this.texts = texts;
        this.size = size;
    }

    /**
     * Makes a source of texts.
     *
     * @param name under which an index remembers them; see {@link DocumentSource#name()}
     * @throws IllegalArgumentException if the name is blank
     */
    public static TextDocuments of(String name, List<Text> texts) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("name: \"" + name + "\" is blank; it must hold a visible character");
        }
        return new TextDocuments(name, List.copyOf(texts), texts.size());
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void visit(Consumer<? super SourceDocument> visitor) {
        texts.forEach(text -> visitor.accept(new Document(text)));
    }

    @Override
    public long estimatedSize() {
        return size;
    }

    private record Document(Text content) implements SourceDocument {

        @Override
        public String id() {
            return content.id();
        }

        @Override
        public String fingerprint() {
            try {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                for (String part : List.of(FORMAT_VERSION, content.title(), content.text())) {
                    digest.update(part.getBytes(StandardCharsets.UTF_8));
                    digest.update((byte) 0);
                }
                return HexFormat.of().formatHex(digest.digest());
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("Each Java platform has SHA-256", e);
            }
        }

        @Override
        public List<TextSegment> load() {
            String title = content.title().strip();
            String text = content.text();
            if (text.isBlank()) {
                return title.isEmpty() ? List.of() : List.of(titleAlone(title));
            }
            String whole = stands(title, text) ? text : title + BELOW_TITLE + text;
            DocumentText document = new DocumentText(
                    title.isEmpty() ? null : title,
                    whole,
                    lines(text, whole.length() - text.length()),
                    null,
                    PlainTextReader.paragraphs(whole, 0, whole.length(), Block.Kind.PROSE));
            return new Splitter(TokenEstimate::of, Documents.DEFAULT_TARGET_TOKENS, Documents.DEFAULT_MAX_TOKENS)
                    .split(document, content.id());
        }

        /** Whether there is nothing to put above the text, as its first line is its title already. */
        private static boolean stands(String title, String text) {
            return title.isEmpty()
                    || text.lines()
                            .map(String::strip)
                            .filter(line -> !line.isEmpty())
                            .findFirst()
                            .filter(title::equalsIgnoreCase)
                            .isPresent();
        }

        /** Numbers the lines of the text below its title, which counts to the first of them. */
        private static LineMap lines(String text, int above) {
            LineMap lines = new LineMap();
            int line = 1;
            lines.note(0, line);
            for (int at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
                lines.note(above + at + 1, ++line);
            }
            return lines;
        }

        private TextSegment titleAlone(String title) {
            Metadata metadata = new Metadata()
                    .put(SegmentKeys.SOURCE, content.id())
                    .put(SegmentKeys.TITLE, title)
                    .put(SegmentKeys.ORDINAL, 0);
            return TextSegment.from(title, metadata);
        }
    }
}
