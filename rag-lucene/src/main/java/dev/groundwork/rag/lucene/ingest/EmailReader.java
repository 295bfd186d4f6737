package dev.groundwork.rag.lucene.ingest;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.james.mime4j.MimeException;
import org.apache.james.mime4j.codec.DecoderUtil;
import org.apache.james.mime4j.stream.BodyDescriptor;
import org.apache.james.mime4j.stream.EntityState;
import org.apache.james.mime4j.stream.Field;
import org.apache.james.mime4j.stream.MimeConfig;
import org.apache.james.mime4j.stream.MimeTokenStream;
import org.apache.james.mime4j.stream.NameValuePair;
import org.apache.james.mime4j.stream.RawField;
import org.apache.james.mime4j.stream.RawFieldParser;
import org.apache.james.mime4j.util.MimeParameterMapping;
import org.jspecify.annotations.Nullable;

/**
 * Reads an e-mail message (RFC 5322, MIME): who wrote it to whom, when, on what; its text, or else its HTML; and each
 * attachment that can be read under its name. What can't be read is named with its reason.
 */
final class EmailReader implements DocumentReader {

    private static final int MAX_LINE = 1_000_000;
    private static final int MAX_HEADER_LENGTH = 100_000;
    private static final int MAX_HEADERS = 5_000;
    private static final int MAX_MESSAGE_DEPTH = 20;

    private static final Set<String> SHOWN = Set.of("subject", "from", "to", "cc", "date");
    private static final Set<String> TELLING = Set.of("from", "subject", "date", "to", "received", "message-id");

    private static final MimeConfig CONFIG = new MimeConfig.Builder()
            .setMalformedHeaderStartsBody(true)
            .setMaxLineLen(MAX_LINE)
            .setMaxHeaderLen(MAX_HEADER_LENGTH)
            .setMaxHeaderCount(MAX_HEADERS)
            .build();

    private final Function<FileFormat, DocumentReader> readers;

    EmailReader(Function<FileFormat, DocumentReader> readers) {
        this.readers = readers;
    }

    @Override
    public DocumentText read(byte[] content, ReadLimits limits) throws UnreadableException {
        try {
            return new Reading(limits).read(content);
        } catch (MimeException | IOException e) {
            throw new UnreadableException("damaged e-mail", e);
        }
    }

    private final class Reading {

        private final ReadLimits limits;
        private final BlockWriter out;
        private final MimeTokenStream stream = new MimeTokenStream(CONFIG);
        private final Deque<Multipart> open = new ArrayDeque<>();
        private final Map<String, String> header = new LinkedHashMap<>();
        private @Nullable String title;
        private boolean ofMessage;
        private boolean telling;
        private int messages;
        private @Nullable String disposition;
        private @Nullable String fileName;

        /** A part that consists of parts; of alternatives the best one is taken at its end. */
        private static final class Multipart {
            final boolean alternatives;

            @Nullable
            DocumentText plain;

            @Nullable
            DocumentText html;

            Multipart(boolean alternatives) {
                this.alternatives = alternatives;
            }
        }

        Reading(ReadLimits limits) {
            this.limits = limits;
            this.out = new BlockWriter(limits);
        }

        DocumentText read(byte[] content) throws UnreadableException, MimeException, IOException {
            stream.parse(new ByteArrayInputStream(content));
            for (EntityState state = stream.getState(); state != EntityState.T_END_OF_STREAM; state = stream.next()) {
                ReadLimits.checkInterrupted();
                switch (state) {
                    case T_START_MESSAGE -> {
                        ofMessage = true;
                        if (++messages > MAX_MESSAGE_DEPTH) {
                            throw new UnreadableException("more than " + MAX_MESSAGE_DEPTH + " messages in each other");
                        }
                    }
                    case T_START_HEADER -> {
                        header.clear();
                        disposition = null;
                        fileName = null;
                    }
                    case T_FIELD -> field(stream.getField());
                    case T_END_HEADER -> endHeader();
                    case T_START_MULTIPART -> {
                        if (open.size() >= ReadLimits.MAX_DEPTH / 4) {
                            throw new UnreadableException(
                                    "nested too deeply: more than " + ReadLimits.MAX_DEPTH / 4 + " levels");
                        }
                        open.push(new Multipart(
                                stream.getBodyDescriptor().getMimeType().equals("multipart/alternative")));
                    }
                    case T_END_MULTIPART -> endMultipart(open.pop());
                    case T_BODY -> body(stream.getBodyDescriptor());
                    default -> {}
                }
            }
            return out.toText(title);
        }

        private void field(Field field) {
            String name = field.getName().toLowerCase(Locale.ROOT);
            telling |= messages <= 1 && ofMessage && TELLING.contains(name);
            if (SHOWN.contains(name) && ofMessage) {
                header.putIfAbsent(name, Texts.collapse(decoded(field.getBody())));
            } else if (name.equals("content-disposition") || name.equals("content-type")) {
                RawField parsed = new RawField(field.getName(), field.getBody());
                var body = RawFieldParser.DEFAULT.parseRawBody(parsed);
                MimeParameterMapping parameters = new MimeParameterMapping();
                for (NameValuePair pair : body.getParams()) {
                    parameters.addParameter(pair.getName(), pair.getValue());
                }
                boolean disposes = name.equals("content-disposition");
                String given = parameters.get(disposes ? "filename" : "name");
                if (given != null && (disposes || fileName == null)) {
                    fileName = Texts.collapse(decoded(given)).replace('\\', '/');
                    fileName = fileName.substring(fileName.lastIndexOf('/') + 1);
                }
                if (disposes && body.getValue() != null) {
                    disposition = body.getValue().toLowerCase(Locale.ROOT);
                }
            }
        }

        private static String decoded(String words) {
            try {
                return DecoderUtil.decodeEncodedWords(words, StandardCharsets.UTF_8);
            } catch (IllegalArgumentException e) {
                return words;
            }
        }

        private void endHeader() throws UnreadableException {
            if (!ofMessage) {
                return;
            }
            ofMessage = false;
            if (!telling) {
                throw new UnreadableException("not an e-mail: it has no header of one");
            }
            String subject = header.getOrDefault("subject", "");
            if (messages > 1) {
                out.heading(1, subject.isEmpty() ? "Message" : subject);
            } else if (!subject.isEmpty()) {
                title = subject;
            }
            for (String name : List.of("subject", "from", "to", "cc", "date")) {
                String value = header.getOrDefault(name, "");
                if (!value.isEmpty()) {
                    out.line(Character.toUpperCase(name.charAt(0)) + name.substring(1) + ": " + value);
                }
            }
            out.endBlock(Block.Kind.LINES);
        }

        private void endMultipart(Multipart part) throws UnreadableException {
            DocumentText best = part.plain != null && part.plain.hasWords() ? part.plain : part.html;
            if (best != null) {
                out.append(best);
            }
        }

        private void body(BodyDescriptor body) throws UnreadableException, IOException {
            String type = body.getMimeType().toLowerCase(Locale.ROOT);
            boolean attached = "attachment".equals(disposition) || (fileName != null && !type.startsWith("text/"));
            byte[] content;
            try (InputStream in = stream.getDecodedInputStream()) {
                content = in.readAllBytes();
            }
            if (attached) {
                attachment(fileName == null ? "" : fileName, type, content);
                return;
            }
            boolean html = type.equals("text/html") || type.equals("application/xhtml+xml");
            if ((!type.startsWith("text/") && !html) || content.length == 0) {
                return;
            }
            byte[] text = TextDecoder.toUtf8(content, body.getCharset());
            DocumentText read = html ? new HtmlReader().read(text, limits) : plain(text);
            Multipart alternatives =
                    open.stream().filter(part -> part.alternatives).findFirst().orElse(null);
            if (alternatives == null) {
                out.append(read);
            } else if (html) {
                alternatives.html = alternatives.html == null ? read : alternatives.html;
            } else {
                alternatives.plain = alternatives.plain == null ? read : alternatives.plain;
            }
        }

        private DocumentText plain(byte[] text) throws UnreadableException {
            return new PlainTextReader(Block.Kind.PROSE).read(text, limits);
        }

        private void attachment(String name, String type, byte[] content) throws UnreadableException {
            FileFormat format = format(name, type);
            if (content.length == 0 || (format == null && type.startsWith("image/"))) {
                return;
            }
            String shown = name.isEmpty() ? "Attachment" : name;
            if (format == null) {
                out.paragraph("Attachment " + shown);
                return;
            }
            List<String> problem = new ArrayList<>();
            try {
                DocumentText read = readers.apply(format).read(content, limits);
                out.heading(1, shown);
                out.append(read);
                out.endSections();
            } catch (UnreadableException e) {
                ReadLimits.checkInterrupted();
                problem.add(e.reason());
            }
            for (String reason : problem) {
                out.paragraph("Attachment " + shown + " (not read: " + reason + ")");
            }
        }

        private static @Nullable FileFormat format(String name, String type) {
            FileFormat format = name.indexOf('.') < 0 ? null : FileFormat.of(name, Set.of());
            // A message that is attached is walked through by the parser itself.
            if (format != null) {
                return format == FileFormat.EMAIL ? null : format;
            }
            return switch (type) {
                case "application/pdf" -> FileFormat.PDF;
                case "text/html" -> FileFormat.HTML;
                case "text/plain" -> FileFormat.TEXT;
                case "text/markdown" -> FileFormat.MARKDOWN;
                default -> null;
            };
        }
    }
}
