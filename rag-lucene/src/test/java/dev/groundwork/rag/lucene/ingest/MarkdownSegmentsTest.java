package dev.groundwork.rag.lucene.ingest;

import static dev.groundwork.rag.lucene.ingest.Loading.headings;
import static dev.groundwork.rag.lucene.ingest.Loading.lines;
import static dev.groundwork.rag.lucene.ingest.Loading.load;
import static dev.groundwork.rag.lucene.ingest.Loading.texts;
import static dev.groundwork.rag.lucene.ingest.Loading.title;
import static dev.groundwork.rag.lucene.ingest.Loading.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.groundwork.rag.SegmentKeys;
import dev.langchain4j.data.segment.TextSegment;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MarkdownSegmentsTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Test
    void numbersTheLinesOfTheFileAndTellsItsHeadings() {
        List<TextSegment> segments = load(folder, "keys.md", """
            ---
            title: "Handling keys"
            ---
            # Keys

            Keys open doors.

            ## How to *rotate* `keys`

            Make a new one.
            Throw the old one away.
            """);

        assertEquals(
                List.of(
                        "# Keys\n\nKeys open doors.",
                        "## How to *rotate* `keys`\n\nMake a new one.\nThrow the old one away."),
                texts(segments));
        assertEquals("4-6", lines(segments.get(0)));
        assertEquals("8-11", lines(segments.get(1)));
        assertEquals("Handling keys", title(segments.get(0)));
        assertEquals("Keys", headings(segments.get(0)));
        assertEquals("Keys › How to rotate keys", headings(segments.get(1)));
        assertEquals("keys.md", segments.get(1).metadata().getString(SegmentKeys.SOURCE));
        assertEquals(1, segments.get(1).metadata().getInteger(SegmentKeys.ORDINAL));
        assertFalse(segments.get(0).metadata().containsKey(SegmentKeys.PAGE));
    }

    @Test
    void takesTheFirstHeadingForTheTitleAndDoesNotRepeatIt() {
        List<TextSegment> segments = load(folder, "a.md", "Guide\n=====\n\nText.\n\nPart {#part}\n---\n\nMore.\n");

        assertEquals("Guide", title(segments.get(0)));
        assertEquals("", headings(segments.get(0)));
        assertEquals("Part", headings(segments.get(1)));
        assertEquals("6-9", lines(segments.get(1)));
    }

    @Test
    void countsLinesAlikeForAllLineEnds() {
        String text = "# A\n\none\n\n# B\n\ntwo\n";
        for (String end : List.of("\n", "\r\n", "\r")) {
            List<TextSegment> segments = load(folder, "a.md", text.replace("\n", end));
            assertEquals(List.of("# A\n\none", "# B\n\ntwo"), texts(segments));
            assertEquals("5-7", lines(segments.get(1)));
        }
    }

    @Test
    void keepsCodeWholeWithItsFenceAndTheLineThatAnnouncesIt() {
        String first = "A first paragraph of words.";
        String code = "```java\n" + "int a = 1;\n\n".repeat(8) + "```";
        List<TextSegment> segments =
                load(Documents.file(write(folder, "a.md", first + "\n\nRun this:\n\n" + code + "\n\nAfter.\n"))
                        .segmentTokens(20, 54));

        assertEquals(List.of(first, "Run this:\n\n" + code + "\n\nAfter."), texts(segments));
        assertEquals("3-24", lines(segments.get(1)));
    }

    @Test
    void keepsTablesAndListsWhole() {
        String table = "| key | value |\n|-----|-------|\n"
                + "| abc | def |\n".repeat(8).strip();
        String list = "- one\n- two\n  - three\n\n    inner\n- four";
        List<TextSegment> segments = load(Documents.file(write(folder, "a.md", table + "\n\n" + list + "\n"))
                .segmentTokens(16, 100));

        assertEquals(List.of(table, list), texts(segments));
        assertEquals("1-10", lines(segments.get(0)));
        assertEquals("12-17", lines(segments.get(1)));
    }

    @Test
    void cutsOversizedCodeAtLinesAndRatherAtBlankOnes() {
        String half = "aaaa bbbb cccc\n".repeat(5);
        List<TextSegment> segments = load(Documents.file(write(folder, "a.md", "```\n" + half + "\n" + half + "```\n"))
                .segmentTokens(24, 32));

        // Three marks and five lines of three tokens; the sixth line would have fitted.
        assertEquals(List.of("```\n" + half.strip(), half + "```"), texts(segments));
        assertEquals("1-6", lines(segments.get(0)));
        assertEquals("8-13", lines(segments.get(1)));
    }

    @Test
    void cutsOversizedListsBetweenItems() {
        String item = "- an item of eight words in all here\n";
        List<TextSegment> segments =
                load(Documents.file(write(folder, "a.md", item.repeat(6))).segmentTokens(20, 40));

        assertEquals(3, segments.size());
        assertEquals((item + item).strip(), segments.get(0).text());
        assertEquals("5-6", lines(segments.get(2)));
    }

    @Test
    void doesNotCutWithinAnItemThatFits() {
        String item = "- one two three four five\n  six seven eight nine ten\n";
        List<TextSegment> segments =
                load(Documents.file(write(folder, "a.md", item.repeat(3))).segmentTokens(18, 30));

        // Eleven tokens an item: a line of the next one would have fitted too.
        assertEquals(List.of(item.strip(), item.strip(), item.strip()), texts(segments));
        assertEquals("3-4", lines(segments.get(1)));
    }

    @Test
    void putsSmallNeighboursTogetherButNotAcrossHeadings() {
        List<TextSegment> segments = load(folder, "a.md", "One.\n\nTwo.\n\n## H\n\nThree.\n\nFour.\n");

        assertEquals(List.of("One.\n\nTwo.", "## H\n\nThree.\n\nFour."), texts(segments));
    }

    @Test
    void putsHeadingsBeforeWhatTheyStandOver() {
        List<TextSegment> segments = load(folder, "a.md", "Start.\n\n## A\n\n### B\n\nText.\n\n## Last\n");

        assertEquals(List.of("Start.", "## A\n\n### B\n\nText.\n\n## Last"), texts(segments));
        assertEquals("A › B", headings(segments.get(1)));
    }

    @Test
    void leavesOutComments() {
        List<TextSegment> segments = load(folder, "a.md", "One.\n\n<!-- secret\n\nnote -->\n\nTwo.\n");

        assertEquals(List.of("One.\n\nTwo."), texts(segments));
        assertEquals("1-7", lines(segments.getFirst()));
    }

    @Test
    void takesTextBetweenRulesForText() {
        List<TextSegment> segments = load(folder, "a.md", "---\n\nSome text: here.\n\n---\n\nMore.\n");

        assertTrue(segments.getFirst().text().contains("Some text"), segments.toString());
    }

    @Test
    void readsDeeplyNestedQuotesAndListsInTime() {
        String deep = "> ".repeat(20_000) + "bottom\n\n" + "- ".repeat(20_000) + "end\n\n" + "*".repeat(100_000) + "a";
        List<TextSegment> segments = load(folder, "a.md", deep);

        assertTrue(segments.size() > 2);
        assertTrue(String.join("", texts(segments)).contains("bottom"));
    }
}
