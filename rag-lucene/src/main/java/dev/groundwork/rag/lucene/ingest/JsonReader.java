package dev.groundwork.rag.lucene.ingest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON, and JSON values one after the other: each value a line with its path, {@code address.city: Berlin}, lists
 * of values on one line. Each value of a file, each element of a list at its top, or of one in an object at its top, is
 * a block. What is no JSON is read as lines.
 */
final class JsonReader implements DocumentReader {

    private static final int LONGEST_NUMBER = 1_000;

    @Override
    public DocumentText read(byte[] content, ReadLimits limits) throws UnreadableException {
        String text = TextDecoder.decode(content, limits.maxCharacters());
        JsonFactory factory = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(ReadLimits.MAX_DEPTH)
                        .maxStringLength(limits.maxCharacters())
                        .maxNumberLength(LONGEST_NUMBER)
                        .build())
                .build();
        try (JsonParser parser = factory.createParser(text)) {
            return new Reading(parser, limits).read();
        } catch (StreamConstraintsException e) {
            throw new UnreadableException(
                    String.valueOf(e.getMessage()).contains("depth")
                            ? "nested too deeply: more than " + ReadLimits.MAX_DEPTH + " levels"
                            : "it holds a name or a number of more characters than people write",
                    e);
        } catch (IOException e) {
            return PlainTextReader.lines(text);
        }
    }

    private static final class Reading {

        private final JsonParser parser;
        private final BlockWriter out;
        private final Deque<Level> levels = new ArrayDeque<>();
        private int values;

        /** An object or list that is being read. */
        private static final class Level {
            final boolean list;
            final String prefix;
            int index;
            boolean inLine;

            Level(boolean list, String prefix) {
                this.list = list;
                this.prefix = prefix;
            }
        }

        Reading(JsonParser parser, ReadLimits limits) {
            this.parser = parser;
            this.out = new BlockWriter(limits);
        }

        DocumentText read() throws IOException, UnreadableException {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if ((++values & 0xff) == 0) {
                    ReadLimits.checkInterrupted();
                }
                switch (token) {
                    case START_OBJECT -> start(false);
                    case START_ARRAY -> start(true);
                    case END_OBJECT, END_ARRAY -> end();
                    case FIELD_NAME, VALUE_NULL -> count(token);
                    default -> value(parser.getText());
                }
            }
            out.endBlock(Block.Kind.LINES);
            return out.toText(null);
        }

        private void start(boolean list) throws UnreadableException {
            boolean apart = isRecord();
            if (apart) {
                out.endBlock(Block.Kind.LINES);
            }
            Level parent = levels.peek();
            String path = apart && levels.size() <= 1 ? "" : path();
            if (parent != null) {
                parent.index++;
                parent.inLine = false;
            }
            levels.push(new Level(list, path));
        }

        private void end() throws UnreadableException {
            levels.pop();
            if (isRecord()) {
                out.endBlock(Block.Kind.LINES);
            }
        }

        /** Whether what starts or has ended here is a block of its own. */
        private boolean isRecord() {
            Level parent = levels.peek();
            return parent == null || (parent.list && levels.size() <= 2 && parent.prefix.indexOf('.') < 0);
        }

        private void count(JsonToken token) {
            Level parent = levels.peek();
            if (token == JsonToken.VALUE_NULL && parent != null && parent.list) {
                parent.index++;
            }
        }

        private void value(String value) throws IOException, UnreadableException {
            String words = value.strip();
            Level parent = levels.peek();
            if (parent == null) {
                out.lineNumber(line());
                out.line(words);
                out.endBlock(Block.Kind.LINES);
                return;
            }
            if (words.isEmpty()) {
                parent.index++;
                return;
            }
            if (parent.inLine) {
                out.more(", " + words);
            } else {
                String name = parent.list ? parent.prefix : path();
                out.lineNumber(line());
                out.line(name.isEmpty() ? words : name + ": " + words);
                parent.inLine = parent.list;
            }
            parent.index++;
        }

        private int line() {
            return parser.currentTokenLocation().getLineNr();
        }

        private String path() {
            Level parent = levels.peek();
            if (parent == null) {
                return "";
            }
            if (parent.list) {
                return parent.prefix + "[" + parent.index + "]";
            }
            @Nullable String name = currentName();
            return parent.prefix.isEmpty() ? String.valueOf(name) : parent.prefix + "." + name;
        }

        private @Nullable String currentName() {
            try {
                return parser.currentName();
            } catch (IOException e) {
                throw new IllegalStateException("a name that was read can be told", e);
            }
        }
    }
}
