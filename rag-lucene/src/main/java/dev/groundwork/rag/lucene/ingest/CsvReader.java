package dev.groundwork.rag.lucene.ingest;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads tables of separated values. Short rows become lines of a table, whose head is repeated where it is cut; long
 * ones, of texts, become a block each, a line a column with its name. What is no such table is read as lines.
 */
final class CsvReader implements DocumentReader {

    private static final char[] DELIMITERS = {',', ';', '\t', '|'};

    /** The rows that are looked at to tell the head and the kind of the table. */
    private static final int SAMPLE = 100;

    /** From so many characters a row on, rows are texts rather than lines. */
    private static final int LONG_ROW = 300;

    private static final int LONGEST_NAME = 100;

    @Override
    public DocumentText read(byte[] content, ReadLimits limits) throws UnreadableException {
        String text = TextDecoder.decode(content, limits.maxCharacters());
        CSVFormat format = CSVFormat.DEFAULT
                .builder()
                .setDelimiter(delimiter(text))
                .setIgnoreEmptyLines(true)
                .setIgnoreSurroundingSpaces(true)
                .setTrailingData(true)
                .get();
        try (CSVParser parser = CSVParser.parse(new StringReader(text), format)) {
            return new Reading(parser, limits).read();
        } catch (IOException | UncheckedIOException e) {
            return PlainTextReader.lines(text);
        }
    }

    /** Returns the delimiter that the first lines agree on best; the comma where none occurs. */
    static char delimiter(String text) {
        char best = ',';
        long bestScore = 0;
        List<String> lines =
                text.lines().filter(line -> !line.isBlank()).limit(10).toList();
        for (char delimiter : DELIMITERS) {
            long fewest = lines.stream()
                    .mapToLong(line -> count(line, delimiter))
                    .min()
                    .orElse(0);
            long first = lines.isEmpty() ? 0 : count(lines.getFirst(), delimiter);
            long score = fewest * 1_000 + first;
            if (score > bestScore) {
                best = delimiter;
                bestScore = score;
            }
        }
        return best;
    }

    private static long count(String line, char delimiter) {
        boolean quoted = false;
        long count = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            quoted ^= c == '"';
            if (c == delimiter && !quoted) {
                count++;
            }
        }
        return count;
    }

    private static final class Reading {

        private final CSVParser parser;
        private final Iterator<CSVRecord> records;
        private final BlockWriter out;
        private int line = 1;
        private int rows;
        private @Nullable List<String> names;

        private record Row(int line, List<String> cells) {}

        Reading(CSVParser parser, ReadLimits limits) {
            this.parser = parser;
            this.records = parser.iterator();
            this.out = new BlockWriter(limits);
        }

        DocumentText read() throws UnreadableException {
            List<Row> sample = new ArrayList<>();
            long characters = 0;
            while (sample.size() < SAMPLE && records.hasNext()) {
                Row row = next();
                characters += sample.isEmpty()
                        ? 0
                        : row.cells().stream().mapToInt(String::length).sum();
                sample.add(row);
            }
            boolean head = sample.size() > 1
                    && isHead(sample.get(0).cells(), sample.get(1).cells());
            boolean texts = head && characters > (sample.size() - 1L) * LONG_ROW;
            for (int i = 0; i < sample.size(); i++) {
                write(sample.get(i), i == 0 && head, texts);
            }
            while (records.hasNext()) {
                write(next(), false, texts);
            }
            out.endBlock(Block.Kind.LINES);
            return out.toText(null);
        }

        private Row next() throws UnreadableException {
            if ((++rows & 0xff) == 0) {
                ReadLimits.checkInterrupted();
            }
            CSVRecord record = records.next();
            // The parser tells where a record ended.
            int end = Math.toIntExact(parser.getCurrentLineNumber());
            long breaks = 0;
            List<String> cells = new ArrayList<>(record.size());
            for (String cell : record) {
                breaks += cell.chars().filter(c -> c == '\n').count();
                cells.add(cell);
            }
            int start = (int) Math.max(line, end - breaks);
            line = end;
            return new Row(start, cells);
        }

        /** Whether the first row names the columns: short words without digits, no two alike. */
        private static boolean isHead(List<String> first, List<String> second) {
            Set<String> seen = new HashSet<>();
            for (String cell : first) {
                String name = Texts.collapse(cell);
                if (name.isEmpty()
                        || name.length() > LONGEST_NAME
                        || !seen.add(name)
                        || name.codePoints().noneMatch(Character::isLetter)
                        || name.codePoints().anyMatch(Character::isDigit)) {
                    return false;
                }
            }
            return first.size() > 1 && first.size() >= second.size() - 1;
        }

        private void write(Row row, boolean head, boolean texts) throws UnreadableException {
            if (!texts) {
                out.lineNumber(row.line());
                out.row(row.cells());
                if (head) {
                    out.endHead();
                }
                return;
            }
            if (head) {
                names = row.cells();
                return;
            }
            List<String> columns = names == null ? List.of() : names;
            out.lineNumber(row.line());
            for (int i = 0; i < row.cells().size(); i++) {
                String cell = row.cells().get(i).strip();
                if (!cell.isEmpty()) {
                    String name = i < columns.size() ? Texts.collapse(columns.get(i)) + ": " : "";
                    out.line(name + cell);
                }
            }
            out.endBlock(Block.Kind.LINES);
        }
    }
}
