package dev.groundwork.rag.examples.cli;

import dev.groundwork.rag.DocumentSource;
import dev.groundwork.rag.SourceDocument;
import dev.langchain4j.data.segment.TextSegment;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * A source of files whose segments also say where on this machine its folder stands, so that a citation from a saved
 * index can be opened.
 */
final class LocatedSource implements DocumentSource {

    /** The metadata key of the folder that a segment's source is a path below; a string. */
    static final String FOLDER = "folder";

    private final DocumentSource source;
    private final Path folder;

    LocatedSource(DocumentSource source, Path folder) {
        this.source = source;
        this.folder = folder;
    }

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public void visit(Consumer<? super SourceDocument> visitor) {
        source.visit(document -> visitor.accept(new Located(document, folder.toString())));
    }

    @Override
    public long estimatedSize() {
        return source.estimatedSize();
    }

    private record Located(SourceDocument document, String folder) implements SourceDocument {

        @Override
        public String id() {
            return document.id();
        }

        @Override
        public String fingerprint() {
            return document.fingerprint();
        }

        @Override
        public String conditions() {
            return document.conditions();
        }

        @Override
        public List<TextSegment> load() {
            List<TextSegment> segments = document.load();
            segments.forEach(segment -> segment.metadata().put(FOLDER, folder));
            return segments;
        }
    }
}
