package dev.groundwork.rag.examples.cli;

import dev.groundwork.rag.DocumentSource;
import dev.groundwork.rag.lucene.ingest.Documents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns paths of the command line into sources of documents. */
final class DocumentPaths {

    private DocumentPaths() {}

    /**
     * Returns a source for each path, a folder or a file.
     *
     * @param index the folder of the index that they go into, which is left out where it stands below one of them;
     *     {@code null} where it is in memory
     * @throws FailureException if a path does not exist or can't be read; nothing was begun then
     */
    static List<DocumentSource> sources(List<Path> paths, @Nullable Path index) {
        List<DocumentSource> sources = new ArrayList<>();
        for (Path path : paths) {
            sources.add(source(path, index));
        }
        return sources;
    }

    private static DocumentSource source(Path path, @Nullable Path index) {
        if (path.toString().isBlank()) {
            throw new UsageException("the path of the documents is empty");
        }
        if (!Files.exists(path)) {
            throw new FailureException("no such file or folder: " + path, null);
        }
        if (!Files.isReadable(path)) {
            throw new FailureException("access denied: " + path, null);
        }
        try {
            Path real = path.toRealPath();
            if (!Files.isDirectory(real)) {
                Path parent = path.toAbsolutePath().normalize().getParent();
                return new LocatedSource(Documents.file(path), parent == null ? real : parent);
            }
            Documents folder = Documents.directory(path);
            if (index != null && Files.exists(index)) {
                Path realIndex = index.toRealPath();
                if (realIndex.equals(real)) {
                    throw new UsageException("documents and --index are the same folder: " + path);
                }
                if (realIndex.startsWith(real)) {
                    folder = folder.exclude(glob(real.relativize(realIndex)) + "/**");
                }
            }
            return new LocatedSource(folder, real);
        } catch (IOException e) {
            throw new FailureException(path + " can't be read: " + Failures.describe(e), e);
        }
    }

    /** Returns a glob that matches this path below a folder and no other. */
    private static String glob(Path relative) {
        List<String> names = new ArrayList<>();
        relative.forEach(name -> names.add(name.toString().replaceAll("([\\\\*?\\[\\]{}])", "\\\\$1")));
        return String.join("/", names);
    }
}
