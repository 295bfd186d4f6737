package dev.groundwork.rag.lucene.ingest;

import dev.groundwork.rag.DocumentException;
import dev.groundwork.rag.SourceDocument;
import dev.langchain4j.data.segment.TextSegment;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A file. It is opened when its fingerprint or its segments are asked for, never before. */
final class FileDocument implements SourceDocument {

    private final Path file;
    private final String id;
    private final IngestSettings settings;
    private final BoundedParse bounded;
    private final @Nullable FileFormat format;
    private final Function<FileFormat, DocumentReader> readers;

    FileDocument(
            Path file,
            String id,
            IngestSettings settings,
            BoundedParse bounded,
            Function<FileFormat, DocumentReader> readers) {
        this.file = file;
        this.id = id;
        this.settings = settings;
        this.bounded = bounded;
        this.format = FileFormat.of(fileName(), settings.textExtensions());
        this.readers = readers;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String fingerprint() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(settings.signature(format).getBytes(StandardCharsets.UTF_8));
            long size = Files.size(file);
            if (size > settings.maxFileBytes()) {
                // It won't be loaded, so its content doesn't matter; the limit does.
                digest.update(("too large\n" + size + "\n" + settings.maxFileBytes()).getBytes(StandardCharsets.UTF_8));
                return HexFormat.of().formatHex(digest.digest());
            }
            byte[] buffer = new byte[1 << 16];
            try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    digest.update(buffer, 0, read);
                }
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new DocumentException(id, reason(e), e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Each Java platform has SHA-256", e);
        }
    }

    @Override
    public String conditions() {
        return settings.limits().toString();
    }

    @Override
    public List<TextSegment> load() {
        try {
            FileFormat known = format;
            if (known == null) {
                throw new UnreadableException("unsupported type: ." + FileFormat.extension(fileName()));
            }
            return bounded.run(() -> parse(readers.apply(known)), settings.maxParseTime());
        } catch (UnreadableException e) {
            throw new DocumentException(id, e.reason(), e.lasting(), e);
        }
    }

    private List<TextSegment> parse(DocumentReader reader) throws UnreadableException {
        DocumentText document = reader.read(content(), settings.limits());
        if (!document.hasWords()) {
            if (format == FileFormat.MARKDOWN && document.title() != null) {
                // A page of a site that consists of its front matter: it was read, and there is nothing to find in it.
                return List.of();
            }
            throw new UnreadableException("no text");
        }
        return new Splitter(settings.tokenCount(), settings.targetTokens(), settings.maxTokens()).split(document, id);
    }

    private byte[] content() throws UnreadableException {
        int most = (int) Math.min(settings.maxFileBytes(), Integer.MAX_VALUE - 16);
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            byte[] content = in.readNBytes(most + 1);
            if (content.length > most) {
                throw new UnreadableException("too large: more than " + settings.maxFileBytes() + " bytes");
            }
            if (content.length == 0) {
                throw new UnreadableException("no text: the file is empty");
            }
            return content;
        } catch (IOException e) {
            throw UnreadableException.passing(reason(e), e);
        }
    }

    private String fileName() {
        return id.substring(id.lastIndexOf('/') + 1);
    }

    private static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException gone -> "no such file";
            case AccessDeniedException denied -> "access denied";
            default -> "can't be read";
        };
    }
}
