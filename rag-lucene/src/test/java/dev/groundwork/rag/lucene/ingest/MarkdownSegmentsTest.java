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
        List<TextSegment> segments = small("keys.md", """
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
        List<TextSegment> segments = small("a.md", "Guide\n=====\n\nText.\n\nPart {#part}\n---\n\nMore.\n");

        assertEquals("Guide", title(segments.get(0)));
        assertEquals("", headings(segments.get(0)));
        assertEquals("Part", headings(segments.get(1)));
        assertEquals("6-9", lines(segments.get(1)));
    }

    @Test
    void countsLinesAlikeForAllLineEnds() {
        String many = " and so on for some more words";
        String text = "# A\n\none" + many + "\n\n# B\n\ntwo" + many + "\n";
        for (String end : List.of("\n", "\r\n", "\r")) {
            List<TextSegment> segments = small("a.md", text.replace("\n", end));
            assertEquals(List.of("# A\n\none" + many, "# B\n\ntwo" + many), texts(segments));
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
        List<TextSegment> segments =
                small("a.md", "One and two.\n\nThree and four.\n\n## H\n\nFive and six.\n\nSeven and eight.\n");

        assertEquals(
                List.of("One and two.\n\nThree and four.", "## H\n\nFive and six.\n\nSeven and eight."),
                texts(segments));
    }

    @Test
    void keepsADocumentWholeThatIsNoLongerThanASegment() {
        List<TextSegment> segments = load(folder, "a.md", "# A\n\nOne.\n\n## B\n\nTwo.\n\n# C\n\nThree.\n");

        assertEquals(List.of("# A\n\nOne.\n\n## B\n\nTwo.\n\n# C\n\nThree."), texts(segments));
        assertEquals("", headings(segments.getFirst()));
    }

    @Test
    void joinsTinySectionsBelowTheSameHeading() {
        String words = "Words that go on and on until there are about twenty tokens of them in this sentence.";
        List<TextSegment> segments = load(Documents.file(write(
                        folder, "a.md", "# T\n\n## A\n\n" + words + "\n\n## B\n\nTiny.\n\n## C\n\n" + words + "\n"))
                .segmentTokens(40, 64));

        assertEquals(List.of("# T\n\n## A\n\n" + words + "\n\n## B\n\nTiny.", "## C\n\n" + words), texts(segments));
        assertEquals("", headings(segments.getFirst()));
        assertEquals("C", headings(segments.get(1)));
    }

    @Test
    void keepsSectionsApartThatAreLargeEnoughToBeFound() {
        String section = "\n\nWords of it that go on until there are enough of them.\n\n";
        List<TextSegment> segments =
                load(Documents.file(write(folder, "a.md", "## A" + section + "## B" + section + "## C" + section))
                        .segmentTokens(40, 64));

        assertEquals(
                List.of("A", "B", "C"), segments.stream().map(Loading::headings).toList());
    }

    @Test
    void repeatsTheHeadOfATableThatIsCut() {
        String head = "| Name | Age |\n|---|---|\n";
        List<TextSegment> segments = load(Documents.file(write(folder, "a.md", head + "| Ada | 36 |\n".repeat(40)))
                .segmentTokens(60, 80));

        assertTrue(segments.size() > 3);
        for (TextSegment segment : segments) {
            assertTrue(segment.text().startsWith(head + "| Ada"), segment.text());
            assertTrue(TokenEstimate.of(segment.text()) <= 80, segment.text());
        }
        assertEquals(
                segments.getFirst().metadata().getInteger(SegmentKeys.END_LINE) + 1,
                segments.get(1).metadata().getInteger(SegmentKeys.START_LINE));
    }

    @Test
    void putsHeadingsBeforeWhatTheyStandOver() {
        List<TextSegment> segments =
                small("a.md", "Start of a few words.\n\n## A\n\n### B\n\nText of a few words and more.\n\n## Last\n");

        assertEquals(
                List.of("Start of a few words.", "## A\n\n### B\n\nText of a few words and more.\n\n## Last"),
                texts(segments));
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

    /** Loads it in the smallest segments that there are. */
    private List<TextSegment> small(String name, String content) {
        return load(Documents.file(write(folder, name, content)).segmentTokens(16, 64));
    }
}
