package dev.groundwork.rag.lucene.ingest;

import static dev.groundwork.rag.lucene.ingest.Loading.headings;
import static dev.groundwork.rag.lucene.ingest.Loading.load;
import static dev.groundwork.rag.lucene.ingest.Loading.reason;
import static dev.groundwork.rag.lucene.ingest.Loading.texts;
import static dev.groundwork.rag.lucene.ingest.Loading.title;
import static dev.groundwork.rag.lucene.ingest.Loading.write;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.langchain4j.data.segment.TextSegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BooksAndMailTest {

    private static final String CONTAINER =
            "<container><rootfiles><rootfile full-path='OEBPS/book.opf'/></rootfiles></container>";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Test
    void readsABookInTheOrderOfItsSpine() {
        String words = "word ".repeat(100);
        List<TextSegment> segments = load(Documents.file(write(
                folder,
                "a.epub",
                book("").part("OEBPS/one chapter.xhtml", "<html><body><h1>One</h1><p>" + words + "</p></body></html>")
                        .part("OEBPS/two.xhtml", "<html><body><h1>Two</h1><p>" + words + "</p></body></html>")
                        .part("OEBPS/nav.xhtml", "<html><body><p>Contents</p></body></html>")
                        .zip())));

        assertEquals(
                List.of("Two", "One"), segments.stream().map(Loading::headings).toList());
        assertEquals("A Book", title(segments.getFirst()));
    }

    @Test
    void tellsAnEncryptedBookFromOneWhoseFontsAreScrambled() {
        String scheme = "<encryption><EncryptedData><EncryptionMethod Algorithm='%s'/></EncryptedData></encryption>";
        String page = "<html><body><p>Text.</p></body></html>";

        Path drm = write(
                folder,
                "a.epub",
                book(scheme.replace("%s", "http://www.w3.org/2001/04/xmlenc#aes128-cbc"))
                        .part("OEBPS/two.xhtml", page)
                        .zip());
        Path fonts = write(
                folder,
                "b.epub",
                book(scheme.replace("%s", "http://www.idpf.org/2008/embedding"))
                        .part("OEBPS/two.xhtml", page)
                        .zip());

        assertEquals("encrypted", reason(Documents.file(drm)));
        assertEquals(List.of("Text."), texts(load(Documents.file(fonts))));
    }

    @Test
    void readsAMessageWithItsDecodedHeader() {
        List<TextSegment> segments = load(folder, "a.eml", """
            From: =?UTF-8?Q?J=C3=BCrgen?= <j@example.org>
            To: a@example.org,
             b@example.org
            Subject: =?UTF-8?B?S8O8bmRpZ3VuZw==?=
            Date: Mon, 1 Jun 2026 10:00:00 +0200
            Content-Type: text/plain; charset=iso-8859-1
            Content-Transfer-Encoding: quoted-printable

            Gr=FC=DFe =
            an alle.
            """);

        assertEquals(
                List.of("Subject: Kündigung\nFrom: Jürgen <j@example.org>\nTo: a@example.org, b@example.org\n"
                        + "Date: Mon, 1 Jun 2026 10:00:00 +0200\n\nGrüße an alle."),
                texts(segments));
        assertEquals("Kündigung", title(segments.getFirst()));
    }

    @Test
    void takesThePlainTextOfAlternativesAndElseTheHtml() {
        String html = "Content-Type: text/html\n\n<p>In <b>HTML</b></p>\n";
        assertEquals(
                List.of("From: a@b\n\nIn plain text"),
                texts(load(
                        folder, "a.eml", parts("alternative", html, "Content-Type: text/plain\n\nIn plain text\n"))));
        assertEquals(
                List.of("From: a@b\n\nIn HTML"),
                texts(load(folder, "b.eml", parts("alternative", "Content-Type: text/plain\n\n \n", html))));
    }

    @Test
    void readsAttachmentsThatItCanAndNamesTheOthers() {
        byte[] word = Containers.word(Containers.paragraph("From the attachment."));
        String attached = "Content-Type: application/octet-stream\n"
                + "Content-Disposition: attachment; filename*=UTF-8''Angebot%20%C3%BC.docx\n"
                + "Content-Transfer-Encoding: base64\n\n"
                + Base64.getMimeEncoder().encodeToString(word) + "\n";
        String broken = "Content-Type: application/pdf; name=broken.pdf\nContent-Disposition: attachment\n\nnothing\n";

        List<TextSegment> segments =
                load(folder, "a.eml", parts("mixed", "Content-Type: text/plain\n\nSee attached.\n", attached, broken));

        assertEquals(
                List.of("From: a@b\n\nSee attached.\n\nAngebot ü.docx\n\nFrom the attachment.\n\n"
                        + "Attachment broken.pdf (not read: not a PDF)"),
                texts(segments));
        assertEquals("", headings(segments.getFirst()));
    }

    @Test
    void readsAForwardedMessage() {
        String inner = "Content-Type: message/rfc822\n\nFrom: c@d\nSubject: The first one\n\nOriginal words.\n";

        assertEquals(
                List.of("From: a@b\n\nFYI\n\nThe first one\n\nSubject: The first one\nFrom: c@d\n\nOriginal words."),
                texts(load(folder, "a.eml", parts("mixed", "Content-Type: text/plain\n\nFYI\n", inner))));
    }

    @Test
    void refusesWhatIsNoMessage() {
        assertEquals(
                "not an e-mail: it has no header of one",
                reason(Documents.file(write(folder, "a.eml", "just some text\n\nand more"))));
    }

    private static Containers book(String encryption) {
        Containers book = new Containers()
                .part("mimetype", "application/epub+zip")
                .part("META-INF/container.xml", CONTAINER)
                .part(
                        "OEBPS/book.opf",
                        "<package xmlns:dc='dc'><metadata><dc:title>A Book</dc:title></metadata><manifest>"
                                + "<item id='n' href='nav.xhtml' media-type='application/xhtml+xml' properties='nav'/>"
                                + "<item id='1' href='one%20chapter.xhtml' media-type='application/xhtml+xml'/>"
                                + "<item id='2' href='two.xhtml' media-type='application/xhtml+xml'/></manifest>"
                                + "<spine><itemref idref='n'/><itemref idref='2'/><itemref idref='1'/>"
                                + "<itemref idref='missing'/></spine></package>");
        return encryption.isEmpty() ? book : book.part("META-INF/encryption.xml", encryption);
    }

    private static String parts(String kind, String... parts) {
        StringBuilder message = new StringBuilder("From: a@b\nContent-Type: multipart/" + kind + "; boundary=x\n\n");
        for (String part : parts) {
            message.append("--x\n").append(part).append('\n');
        }
        return new String(
                message.append("--x--\n").toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }
}
