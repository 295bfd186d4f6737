package dev.groundwork.rag.lucene.ingest;

import static dev.groundwork.rag.lucene.ingest.Containers.paragraph;
import static dev.groundwork.rag.lucene.ingest.Containers.word;
import static dev.groundwork.rag.lucene.ingest.Loading.headings;
import static dev.groundwork.rag.lucene.ingest.Loading.load;
import static dev.groundwork.rag.lucene.ingest.Loading.texts;
import static dev.groundwork.rag.lucene.ingest.Loading.title;
import static dev.groundwork.rag.lucene.ingest.Loading.write;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.langchain4j.data.segment.TextSegment;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WordSegmentsTest {

    private static final String STYLES = "<w:styles xmlns:w='w'>"
            + "<w:style w:styleId='H1'><w:name w:val='heading 1'/></w:style>"
            + "<w:style w:styleId='Own'><w:name w:val='Chapter'/><w:basedOn w:val='H1'/></w:style>"
            + "<w:style w:styleId='H2'><w:name w:val='Whatever'/><w:pPr><w:outlineLvl w:val='1'/></w:pPr></w:style>"
            + "<w:style w:styleId='T'><w:name w:val='Title'/></w:style></w:styles>";

    private static final String NUMBERING = "<w:numbering xmlns:w='w'><w:abstractNum w:abstractNumId='7'>"
            + "<w:lvl w:ilvl='0'><w:start w:val='3'/><w:numFmt w:val='decimal'/><w:lvlText w:val='%1.'/></w:lvl>"
            + "<w:lvl w:ilvl='1'><w:numFmt w:val='lowerLetter'/><w:lvlText w:val='%1.%2)'/></w:lvl>"
            + "</w:abstractNum><w:num w:numId='5'><w:abstractNumId w:val='7'/></w:num></w:numbering>";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Test
    void keepsHeadingsByTheOutlineOfTheirStyles() {
        List<TextSegment> segments = load(document(styled("T", "Handbook")
                + styled("Own", "Keys")
                + paragraph("word ".repeat(120))
                + styled("H2", "Rotation")
                + paragraph("turn ".repeat(120))));

        assertEquals("Handbook", title(segments.getFirst()));
        assertEquals("Keys", headings(segments.get(0)));
        assertEquals("Keys › Rotation", headings(segments.get(1)));
    }

    @Test
    void numbersListsAsWordDoes() {
        List<TextSegment> segments =
                load(document(item(0, "three") + item(1, "a") + item(1, "b") + item(0, "four") + item(1, "a again")));

        assertEquals(List.of("3. three\n  3.a) a\n  3.b) b\n4. four\n  4.a) a again"), texts(segments));
    }

    @Test
    void putsATablesRowsOnLines() {
        String table = "<w:tbl><w:tr>" + cell("Name") + cell("City") + "</w:tr><w:tr>" + cell("Ada") + cell("London")
                + "</w:tr></w:tbl>";

        assertEquals(List.of("Name | City\nAda | London"), texts(load(document(table))));
    }

    @Test
    void readsAFrameOfASingleCellAsText() {
        String table = "<w:tbl><w:tr><w:tc>" + paragraph("One.") + paragraph("Two.") + "</w:tc></w:tr></w:tbl>";

        assertEquals(List.of("One.\n\nTwo."), texts(load(document(table))));
    }

    @Test
    void leavesOutWhatIsDeletedOrHiddenAndReadsAlternativesOnce() {
        String body = "<w:p><w:del><w:r><w:t>gone</w:t></w:r></w:del><w:ins><w:r><w:t>new</w:t></w:r></w:ins>"
                + "<w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r>"
                + "<w:r><w:rPr><w:vanish w:val='0'/></w:rPr><w:t> shown</w:t></w:r>"
                + "<w:r><mc:AlternateContent><mc:Choice><w:t> once</w:t></mc:Choice>"
                + "<mc:Fallback><w:t> twice</w:t></mc:Fallback></mc:AlternateContent></w:r></w:p>";

        assertEquals(List.of("new shown once"), texts(load(document(body))));
    }

    @Test
    void readsTextBoxesAndFormulas() {
        String box = "<w:p><w:r><w:t>before</w:t></w:r><w:r><w:pict><w:txbxContent>" + paragraph("boxed")
                + "</w:txbxContent></w:pict></w:r></w:p>";
        String formula =
                "<w:p><m:oMath><m:f><m:num><m:r><m:t>a</m:t></m:r></m:num><m:den><m:r><m:t>b</m:t></m:r></m:den>"
                        + "</m:f></m:oMath></w:p>";

        assertEquals(List.of("before\n\nboxed\n\n(a)/(b)"), texts(load(document(box + formula))));
    }

    @Test
    void putsAFootnoteBehindTheParagraphThatHasIt() {
        byte[] content = Containers.office("word/document.xml")
                .part(
                        "word/document.xml",
                        Containers.wordDocument("<w:p><w:r><w:t>Claim</w:t><w:footnoteReference w:id='2'/></w:r></w:p>"
                                + paragraph("Next.")))
                .part(
                        "word/footnotes.xml",
                        "<w:footnotes xmlns:w='w'><w:footnote w:id='0' w:type='separator'>" + paragraph("---")
                                + "</w:footnote><w:footnote w:id='2'>" + paragraph("Proof")
                                + "</w:footnote></w:footnotes>")
                .relation("word/document.xml", "r1", "footnotes", "footnotes.xml")
                .zip();

        assertEquals(
                List.of("Claim[2]\n\n[2] Proof\n\nNext."),
                texts(load(Documents.file(write(folder, "a.docx", content)))));
    }

    @Test
    void takesTheTitleFromTheProperties() {
        byte[] content = Containers.office("word/document.xml")
                .part("word/document.xml", Containers.wordDocument(paragraph("Text.")))
                .part("docProps/core.xml", "<c:p xmlns:c='c' xmlns:dc='dc'><dc:title>The Handbook</dc:title></c:p>")
                .relation("", "r2", "core-properties", "/docProps/core.xml")
                .zip();

        assertEquals(
                "The Handbook",
                title(load(Documents.file(write(folder, "a.docx", content))).getFirst()));
    }

    @Test
    void readsADocumentThatIsNamedAsAnotherKindOfOfficeDocument() {
        Path file = write(folder, "a.xlsx", word(paragraph("A text.")));

        assertEquals(List.of("A text."), texts(load(Documents.file(file))));
    }

    private Documents document(String body) {
        byte[] content = Containers.office("word/document.xml")
                .part("word/document.xml", Containers.wordDocument(body))
                .part("word/styles.xml", STYLES)
                .part("word/numbering.xml", NUMBERING)
                .relation("word/document.xml", "r1", "styles", "styles.xml")
                .relation("word/document.xml", "r2", "numbering", "/word/numbering.xml")
                .zip();
        return Documents.file(write(folder, "a.docx", content));
    }

    private static String styled(String style, String text) {
        return "<w:p><w:pPr><w:pStyle w:val='" + style + "'/></w:pPr><w:r><w:t>" + text + "</w:t></w:r></w:p>";
    }

    private static String item(int level, String text) {
        return "<w:p><w:pPr><w:numPr><w:ilvl w:val='" + level + "'/><w:numId w:val='5'/></w:numPr></w:pPr><w:r><w:t>"
                + text + "</w:t></w:r></w:p>";
    }

    private static String cell(String text) {
        return "<w:tc>" + paragraph(text) + "</w:tc>";
    }
}
