package dev.groundwork.rag.examples.cli;

import dev.groundwork.rag.SegmentIndex;
import dev.groundwork.rag.SegmentKeys;
import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.segment.TextSegment;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Tells where a segment stands, such that a user can open it. */
final class Places {

    private final SegmentIndex index;
    private final Path workingFolder;

    Places(SegmentIndex index) {
        this(index, Path.of("").toAbsolutePath());
    }

    Places(SegmentIndex index, Path workingFolder) {
        this.index = index;
        this.workingFolder = workingFolder;
    }

    /** Returns file and lines, for instance {@code docs/guide.md:12-14}, and the page where the format has pages. */
    String describe(String segmentId, String source, int startLine, int endLine) {
        Metadata metadata = metadata(segmentId);
        String path = path(metadata, source);
        String lines = startLine == 0 ? "" : startLine == endLine ? ":" + startLine : ":" + startLine + "-" + endLine;
        Object page = metadata == null ? null : metadata.toMap().get(SegmentKeys.PAGE);
        String place = (path == null ? source : path) + lines + (page instanceof Number ? " (page " + page + ")" : "");
        return Display.line(place, 1_000);
    }

    /** Returns the file's path from the working folder, or from the root; {@code null} where there is no such file. */
    @Nullable
    String path(String segmentId, String source) {
        return path(metadata(segmentId), source);
    }

    private @Nullable String path(@Nullable Metadata metadata, String source) {
        String folder = metadata == null ? null : metadata.getString(LocatedSource.FOLDER);
        if (folder == null || source.isEmpty()) {
            return null;
        }
        try {
            Path file = Path.of(folder).resolve(source).normalize();
            if (!Files.exists(file)) {
                return null;
            }
            return file.startsWith(workingFolder) && !file.equals(workingFolder)
                    ? workingFolder.relativize(file).toString()
                    : file.toString();
        } catch (InvalidPathException e) {
            return null;
        }
    }

    private @Nullable Metadata metadata(String segmentId) {
        return segmentId.isEmpty()
                ? null
                : index.get(segmentId).map(TextSegment::metadata).orElse(null);
    }
}
