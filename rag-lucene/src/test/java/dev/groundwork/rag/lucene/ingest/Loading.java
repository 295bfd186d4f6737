package dev.groundwork.rag.lucene.ingest;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.groundwork.rag.DocumentException;
import dev.groundwork.rag.SegmentKeys;
import dev.groundwork.rag.SourceDocument;
import dev.langchain4j.data.segment.TextSegment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Writes a file, loads it through {@link Documents}, and reads what came of it. */
final class Loading {

    private Loading() {}

    static Path write(Path folder, String name, String content) {
        return write(folder, name, content.getBytes(StandardCharsets.UTF_8));
    }

    static Path write(Path folder, String name, byte[] content) {
        try {
            Path file = folder.resolve(name);
            Files.createDirectories(Objects.requireNonNull(file.getParent()));
            return Files.write(file, content);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    static List<SourceDocument> documents(Documents source) {
        List<SourceDocument> documents = new ArrayList<>();
        source.visit(documents::add);
        return documents;
    }

    static List<TextSegment> load(Documents source) {
        return documents(source).getFirst().load();
    }

    static List<TextSegment> load(Path folder, String name, String content) {
        return load(Documents.file(write(folder, name, content)));
    }

    static String reason(Documents source) {
        SourceDocument document = documents(source).getFirst();
        return assertThrows(DocumentException.class, document::load).reason();
    }

    static List<String> texts(List<TextSegment> segments) {
        return segments.stream().map(TextSegment::text).toList();
    }

    /** Its lines as "first-last". */
    static String lines(TextSegment segment) {
        return segment.metadata().getInteger(SegmentKeys.START_LINE) + "-"
                + segment.metadata().getInteger(SegmentKeys.END_LINE);
    }

    static String headings(TextSegment segment) {
        String headings = segment.metadata().getString(SegmentKeys.HEADINGS);
        return headings == null ? "" : headings;
    }

    static String title(TextSegment segment) {
        String title = segment.metadata().getString(SegmentKeys.TITLE);
        return title == null ? "" : title;
    }
}
