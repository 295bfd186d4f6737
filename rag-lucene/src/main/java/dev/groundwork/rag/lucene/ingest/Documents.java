package dev.groundwork.rag.lucene.ingest;

import dev.groundwork.rag.DocumentException;
import dev.groundwork.rag.DocumentSource;
import dev.groundwork.rag.SourceDocument;
import dev.langchain4j.model.TokenCountEstimator;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * A folder or a file as a source of documents, each split along its own structure.
 *
 * <pre>{@code
 * rag.ingest(Documents.directory(Path.of("docs")).exclude("drafts/**"));
 * }</pre>
 *
 * <p>Read are Markdown ({@code md}, {@code markdown}), HTML ({@code html}, {@code htm}, {@code xhtml}), PDF with a text
 * layer, Word, PowerPoint and Excel documents since 2007 ({@code docx}, {@code pptx}, {@code xlsx} and their templates and
 * variants with macros), EPUB books, e-mail messages ({@code eml}) with their attachments, tables ({@code csv},
 * {@code tsv}), JSON ({@code json}, {@code jsonl}, {@code ndjson}), and plain text ({@code txt}, {@code text},
 * {@code rst}, {@code adoc}, {@code asciidoc}, {@code org}, {@code tex}, names without extension such as
 * {@code LICENSE}; as lines {@code log}, {@code yaml}, {@code yml}, {@code toml}, {@code ini}, {@code conf},
 * {@code properties}, {@code xml}). Each other file is handed over as a document whose {@link SourceDocument#load()}
 * throws {@link DocumentException} with a reason, and so is one that is empty, encrypted, not what its name says, or
 * past a limit: one record for each, and the rest goes on.
 *
 * <p>In a folder, files are visited in the order of their paths. Hidden files and folders are passed over, and so are
 * symbolic links; nothing outside the folder is read. A document's id, and {@code source} of its segments, is its path
 * below the folder with {@code /}; for a single file it is the file's name.
 *
 * <p>Segments of Markdown and plain text are the very lines of the file (line ends as {@code \n}), with their exact
 * numbers; of HTML the visible text, with the lines of the source it came from; of tables and JSON each row or value on a
 * line, with its line in the file; of workbooks a row on a line, with its number in the sheet and the sheet's as its page.
 * PDF and slides have pages, and their lines, as those of the remaining formats, are counted through the extracted text.
 * Segments don't overlap, but for the head of a table, which stands above each piece of it; each word of a document
 * stands in one of them. Front matter, comments, scripts, styles, navigation, deleted and hidden text are left out.
 *
 * <p>Text is read by its byte order mark, else as UTF-8, else as the HTML page declares, else as windows-1252; bytes
 * that fit none of these are a reason, never garbage. No parser opens a connection.
 *
 * <p>Immutable and thread-safe. {@link #visit} reads the folder, and {@link SourceDocument#load()} the file, on a
 * thread of its own that is given up at the {@linkplain #maxParseTime(Duration) time limit}; both block. Nothing has to
 * be closed.
 */
public final class Documents implements DocumentSource {

    /**
     * Measured, evidence in 1,000 retrieved tokens of five long documents (recall, 472 questions), with targets of 80, 120,
     * 150, 200 and 300: .867, .898, .899, .885, .871. By the built-in guess, so about 120 tokens of English.
     */
    public static final int DEFAULT_TARGET_TOKENS = 150;

    /** Leaves room for a heading within the 512 tokens that small embedding models read, even where the guess is low. */
    public static final int DEFAULT_MAX_TOKENS = 270;

    /** Larger files are rarely written for people to read: 50 MB. */
    public static final long DEFAULT_MAX_FILE_BYTES = 50_000_000;

    /** About 2,000 pages; parsing more would take hundreds of megabytes of heap. */
    public static final int DEFAULT_MAX_CHARACTERS = 10_000_000;

    /** Some 30 times what a large office document expands to. */
    public static final long DEFAULT_MAX_EXPANDED_BYTES = 256_000_000;

    /** Hundreds of times what a usual document takes. */
    public static final Duration DEFAULT_MAX_PARSE_TIME = Duration.ofSeconds(30);

    /** Fewer tokens would be shorter than a sentence. */
    private static final int MIN_TARGET_TOKENS = 16;

    private static final int LARGEST_MAX_TOKENS = 100_000;

    private final Path path;
    private final boolean folder;
    private final @Nullable String name;
    private final IngestSettings settings;
    private final BoundedParse bounded;
    private final Function<FileFormat, DocumentReader> readers;

    private Documents(
            Path path,
            boolean folder,
            @Nullable String name,
            IngestSettings settings,
            BoundedParse bounded,
            Function<FileFormat, DocumentReader> readers) {
        this.path = path;
        this.folder = folder;
        this.name = name;
        this.settings = settings;
        this.bounded = bounded;
        this.readers = readers;
    }

    /** Returns the files below a folder. Whether it exists is seen when it is visited. */
    public static Documents directory(Path directory) {
        Objects.requireNonNull(directory, "directory");
        return new Documents(directory, true, null, IngestSettings.defaults(), new BoundedParse(), FileFormat::reader);
    }

    /** Returns a single file. Whether it exists is seen when it is visited; a link to a file is followed. */
    public static Documents file(Path file) {
        Objects.requireNonNull(file, "file");
        return new Documents(file, false, null, IngestSettings.defaults(), new BoundedParse(), FileFormat::reader);
    }

    /**
     * Returns this source under another name than its path, for instance one that stays the same where the folder is
     * mounted elsewhere.
     *
     * @throws IllegalArgumentException if it is blank
     */
    public Documents named(String name) {
        Objects.requireNonNull(name, "name");
        if (name.isBlank()) {
            throw new IllegalArgumentException("name: \"" + name + "\" is blank; it must hold a visible character");
        }
        return new Documents(path, folder, name, settings, bounded, readers);
    }

    /**
     * Sets the size of segments, in tokens as the estimator counts them; {@value #DEFAULT_TARGET_TOKENS} and
     * {@value #DEFAULT_MAX_TOKENS} if not called.
     *
     * @param target up to which neighbours are put together, and about which long paragraphs are cut; from 16
     * @param max which no segment exceeds, and up to which paragraphs, lists, tables and code are kept whole; from
     *     {@code target} to 100,000. Leave room for what is put before a segment, such as its headings
     * @throws IllegalArgumentException if one is out of its range
     */
    public Documents segmentTokens(int target, int max) {
        if (target < MIN_TARGET_TOKENS || target > LARGEST_MAX_TOKENS) {
            throw new IllegalArgumentException(
                    "target: " + target + " is not in " + MIN_TARGET_TOKENS + ".." + LARGEST_MAX_TOKENS + " tokens");
        }
        if (max < target || max > LARGEST_MAX_TOKENS) {
            throw new IllegalArgumentException(
                    "max: " + max + " is not in " + target + ".." + LARGEST_MAX_TOKENS + " tokens");
        }
        return with(settings.withTokens(target, max));
    }

    /**
     * Sets what counts tokens, for instance the tokenizer of the embedding model. If not called, they are guessed from
     * the kinds of characters: for bge's vocabulary about right for Chinese and code, a quarter high for English, an
     * eighth low for German and base64.
     *
     * @param estimator thread-safe; called from the thread that parses. Another one changes the fingerprints: it is
     *     told apart by its {@link dev.groundwork.rag.Fingerprinted#fingerprint()}, or else by its class
     */
    public Documents tokenCountEstimator(TokenCountEstimator estimator) {
        return with(settings.withEstimator(Objects.requireNonNull(estimator, "estimator")));
    }

    /**
     * Sets the size beyond which a file is not read; {@value #DEFAULT_MAX_FILE_BYTES} if not called.
     *
     * @throws IllegalArgumentException if it is not in 1..2,000,000,000
     */
    public Documents maxFileBytes(long maxFileBytes) {
        requireInRange("maxFileBytes", maxFileBytes, 1, 2_000_000_000, "bytes");
        return with(settings.withLimits(
                maxFileBytes, settings.maxCharacters(), settings.maxExpandedBytes(), settings.maxParseTime()));
    }

    /**
     * Sets how many characters of text a document may have, with the marks where the format has some;
     * {@value #DEFAULT_MAX_CHARACTERS} if not called.
     *
     * @throws IllegalArgumentException if it is not in 1..1,000,000,000
     */
    public Documents maxCharacters(int maxCharacters) {
        requireInRange("maxCharacters", maxCharacters, 1, 1_000_000_000, "characters");
        return with(settings.withLimits(
                settings.maxFileBytes(), maxCharacters, settings.maxExpandedBytes(), settings.maxParseTime()));
    }

    /**
     * Sets how many bytes that which is compressed in a document may expand to, for formats that are compressed inside:
     * office documents, books and PDF; {@value #DEFAULT_MAX_EXPANDED_BYTES} if not called.
     *
     * @throws IllegalArgumentException if it is not in 1..10,000,000,000
     */
    public Documents maxExpandedBytes(long maxExpandedBytes) {
        requireInRange("maxExpandedBytes", maxExpandedBytes, 1, 10_000_000_000L, "bytes");
        return with(settings.withLimits(
                settings.maxFileBytes(), settings.maxCharacters(), maxExpandedBytes, settings.maxParseTime()));
    }

    /**
     * Sets how long reading, parsing and splitting one document may take; 30 seconds if not called. A parse that is
     * late is interrupted and given up. While eight such parses of this source still run, no further one starts.
     *
     * @throws IllegalArgumentException if it is not in 1 ms..1 day
     */
    public Documents maxParseTime(Duration maxParseTime) {
        Objects.requireNonNull(maxParseTime, "maxParseTime");
        if (maxParseTime.compareTo(Duration.ofMillis(1)) < 0 || maxParseTime.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("maxParseTime: " + maxParseTime + " is not in 1 ms..1 day");
        }
        return with(settings.withLimits(
                settings.maxFileBytes(), settings.maxCharacters(), settings.maxExpandedBytes(), maxParseTime));
    }

    /**
     * Takes of a folder only the files that match one of {@code globs}, as in {@link java.nio.file.FileSystem#getPathMatcher}:
     * a glob without {@code /} is matched against the file's name ({@code "*.md"}), one with it against the path below
     * the folder ({@code "guides/**"}). Adds to globs given before.
     *
     * @throws IllegalArgumentException if one is blank or not a glob
     */
    public Documents include(String... globs) {
        return with(settings.withFiles(
                checked("include", settings.includes(), globs), settings.excludes(), settings.textExtensions()));
    }

    /**
     * Leaves out of a folder the files that match one of {@code globs}, written as for {@link #include}; what is both
     * included and excluded is left out. Adds to globs given before.
     *
     * @throws IllegalArgumentException if one is blank or not a glob
     */
    public Documents exclude(String... globs) {
        return with(settings.withFiles(
                settings.includes(), checked("exclude", settings.excludes(), globs), settings.textExtensions()));
    }

    /**
     * Reads files with these extensions as lines of plain text, besides those that are known, for instance
     * {@code "java"}. Adds to extensions given before.
     *
     * @param extensions without the dot, in any case
     * @throws IllegalArgumentException if one is empty or holds a dot, a slash or white space
     */
    public Documents readAsText(String... extensions) {
        Set<String> all = new HashSet<>(settings.textExtensions());
        for (String extension : extensions) {
            if (!extension.matches("[^./\\\\\\s]+")) {
                throw new IllegalArgumentException(
                        "extensions: \"" + extension + "\" is not an extension without its dot, such as \"java\"");
            }
            all.add(extension.toLowerCase(Locale.ROOT));
        }
        return with(settings.withFiles(settings.includes(), settings.excludes(), all));
    }

    /** For tests: reads with other readers. */
    Documents readingWith(Function<FileFormat, DocumentReader> other) {
        return new Documents(path, folder, name, settings, bounded, other);
    }

    /** Returns the given name, or else the real path of the folder or file. */
    @Override
    public String name() {
        if (name != null) {
            return name;
        }
        try {
            return path.toRealPath().toString();
        } catch (IOException e) {
            return path.toAbsolutePath().normalize().toString();
        }
    }

    @Override
    public void visit(Consumer<? super SourceDocument> visitor) {
        Objects.requireNonNull(visitor, "visitor");
        files().forEach((id, file) -> visitor.accept(new FileDocument(file, id, settings, bounded, readers)));
    }

    @Override
    public long estimatedSize() {
        try {
            return files().size();
        } catch (DocumentException e) {
            return -1;
        }
    }

    private Map<String, Path> files() {
        if (path.toString().isEmpty()) {
            throw new DocumentException("\"\"", "an empty path", null);
        }
        try {
            Path root = path.toRealPath();
            if (folder) {
                if (!Files.isDirectory(root)) {
                    throw new DocumentException(path.toString(), "not a folder", null);
                }
                return FolderListing.list(root, settings.includes(), settings.excludes());
            }
            if (!Files.isRegularFile(root)) {
                throw new DocumentException(path.toString(), "not a file", null);
            }
            Path fileName = path.getFileName();
            return new TreeMap<>(Map.of(fileName == null ? root.toString() : fileName.toString(), root));
        } catch (NoSuchFileException e) {
            throw new DocumentException(path.toString(), "no such " + (folder ? "folder" : "file"), e);
        } catch (AccessDeniedException e) {
            throw new DocumentException(path.toString(), "access denied: " + e.getFile(), e);
        } catch (IOException e) {
            throw new DocumentException(path.toString(), "can't be listed", e);
        }
    }

    private Documents with(IngestSettings changed) {
        return new Documents(path, folder, name, changed, bounded, readers);
    }

    private static void requireInRange(String argument, long value, long min, long max, String unit) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(argument + ": " + value + " is not in " + min + ".." + max + " " + unit);
        }
    }

    private static List<String> checked(String argument, List<String> before, String... globs) {
        List<String> all = new ArrayList<>(before);
        for (String glob : globs) {
            if (glob.isBlank()) {
                throw new IllegalArgumentException(
                        argument + ": \"" + glob + "\" is blank; a glob such as \"*.md\" is legal");
            }
            try {
                FileSystems.getDefault().getPathMatcher("glob:" + glob);
            } catch (PatternSyntaxException e) {
                throw new IllegalArgumentException(
                        argument + ": \"" + glob + "\" is not a glob (" + e.getDescription() + ")", e);
            }
            all.add(glob);
        }
        return all;
    }
}
