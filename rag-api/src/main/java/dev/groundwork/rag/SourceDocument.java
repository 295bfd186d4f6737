package dev.groundwork.rag;

import dev.langchain4j.data.segment.TextSegment;
import java.util.List;

/**
 * One document of a {@link DocumentSource}: known by its {@link #id()}, recognised by its {@link #fingerprint()}, and
 * parsed and split into segments only when {@link #load()} is called.
 */
public interface SourceDocument {

    /** Returns what identifies the document within its source, for instance its path below a folder, with {@code /}. */
    String id();

    /**
     * Returns a hash of all that its segments depend on: the content, and the parser's and splitter's settings. A
     * document whose fingerprint is the one the index remembers is not loaded again.
     *
     * @throws DocumentException if the content can't be read
     */
    String fingerprint();

    /**
     * Returns what decides besides the content whether the document can be read, such as limits. One that could not be
     * read for good is tried again when its fingerprint or its conditions change.
     */
    default String conditions() {
        return "";
    }

    /**
     * Reads, parses and splits the document.
     *
     * @return its segments in reading order, each with the metadata of {@link SegmentKeys} that apply; empty where the
     *     document holds no text
     * @throws DocumentException if the document can't be read or parsed; the message says why, without its text
     */
    List<TextSegment> load();
}
