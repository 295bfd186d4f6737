package dev.groundwork.rag.lucene.ingest;

import static dev.groundwork.rag.lucene.ingest.Loading.headings;
import static dev.groundwork.rag.lucene.ingest.Loading.lines;
import static dev.groundwork.rag.lucene.ingest.Loading.load;
import static dev.groundwork.rag.lucene.ingest.Loading.texts;
import static dev.groundwork.rag.lucene.ingest.Loading.title;
import static dev.groundwork.rag.lucene.ingest.Loading.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.groundwork.rag.SegmentKeys;
import dev.langchain4j.data.segment.TextSegment;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SlidesAndSheetsTest {

    private static final String OFFICE = " xmlns:a='a' xmlns:p='p' xmlns:r='http://x/officeDocument/relationships'";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Test
    void readsSlidesInTheOrderOfTheShowWithTheirNumbersAndNotes() {
        byte[] content = Containers.office("ppt/presentation.xml")
                .part(
                        "ppt/presentation.xml",
                        "<p:presentation" + OFFICE
                                + "><p:sldIdLst><p:sldId id='1' r:id='two'/><p:sldId id='2' r:id='one'/>"
                                + "<p:sldId id='3' r:id='three'/></p:sldIdLst></p:presentation>")
                .relation("ppt/presentation.xml", "one", "slide", "slides/slide1.xml")
                .relation("ppt/presentation.xml", "two", "slide", "slides/slide2.xml")
                .relation("ppt/presentation.xml", "three", "slide", "slides/slide3.xml")
                .part("ppt/slides/slide1.xml", slide("", shape("", "Body text.") + shape("title", "The end")))
                .part("ppt/slides/slide2.xml", slide("", shape("ctrTitle", "Start here") + shape("sldNum", "1")))
                .part("ppt/slides/slide3.xml", slide(" show='0'", shape("", "Never shown")))
                .relation("ppt/slides/slide1.xml", "n", "notesSlide", "../notesSlides/notes1.xml")
                .part("ppt/notesSlides/notes1.xml", slide("", shape("body", "Say goodbye.") + shape("sldImg", "x")))
                .zip();

        List<TextSegment> segments = load(Documents.file(write(folder, "a.pptx", content)));

        assertEquals(List.of("Start here", "The end\n\nBody text.\n\nSay goodbye."), texts(segments));
        assertEquals(List.of(1, 2), pages(segments));
        assertEquals("Start here", title(segments.getFirst()));
        assertEquals("The end", headings(segments.get(1)));
    }

    @Test
    void readsSheetsWithTheNumbersOfTheirRows() {
        List<TextSegment> segments = load(workbook(
                "<row r='2'><c r='B2' t='s'><v>0</v></c><c r='C2' t='s'><v>1</v></c></row>"
                        + "<row r='3'><c r='B3' t='inlineStr'><is><t>Bolt</t></is></c><c r='C3'><v>2.5</v></c></row>",
                ""));

        assertEquals(List.of("Stock\n\nPart | Price\nBolt | 2.5"), texts(segments));
        assertEquals("Stock", headings(segments.getFirst()));
        assertEquals(List.of(1), pages(segments));
        assertEquals("1-3", lines(segments.getFirst()));
    }

    @Test
    void repeatsTheNamesOfColumnsAboveEachPieceOfALongTable() {
        StringBuilder rows =
                new StringBuilder("<row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='s'><v>1</v></c></row>");
        for (int row = 2; row <= 200; row++) {
            rows.append("<row r='" + row + "'><c r='A" + row + "' t='str'><v>bolt " + row + "</v></c><c r='B" + row
                    + "'><v>" + row + "</v></c></row>");
        }
        List<TextSegment> segments = load(workbook(rows.toString(), ""));

        assertTrue(segments.size() > 3, "segments: " + segments.size());
        for (TextSegment segment : segments) {
            assertTrue(segment.text().contains("Part | Price\nbolt"), segment.text());
            assertEquals(1, segment.text().split("Part", -1).length - 1, segment.text());
        }
        assertEquals(200, segments.getLast().metadata().getInteger(SegmentKeys.END_LINE));
        TextSegment second = segments.get(1);
        assertTrue(
                second.text()
                        .startsWith(
                                "Part | Price\nbolt " + second.metadata().getInteger(SegmentKeys.START_LINE) + " |"),
                second.text());
    }

    @Test
    void showsDatesAndShares() {
        String row = "<row r='1'><c r='A1' s='1'><v>45000</v></c><c r='B1' s='2'><v>0.125</v></c>"
                + "<c r='C1' s='3'><v>45000.75</v></c><c r='D1' s='0'><v>0.30000000000000004</v></c>"
                + "<c r='E1' s='4'><v>7</v></c><c r='F1' t='b'><v>1</v></c><c r='G1' t='e'><v>#REF!</v></c></row>";

        assertEquals(
                List.of("Stock\n\n2023-03-15 | 12.5% | 2023-03-15T18:00:00 | 0.3 | 7 | TRUE | #REF!"),
                texts(load(workbook(row, ""))));
    }

    @Test
    void leavesOutHiddenColumnsRowsAndSheets() {
        String rows = "<row r='1'><c r='A1' t='str'><v>seen</v></c><c r='B1' t='str'><v>unseen</v></c></row>"
                + "<row r='2' hidden='1'><c r='A2' t='str'><v>unseen</v></c></row>";

        assertEquals(
                List.of("Stock\n\nseen"),
                texts(load(workbook(rows, "<cols><col min='2' max='3' hidden='1'/></cols>"))));
    }

    private Documents workbook(String rows, String before) {
        byte[] content = Containers.office("xl/workbook.xml")
                .part(
                        "xl/workbook.xml",
                        "<workbook" + OFFICE + "><sheets><sheet name='Stock' r:id='s1'/>"
                                + "<sheet name='Secret' state='hidden' r:id='s2'/></sheets></workbook>")
                .relation("xl/workbook.xml", "s1", "worksheet", "worksheets/sheet1.xml")
                .relation("xl/workbook.xml", "s2", "worksheet", "worksheets/sheet2.xml")
                .relation("xl/workbook.xml", "t", "sharedStrings", "sharedStrings.xml")
                .relation("xl/workbook.xml", "f", "styles", "styles.xml")
                .part(
                        "xl/sharedStrings.xml",
                        "<sst><si><t>Part</t></si><si><r><t>Pri</t></r><r><t>ce</t></r><rPh><t>no</t></rPh></si></sst>")
                .part(
                        "xl/styles.xml",
                        "<styleSheet><numFmts><numFmt numFmtId='170' formatCode='yyyy\\-mm\\-dd\\ hh:mm'/>"
                                + "<numFmt numFmtId='171' formatCode='0\" days\"'/></numFmts><cellXfs>"
                                + "<xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='10'/><xf numFmtId='170'/>"
                                + "<xf numFmtId='171'/></cellXfs></styleSheet>")
                .part(
                        "xl/worksheets/sheet1.xml",
                        "<worksheet>" + before + "<sheetData>" + rows + "</sheetData></worksheet>")
                .part(
                        "xl/worksheets/sheet2.xml",
                        "<worksheet><sheetData><row r='1'><c r='A1'"
                                + " t='str'><v>unseen</v></c></row></sheetData></worksheet>")
                .zip();
        return Documents.file(write(folder, "a.xlsx", content));
    }

    private static String slide(String attributes, String shapes) {
        return "<p:sld" + OFFICE + attributes + "><p:cSld><p:spTree>" + shapes + "</p:spTree></p:cSld></p:sld>";
    }

    private static String shape(String type, String text) {
        String holder = type.isEmpty() ? "" : "<p:ph type='" + type + "'/>";
        return "<p:sp><p:nvSpPr><p:nvPr>" + holder + "</p:nvPr></p:nvSpPr><p:txBody><a:p><a:r><a:t>" + text
                + "</a:t></a:r></a:p></p:txBody></p:sp>";
    }

    private static List<Integer> pages(List<TextSegment> segments) {
        return segments.stream()
                .map(segment -> segment.metadata().getInteger(SegmentKeys.PAGE))
                .toList();
    }
}
