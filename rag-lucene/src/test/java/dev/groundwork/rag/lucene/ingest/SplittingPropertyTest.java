package dev.groundwork.rag.lucene.ingest;

import static dev.groundwork.rag.lucene.ingest.Loading.load;
import static dev.groundwork.rag.lucene.ingest.Loading.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.groundwork.rag.SegmentKeys;
import dev.langchain4j.data.segment.TextSegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What must hold for any document; made up from a seed that stands in each failure's message. */
class SplittingPropertyTest {

    private static final String TABLE_HEAD = "| a | b |\n|---|---|\n";

    private static final int DOCUMENTS = 400;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Test
    void eachCharacterStandsInOneSegmentWithItsLines() {
        for (long seed = 0; seed < DOCUMENTS; seed++) {
            Random random = new Random(seed);
            boolean markdown = random.nextInt(4) > 0;
            String text = document(random, markdown);
            int target = 16 + random.nextInt(60);
            int max = target + random.nextInt(60);
            String seen = "seed " + seed + ", " + target + ".." + max + " tokens";
            List<TextSegment> segments = load(Documents.file(write(folder, markdown ? "a.md" : "a.txt", text))
                    .segmentTokens(target, max));
            check(text, segments, max, seen);
        }
    }

    private static void check(String text, List<TextSegment> segments, int max, String seen) {
        String[] lines = text.split("\n", -1);
        StringBuilder together = new StringBuilder();
        int at = 0;
        int lastLine = 0;
        for (int i = 0; i < segments.size(); i++) {
            TextSegment segment = segments.get(i);
            assertTrue(TokenEstimate.of(segment.text()) <= max, seen + ", too long: " + segment.text());
            assertEquals(i, segment.metadata().getInteger(SegmentKeys.ORDINAL), seen);
            int start = number(segment, SegmentKeys.START_LINE);
            int end = number(segment, SegmentKeys.END_LINE);
            assertTrue(start >= lastLine && end >= start, seen + ", lines " + start + "-" + end);
            // Blank lines alone lie between two segments.
            for (int line = Math.max(1, lastLine + 1); line < start; line++) {
                assertTrue(lines[line - 1].isBlank(), seen + ", lost line " + line);
            }
            lastLine = end;
            String source = String.join("\n", List.of(lines).subList(start - 1, end));
            // A table that goes on has its head above it once more.
            boolean goesOn = segment.text().startsWith(TABLE_HEAD) && !source.contains(segment.text());
            String own = goesOn ? segment.text().substring(TABLE_HEAD.length()) : segment.text();
            assertTrue(source.contains(own), seen + ", not in its lines: " + own);
            int found = text.indexOf(own.strip(), at);
            assertTrue(found >= 0 && text.substring(at, found).isBlank(), seen + ", lost before: " + own);
            at = found + own.strip().length();
            together.append(own);
        }
        assertEquals(text.replaceAll("\\s", ""), together.toString().replaceAll("\\s", ""), seen);
    }

    private static int number(TextSegment segment, String key) {
        Integer number = segment.metadata().getInteger(key);
        return number == null ? -1 : number;
    }

    private static String document(Random random, boolean markdown) {
        StringBuilder out = new StringBuilder("Start\n\n");
        int blocks = 1 + random.nextInt(25);
        for (int i = 0; i < blocks; i++) {
            switch (markdown ? random.nextInt(12) : random.nextInt(2)) {
                case 0, 1 -> out.append(prose(random, 1 + random.nextInt(80)));
                case 2, 3 ->
                    out.append("#".repeat(1 + random.nextInt(6)))
                            .append(' ')
                            .append(prose(random, 1 + random.nextInt(4)).strip());
                case 4 ->
                    out.append("```\n")
                            .append(prose(random, random.nextInt(90)))
                            .append("\n\n  }\n```");
                case 5 -> out.append(TABLE_HEAD).append("| x y | z |\n".repeat(random.nextInt(20)));
                case 6 -> list(random, out, 0);
                case 7 ->
                    out.append("> ")
                            .append(prose(random, 30).replace("\n", "\n> "))
                            .append("\n>\n> - item\n> - item");
                case 8 -> out.append("---");
                case 9 -> out.append("Setext heading\n===");
                case 10 ->
                    out.append("[ref")
                            .append(i)
                            .append("]: https://example.com/")
                            .append(i);
                default -> out.append("<div>\n").append(prose(random, 10)).append("\n</div>");
            }
            out.append("\n".repeat(1 + random.nextInt(3)));
        }
        return out.toString();
    }

    private static void list(Random random, StringBuilder out, int depth) {
        int items = 1 + random.nextInt(5);
        for (int i = 0; i < items; i++) {
            out.append("  ".repeat(depth))
                    .append("- ")
                    .append(prose(random, 1 + random.nextInt(20))
                            .replace("\n", " ")
                            .strip())
                    .append('\n');
            if (depth < 4 && random.nextInt(4) == 0) {
                list(random, out, depth + 1);
            }
        }
    }

    private static String prose(Random random, int words) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < words; i++) {
            switch (random.nextInt(12)) {
                case 0 -> out.append("Ende. ");
                case 1 -> out.append("汉字文本。");
                case 2 -> out.append("line\n");
                case 3 -> out.append("😀");
                case 4 -> out.append("aB3".repeat(random.nextInt(60))).append(' ');
                default -> out.append("word".repeat(1 + random.nextInt(3))).append(' ');
            }
        }
        return out.toString();
    }
}
