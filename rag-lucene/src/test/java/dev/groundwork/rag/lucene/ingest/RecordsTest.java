package dev.groundwork.rag.lucene.ingest;

import static dev.groundwork.rag.lucene.ingest.Loading.lines;
import static dev.groundwork.rag.lucene.ingest.Loading.load;
import static dev.groundwork.rag.lucene.ingest.Loading.texts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.langchain4j.data.segment.TextSegment;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordsTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Test
    void putsTheCellsOfCsvApartWhateverSeparatesThem() {
        assertEquals(
                List.of("Name | City\nAda, Countess | London\nAlan | two lines"),
                texts(load(folder, "a.csv", "Name,City\n\"Ada, Countess\",London\nAlan,\"two\nlines\"\n")));
        assertEquals(
                List.of("Name | Preis\nSchraube | 2,50"), texts(load(folder, "b.csv", "Name;Preis\nSchraube;2,50\n")));
        assertEquals(List.of("a | b\n1 | 2"), texts(load(folder, "c.tsv", "a\tb\n1\t2\n")));
    }

    @Test
    void tellsTheLinesOfRowsAndRepeatsTheHead() {
        StringBuilder csv = new StringBuilder("id,word\n");
        for (int row = 2; row <= 300; row++) {
            csv.append(row).append(",number").append(row).append('\n');
        }
        List<TextSegment> segments = load(folder, "a.csv", csv.toString());

        assertTrue(segments.size() > 3);
        for (int i = 0; i < segments.size(); i++) {
            TextSegment segment = segments.get(i);
            assertTrue(segment.text().startsWith("id | word\n"), segment.text());
            String[] rows = segment.text().split("\n", -1);
            int first = Integer.parseInt(rows[1].substring(0, rows[1].indexOf(' ')));
            int last = Integer.parseInt(rows[rows.length - 1].substring(0, rows[rows.length - 1].indexOf(' ')));
            assertEquals((i == 0 ? 1 : first) + "-" + last, lines(segment));
        }
    }

    @Test
    void readsRowsOfLongTextsByTheNamesOfTheirColumns() {
        String first = "first ".repeat(120).strip();
        String second = "second ".repeat(120).strip();
        List<TextSegment> segments =
                load(folder, "a.csv", "question,answer\nWhy?,\"" + first + "\"\nHow?,\"" + second + "\"\n");

        assertEquals(List.of("question: Why?\nanswer: " + first, "question: How?\nanswer: " + second), texts(segments));
        assertEquals("3-3", lines(segments.get(1)));
    }

    @Test
    void readsWhatOnlyLooksLikeCsvAsLines() {
        assertEquals(List.of("a \"b\" c, \"d\ne"), texts(load(folder, "a.csv", "a \"b\" c, \"d\ne")));
    }

    @Test
    void givesEachValueOfJsonItsPathAndLine() {
        List<TextSegment> segments = load(folder, "a.json", """
            {
              "name": "Ada",
              "born": {"year": 1815, "in": "London"},
              "tags": ["math", "poetry"],
              "nothing": null,
              "works": [{"title": "Notes"}, {"title": "Letters"}]
            }
            """);

        assertEquals(
                List.of("name: Ada\nborn.year: 1815\nborn.in: London\ntags: math, poetry\n\n"
                        + "works[0].title: Notes\n\nworks[1].title: Letters"),
                texts(segments));
        assertEquals("2-6", lines(segments.getFirst()));
    }

    @Test
    void keepsTheRecordsOfJsonLinesApart() {
        String one = "{\"id\": 1, \"text\": \"" + "alpha ".repeat(150).strip() + "\"}";
        String two = "{\"id\": 2, \"text\": \"" + "beta ".repeat(150).strip() + "\"}";
        List<TextSegment> segments = load(folder, "a.jsonl", one + "\n" + two + "\n");

        assertEquals(2, segments.size());
        assertTrue(segments.get(0).text().startsWith("id: 1\ntext: alpha alpha"));
        assertTrue(segments.get(1).text().startsWith("id: 2\ntext: beta beta"));
        assertEquals("2-2", lines(segments.get(1)));
    }

    @Test
    void keepsTheElementsOfAListApart() {
        String element = "{\"a\": \"" + "word ".repeat(150).strip() + "\"}";

        assertEquals(
                3,
                load(folder, "a.json", "[" + element + "," + element + "," + element + "]")
                        .size());
    }

    @Test
    void readsWhatIsNoJsonAsLines() {
        assertEquals(List.of("{not: 'json'"), texts(load(folder, "a.json", "{not: 'json'")));
    }
}
