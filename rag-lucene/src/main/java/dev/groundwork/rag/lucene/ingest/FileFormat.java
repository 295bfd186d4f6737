package dev.groundwork.rag.lucene.ingest;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The kinds of files that can be read, told apart by extension; each reader then judges the content itself. */
enum FileFormat {
    MARKDOWN,
    HTML,
    PDF,
    OFFICE,
    EPUB,
    EMAIL,
    CSV,
    JSON,
    TEXT,
    DATA;

    private static final Set<String> TEXT_EXTENSIONS = Set.of("txt", "text", "rst", "adoc", "asciidoc", "org", "tex");

    private static final Set<String> DATA_EXTENSIONS =
            Set.of("log", "yaml", "yml", "toml", "ini", "conf", "properties", "xml");

    DocumentReader reader() {
        return switch (this) {
            case MARKDOWN -> new MarkdownReader();
            case HTML -> new HtmlReader();
            case PDF -> new PdfReader();
            case OFFICE -> new OfficeReader();
            case EPUB -> new EpubReader();
            case EMAIL -> new EmailReader(FileFormat::reader);
            case CSV -> new CsvReader();
            case JSON -> new JsonReader();
            case TEXT -> new PlainTextReader(Block.Kind.PROSE);
            case DATA -> new PlainTextReader(Block.Kind.LINES);
        };
    }

    /**
     * Returns the format of a file, or null where it can't be read.
     *
     * @param moreText extensions, in lower case, that are to be read as plain text besides the known ones
     */
    static @Nullable FileFormat of(String fileName, Set<String> moreText) {
        String extension = extension(fileName);
        return switch (extension) {
            case "md", "markdown" -> MARKDOWN;
            case "html", "htm", "xhtml" -> HTML;
            case "pdf" -> PDF;
            case "docx",
                    "docm",
                    "dotx",
                    "dotm",
                    "pptx",
                    "pptm",
                    "ppsx",
                    "ppsm",
                    "potx",
                    "xlsx",
                    "xlsm",
                    "xltx",
                    "xltm" -> OFFICE;
            case "epub" -> EPUB;
            case "eml" -> EMAIL;
            case "csv", "tsv" -> CSV;
            case "json", "jsonl", "ndjson" -> JSON;
            case "" -> TEXT;
            default ->
                TEXT_EXTENSIONS.contains(extension)
                        ? TEXT
                        : DATA_EXTENSIONS.contains(extension) || moreText.contains(extension) ? DATA : null;
        };
    }

    /** Returns what stands behind the last dot of a name, in lower case; empty where there is none. */
    static String extension(String fileName) {
        int dot = fileName.lastIndexOf('.');
        return dot <= 0 ? "" : fileName.substring(dot + 1).toLowerCase(Locale.ROOT);
    }
}
