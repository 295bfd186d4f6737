package dev.groundwork.rag.lucene.ingest;

import static dev.groundwork.rag.lucene.ingest.Loading.load;
import static dev.groundwork.rag.lucene.ingest.Loading.reason;
import static dev.groundwork.rag.lucene.ingest.Loading.texts;
import static dev.groundwork.rag.lucene.ingest.Loading.title;
import static dev.groundwork.rag.lucene.ingest.Loading.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.groundwork.rag.SegmentKeys;
import dev.langchain4j.data.segment.TextSegment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDStream;
import org.apache.pdfbox.pdmodel.encryption.AccessPermission;
import org.apache.pdfbox.pdmodel.encryption.StandardProtectionPolicy;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PdfSegmentsTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Test
    void readsPageByPage() throws IOException {
        try (PDDocument document = new PDDocument()) {
            page(document, "Keys open doors.", "Locks keep them shut.");
            page(document);
            page(document, "The third page speaks of rotation.");
            document.getDocumentInformation().setTitle("Microsoft Word - All about keys");
            List<TextSegment> segments = load(Documents.file(save(document)));

            assertEquals(
                    List.of("Keys open doors.\nLocks keep them shut.", "The third page speaks of rotation."),
                    texts(segments));
            assertEquals(1, segments.get(0).metadata().getInteger(SegmentKeys.PAGE));
            assertEquals(3, segments.get(1).metadata().getInteger(SegmentKeys.PAGE));
            assertEquals("1-2", Loading.lines(segments.get(0)));
            Integer line = segments.get(1).metadata().getInteger(SegmentKeys.START_LINE);
            assertTrue(line != null && line > 2, "line " + line);
            assertEquals("All about keys", title(segments.get(0)));
        }
    }

    @Test
    void doesNotTakeAFileNameForATitle() throws IOException {
        try (PDDocument document = new PDDocument()) {
            page(document, "Text.");
            document.getDocumentInformation().setTitle("report_v3.docx");

            assertFalse(
                    load(Documents.file(save(document))).getFirst().metadata().containsKey(SegmentKeys.TITLE));
        }
    }

    @Test
    void saysThatAFileIsEncrypted() throws IOException {
        try (PDDocument document = new PDDocument()) {
            page(document, "Text.");
            document.protect(new StandardProtectionPolicy("owner", "user", new AccessPermission()));

            assertEquals("encrypted", reason(Documents.file(save(document))));
        }
    }

    @Test
    void readsWhatIsEncryptedForItsOwnerOnlyUnlessExtractionIsForbidden() throws IOException {
        try (PDDocument document = new PDDocument()) {
            page(document, "Text.");
            document.protect(new StandardProtectionPolicy("owner", "", new AccessPermission()));
            assertEquals(List.of("Text."), texts(load(Documents.file(save(document)))));
        }
        try (PDDocument document = new PDDocument()) {
            page(document, "Text.");
            AccessPermission none = new AccessPermission();
            none.setCanExtractContent(false);
            document.protect(new StandardProtectionPolicy("owner", "", none));
            assertEquals(
                    "encrypted: its author does not allow to extract text", reason(Documents.file(save(document))));
        }
    }

    @Test
    void saysThatThereIsNoTextLayer() throws IOException {
        try (PDDocument document = new PDDocument()) {
            page(document);

            assertEquals("no text found (scanned pages?)", reason(Documents.file(save(document))));
        }
    }

    @Test
    void saysWhatIsNotAPdf() {
        assertEquals("not a PDF", reason(Documents.file(write(folder, "a.pdf", "Hello"))));
        assertEquals("not a PDF: a PNG image", reason(Documents.file(write(folder, "b.pdf", new byte[] {
            (byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10
        }))));
        assertEquals("damaged PDF", reason(Documents.file(write(folder, "c.pdf", "%PDF-1.7\nnothing of the kind"))));
    }

    @Test
    void readsNoMoreOfATruncatedFileThanThereIs() throws IOException {
        try (PDDocument document = new PDDocument()) {
            page(document, "Text.");
            byte[] whole = bytes(document);
            for (int length : List.of(10, whole.length / 4, whole.length / 2)) {
                String reason = reason(Documents.file(write(folder, "cut.pdf", Arrays.copyOf(whole, length))));
                assertFalse(reason.isEmpty());
            }
        }
    }

    @Test
    void refusesAStreamThatInflatesBeyondMeasure() throws IOException {
        try (PDDocument document = new PDDocument()) {
            PDPage page = new PDPage();
            PDStream stream = new PDStream(document);
            byte[] blank = new byte[1 << 20];
            Arrays.fill(blank, (byte) ' ');
            try (OutputStream out = stream.createOutputStream(COSName.FLATE_DECODE)) {
                for (int i = 0; i < 5; i++) {
                    out.write(blank);
                }
            }
            page.setContents(stream);
            document.addPage(page);
            Path file = save(document);

            assertTrue(file.toFile().length() < 10_000);
            assertEquals("no text found (scanned pages?)", reason(Documents.file(file)));
            assertEquals(
                    "a stream of it inflates to more than 4000000 bytes",
                    reason(Documents.file(file).maxExpandedBytes(4_000_000)));
        }
    }

    @Test
    void stopsAtTheLimitOfCharacters() throws IOException {
        try (PDDocument document = new PDDocument()) {
            page(document, "Rather more than twenty characters of text.");

            assertEquals(
                    "too long: more than 20 characters",
                    reason(Documents.file(save(document)).maxCharacters(20)));
        }
    }

    private Path save(PDDocument document) throws IOException {
        return write(folder, "a.pdf", bytes(document));
    }

    private static byte[] bytes(PDDocument document) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        document.save(out);
        return out.toByteArray();
    }

    private static void page(PDDocument document, String... lines) throws IOException {
        PDPage page = new PDPage();
        document.addPage(page);
        if (lines.length == 0) {
            return;
        }
        try (PDPageContentStream content = new PDPageContentStream(document, page)) {
            content.beginText();
            content.setFont(new PDType1Font(Standard14Fonts.FontName.HELVETICA), 12);
            content.setLeading(14);
            content.newLineAtOffset(72, 700);
            for (String line : lines) {
                content.showText(line);
                content.newLine();
            }
            content.endText();
        }
    }
}
