package dev.groundwork.rag.lucene.ingest;

import static dev.groundwork.rag.lucene.ingest.Loading.lines;
import static dev.groundwork.rag.lucene.ingest.Loading.load;
import static dev.groundwork.rag.lucene.ingest.Loading.texts;
import static dev.groundwork.rag.lucene.ingest.Loading.write;
import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.langchain4j.data.segment.TextSegment;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlainTextSegmentsTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Test
    void cutsLongParagraphsAtTheEndsOfSentences() {
        String english = "The gate opens at nine each day. ";
        List<TextSegment> segments =
                load(Documents.file(write(folder, "a.txt", english.repeat(6))).segmentTokens(16, 20));

        // Eight tokens a sentence: two each.
        assertEquals(
                List.of((english + english).strip(), (english + english).strip(), (english + english).strip()),
                texts(segments));
    }

    @Test
    void doesNotTakeGermanAbbreviationsAndDatesForTheEndOfASentence() {
        String text = "Das gilt z. B. Am 3. Oktober bei Dr. Müller in Nr. Fünf. Danach kommt noch ein Satz.";
        int end = "Das gilt z. B. Am 3. Oktober bei Dr. Müller in Nr. Fünf. ".length();

        assertArrayEquals(new int[] {end, text.length()}, Sentences.ends(text, 0, text.length()));
    }

    @Test
    void cutsChineseAfterItsFullStop() {
        String first = "黑豹队的防守只丢了三百零八分，在联赛中排名第六。";
        String second = "同时也以二十四次拦截领先国家橄榄球联盟！";
        List<TextSegment> segments =
                load(Documents.file(write(folder, "a.txt", first + second)).segmentTokens(26, 30));

        assertEquals(List.of(first, second), texts(segments));
    }

    @Test
    void cutsLongSentencesBetweenWordsAndLongWordsBetweenCharacters() {
        String words = "alpha beta gamma ".repeat(20).strip();
        List<TextSegment> segments =
                load(Documents.file(write(folder, "a.txt", words)).segmentTokens(16, 20));
        assertEquals(words, String.join(" ", texts(segments)));
        assertEquals(
                "alpha beta gamma alpha beta gamma alpha beta gamma alpha beta gamma alpha beta gamma alpha",
                segments.getFirst().text());

        String base64 = "QUJDREVGR0hJSktMTU5P".repeat(50);
        List<TextSegment> cut =
                load(Documents.file(write(folder, "b.txt", base64)).segmentTokens(16, 20));
        assertEquals(base64, String.join("", texts(cut)));
        assertTrue(cut.size() > 10);
        cut.forEach(segment -> assertTrue(TokenEstimate.of(segment.text()) <= 20, segment.text()));
    }

    @Test
    void neverCutsASurrogatePairNorAFamilyOfEmoji() {
        String family = "👩‍👩‍👧‍👦";
        for (String emoji : List.of("😀", family, "👍🏽", "é́")) {
            for (int shift = 0; shift < 4; shift++) {
                String text = "x".repeat(shift) + emoji.repeat(60);
                List<TextSegment> segments =
                        load(Documents.file(write(folder, "a.txt", text)).segmentTokens(16, 17));
                assertEquals(text, String.join("", texts(segments)));
                assertTrue(segments.size() > 1);
                for (TextSegment segment : segments) {
                    String rest = segment.text().replace(emoji, "").replace("x", "");
                    assertEquals("", rest, segment.text());
                }
            }
        }
    }

    @Test
    void keepsLinesOfDataWhole() {
        String csv =
                IntStream.range(0, 40).mapToObj(i -> "row " + i + ",a. B,c").collect(joining("\n"));
        List<TextSegment> segments =
                load(Documents.file(write(folder, "a.log", csv)).segmentTokens(30, 40));

        assertEquals(csv, String.join("\n", texts(segments)));
        assertTrue(segments.size() > 5);
        segments.forEach(segment -> assertTrue(segment.text().startsWith("row "), segment.text()));
    }

    @Test
    void splitsFiveMegabytesOnOneLineInLinearTime() {
        for (String unit : List.of("A sentence stands here. ", "x", "汉", "a\u0301")) {
            String text = "start " + unit.repeat(5_000_000 / unit.getBytes(StandardCharsets.UTF_8).length);
            Path file = write(folder, "big.txt", text);
            // A quadratic way would take hours; a linear one takes about a second.
            List<TextSegment> segments =
                    assertTimeoutPreemptively(Duration.ofSeconds(20), () -> load(Documents.file(file)), unit);
            assertFalse(segments.isEmpty());
            int length = segments.stream()
                    .mapToInt(segment -> segment.text().replace(" ", "").length())
                    .sum();
            assertEquals(text.replace(" ", "").length(), length);
        }
    }

    @Test
    void readsMarkedUtf16AndUndeclaredWesternText() {
        byte[] utf16 = "\ufeffgrün 汉".getBytes(StandardCharsets.UTF_16LE);
        assertEquals(List.of("grün 汉"), texts(load(Documents.file(write(folder, "a.txt", utf16)))));
        byte[] utf8 = "\ufeffgrün".getBytes(StandardCharsets.UTF_8);
        assertEquals(List.of("grün"), texts(load(Documents.file(write(folder, "b.txt", utf8)))));
        byte[] western = "Grüße für 5 € – ja".getBytes(Charset.forName("windows-1252"));
        assertEquals(List.of("Grüße für 5 € – ja"), texts(load(Documents.file(write(folder, "c.txt", western)))));
    }

    @Test
    void keepsTheIndentOfTheFirstLine() {
        List<TextSegment> segments = load(folder, "LICENSE", "\n\n   Indented.\n\nNext.\n\n");

        assertEquals(List.of("   Indented.\n\nNext."), texts(segments));
        assertEquals("3-5", lines(segments.getFirst()));
    }
}
