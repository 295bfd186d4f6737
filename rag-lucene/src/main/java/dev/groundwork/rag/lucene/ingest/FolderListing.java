package dev.groundwork.rag.lucene.ingest;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The files below a folder, by their path below it. Links are not followed, hidden files and folders are passed over,
 * and so is what is neither file nor folder.
 */
final class FolderListing {

    private FolderListing() {}

    /**
     * Lists the files that match, in the order of their relative paths.
     *
     * @throws IOException if any folder below {@code root} can't be read: its files must not be taken for removed ones
     */
    static SortedMap<String, Path> list(Path root, List<String> includes, List<String> excludes) throws IOException {
        Globs included = new Globs(root.getFileSystem(), includes);
        Globs excluded = new Globs(root.getFileSystem(), excludes);
        SortedMap<String, Path> files = new TreeMap<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                return !folder.equals(root) && isHidden(folder)
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Path relative = root.relativize(file);
                if (attributes.isRegularFile()
                        && !isHidden(file)
                        && (includes.isEmpty() || included.match(relative))
                        && !excluded.match(relative)) {
                    files.put(relative.toString().replace(File.separatorChar, '/'), file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                if (failure instanceof NoSuchFileException && !file.equals(root)) {
                    return FileVisitResult.CONTINUE;
                }
                throw failure;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return files;
    }

    private static boolean isHidden(Path path) throws IOException {
        Path name = path.getFileName();
        return (name != null && name.toString().startsWith(".")) || Files.isHidden(path);
    }

    /** A glob with a slash is matched against the path below the folder, one without against the file's name. */
    private static final class Globs {

        private final List<PathMatcher> names;
        private final List<PathMatcher> paths;

        Globs(FileSystem system, List<String> globs) {
            names = globs.stream()
                    .filter(glob -> glob.indexOf('/') < 0)
                    .map(glob -> system.getPathMatcher("glob:" + glob))
                    .toList();
            paths = globs.stream()
                    .filter(glob -> glob.indexOf('/') >= 0)
                    .map(glob -> system.getPathMatcher("glob:" + glob))
                    .toList();
        }

        boolean match(Path relative) {
            Path name = relative.getFileName();
            return names.stream().anyMatch(matcher -> matcher.matches(name))
                    || paths.stream().anyMatch(matcher -> matcher.matches(relative));
        }
    }
}
