package dev.groundwork.rag.lucene.ingest;

import static dev.groundwork.rag.lucene.ingest.Containers.paragraph;
import static dev.groundwork.rag.lucene.ingest.Containers.word;
import static dev.groundwork.rag.lucene.ingest.Containers.wordDocument;
import static dev.groundwork.rag.lucene.ingest.Loading.load;
import static dev.groundwork.rag.lucene.ingest.Loading.reason;
import static dev.groundwork.rag.lucene.ingest.Loading.texts;
import static dev.groundwork.rag.lucene.ingest.Loading.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.groundwork.rag.DocumentException;
import dev.groundwork.rag.SourceDocument;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are made to do harm: each costs no more than its limits, and has one record with a reason. */
class HostileFilesTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Test
    void aFileThatIsCutOrDamagedAnywhereHasAReasonOrIsRead() throws Exception {
        Random random = new Random(7);
        for (Map.Entry<String, byte[]> sample : samples().entrySet()) {
            byte[] whole = sample.getValue();
            assertFalse(
                    load(Documents.file(write(folder, sample.getKey(), whole))).isEmpty(), sample.getKey());
            for (int i = 0; i < 40; i++) {
                byte[] harmed = whole.clone();
                if (i % 2 == 0) {
                    harmed = java.util.Arrays.copyOf(whole, 1 + random.nextInt(whole.length));
                } else {
                    for (int flips = 1 + random.nextInt(20); flips > 0; flips--) {
                        harmed[random.nextInt(harmed.length)] = (byte) random.nextInt();
                    }
                }
                Documents source = Documents.file(write(folder, sample.getKey(), harmed));
                try {
                    load(source);
                } catch (DocumentException e) {
                    assertFalse(e.reason().isBlank(), sample.getKey() + ", variant " + i);
                }
            }
        }
    }

    @Test
    void aBombIsGivenUpAtTheLimitOfWhatItMayExpandTo() {
        byte[] blanks = " ".repeat(5_000_000).getBytes(StandardCharsets.UTF_8);
        byte[] word = Containers.office("word/document.xml")
                .part("word/document.xml", wordDocument(" ".repeat(5_000_000) + paragraph("end")))
                .zip();
        byte[] book = new Containers()
                .part(
                        "META-INF/container.xml",
                        "<container><rootfiles><rootfile full-path='b.opf'/></rootfiles></container>")
                .part(
                        "b.opf",
                        "<package><manifest><item id='1' href='c.html' media-type='text/html'/></manifest>"
                                + "<spine><itemref idref='1'/></spine></package>")
                .part("c.html", blanks)
                .zip();

        assertTrue(word.length < 50_000 && book.length < 50_000);
        String bombed = "what is compressed in it expands to more than 4000000 bytes";
        assertEquals(bombed, reason(limited("a.docx", word).maxExpandedBytes(4_000_000)));
        assertEquals(bombed, reason(limited("a.epub", book).maxExpandedBytes(4_000_000)));
        assertEquals(List.of("end"), texts(load(limited("a.docx", word).maxExpandedBytes(6_000_000))));
    }

    @Test
    void partsThatTogetherExpandTooFarAreGivenUpToo() {
        Containers book =
                new Containers().part("META-INF/container.xml", "<c><r><rootfile full-path='b.opf'/></r></c>");
        StringBuilder manifest = new StringBuilder();
        StringBuilder spine = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            book.part("c" + i + ".html", "<p>word</p>" + " ".repeat(500_000));
            manifest.append("<item id='" + i + "' href='c" + i + ".html' media-type='text/html'/>");
            spine.append("<itemref idref='" + i + "'/>");
        }
        book.part("b.opf", "<p><manifest>" + manifest + "</manifest><spine>" + spine + "</spine></p>");

        assertEquals(
                "what is compressed in it expands to more than 4000000 bytes",
                reason(limited("a.epub", book.zip()).maxExpandedBytes(4_000_000)));
    }

    @Test
    void entitiesAreNotExpandedAndNothingIsFetched() throws Exception {
        Path secret = write(folder, "outside/secret.txt", "the secret");
        List<String> connections = Collections.synchronizedList(new ArrayList<>());
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            connections.add("request of " + exchange.getRequestURI());
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        ProxySelector before = ProxySelector.getDefault();
        ProxySelector.setDefault(new Recorder(connections));
        try {
            String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/";
            write(folder, "in/file.docx", entity("SYSTEM '" + secret.toUri() + "'"));
            write(folder, "in/http.docx", entity("SYSTEM '" + url + "a'"));
            write(folder, "in/laughs.docx", entity("'" + "&e;".repeat(10) + "'"));
            write(
                    folder,
                    "in/dtd.docx",
                    Containers.office("word/document.xml")
                            .part(
                                    "word/document.xml",
                                    "<!DOCTYPE w SYSTEM '" + url + "dtd'>"
                                            + wordDocument(paragraph("After a document type.")))
                            .zip());
            write(
                    folder,
                    "in/external.docx",
                    Containers.office("word/document.xml")
                            .part("word/document.xml", wordDocument(paragraph("With a picture.")))
                            .relation("word/document.xml", "r1", "styles", url + "styles.xml")
                            .zip());
            write(
                    folder,
                    "in/page.html",
                    "<base href='" + url + "'><link rel=stylesheet href=b.css><img src=c.png><iframe src=d></iframe>"
                            + "<script src=e.js></script><meta http-equiv=refresh content='0;url=f'><p>A page.</p>");
            write(folder, "in/page.md", "![picture](" + url + "g.png) <" + url + "h> A line.");
            write(
                    folder,
                    "in/mail.eml",
                    "From: a@b\nContent-Type: message/external-body; access-type=URL; URL=\"" + url
                            + "i\"\n\nA body.\n");
            write(folder, "in/letter.pdf", pdf("A letter."));

            Map<String, String> outcomes = new LinkedHashMap<>();
            Documents.directory(folder.resolve("in")).visit(document -> outcomes.put(document.id(), outcome(document)));

            String refused = "its XML refers to an entity, which is not expanded";
            assertEquals(refused, outcomes.get("file.docx"));
            assertEquals(refused, outcomes.get("http.docx"));
            assertEquals(refused, outcomes.get("laughs.docx"));
            assertEquals("After a document type.", outcomes.get("dtd.docx"));
            assertEquals("With a picture.", outcomes.get("external.docx"));
            assertEquals("A page.", outcomes.get("page.html"));
            assertEquals("A letter.", outcomes.get("letter.pdf").strip());
            assertEquals(9, outcomes.size());
            assertEquals(List.of(), connections);
        } finally {
            ProxySelector.setDefault(before);
            server.stop(0);
        }
    }

    @Test
    void theRecorderOfConnectionsSeesThem() throws Exception {
        List<String> connections = Collections.synchronizedList(new ArrayList<>());
        ProxySelector before = ProxySelector.getDefault();
        ProxySelector.setDefault(new Recorder(connections));
        try (java.net.Socket socket = new java.net.Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1), 1_000);
        } catch (IOException expected) {
            // Nobody listens there.
        } finally {
            ProxySelector.setDefault(before);
        }
        assertEquals(1, connections.size(), connections.toString());
    }

    @Test
    void namesWithinAContainerLeadNowhereOutside() throws IOException {
        Path inside = Files.createDirectories(folder.resolve("in"));
        write(folder, "secret.xml", wordDocument(paragraph("the secret")));
        byte[] climbing = Containers.office("../../secret.xml").zip();
        byte[] slipping = Containers.office("word/document.xml")
                .part("word/document.xml", wordDocument(paragraph("Fine.")))
                .part("../../slipped.txt", "slipped")
                .part("/absolute.txt", "slipped")
                .zip();

        assertEquals(
                "a zip container, but no office document", reason(Documents.file(write(inside, "a.docx", climbing))));
        assertEquals(List.of("Fine."), texts(load(Documents.file(write(inside, "b.docx", slipping)))));
        assertFalse(Files.exists(folder.resolve("slipped.txt")));
        assertFalse(Files.exists(folder.getParent().resolve("slipped.txt")));
    }

    @Test
    void whatIsNestedTooDeeplyIsRefusedOrFlattened() {
        String tooDeep = "nested too deeply: more than 256 levels";
        assertEquals(
                tooDeep,
                reason(limited(
                        "a.docx", word("<w:sdt>".repeat(100_000) + paragraph("x") + "</w:sdt>".repeat(100_000)))));
        assertEquals(tooDeep, reason(limited("a.json", "[".repeat(1_000_000).getBytes(StandardCharsets.UTF_8))));
        StringBuilder mail = new StringBuilder("From: a@b\n");
        for (int i = 0; i < 200; i++) {
            mail.append("Content-Type: multipart/mixed; boundary=b" + i + "\n\n--b" + i + "\n");
        }
        assertEquals(
                "nested too deeply: more than 64 levels",
                reason(limited("a.eml", mail.toString().getBytes(StandardCharsets.UTF_8))));
        assertEquals(
                1,
                load(limited("a.html", ("<table>".repeat(50_000) + "bottom").getBytes(StandardCharsets.UTF_8)))
                        .size());
    }

    @Test
    void aHundredMegabytesAreNotReadAtAll() throws IOException {
        Path file = folder.resolve("a.txt");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(100_000_000);
        }

        assertEquals("too large: more than 50000000 bytes", reason(Documents.file(file)));
    }

    @Test
    void moreElementsThanPeopleWriteAreRefusedBeforeTheyAreMade() {
        assertEquals(
                "too many elements: more than 500000",
                reason(limited("a.html", "<p>".repeat(500_001).getBytes(StandardCharsets.UTF_8))));
        assertEquals(
                "too many lines: more than 500000",
                reason(limited("a.md", "- a\n".repeat(500_001).getBytes(StandardCharsets.UTF_8))));
        assertEquals(
                "too long: more than 10000000 characters",
                reason(limited("a.docx", word("<w:tbl>" + "<w:tr/>".repeat(1_000_001) + "</w:tbl>"))));
    }

    @Test
    void aHeadingOfAMegabyteIsNotCarriedByEachSegment() {
        byte[] page = ("# " + "word ".repeat(200_000) + "\n\nText.\n").getBytes(StandardCharsets.UTF_8);

        load(limited("a.md", page)).forEach(segment -> {
            assertTrue(Loading.headings(segment).length() <= 200);
            assertTrue(Loading.title(segment).length() <= 200);
        });
    }

    @Test
    void tellsWhatIsEncryptedAndWhatIsSomethingElse() {
        byte[] encrypted = word(paragraph("x"));
        // The first flag of an entry, where it stands and in the directory (APPNOTE, 4.4.4).
        for (int at = 0; at + 10 < encrypted.length; at++) {
            if (encrypted[at] == 'P' && encrypted[at + 1] == 'K' && encrypted[at + 2] == 3 && encrypted[at + 3] == 4) {
                encrypted[at + 6] |= 1;
            }
            if (encrypted[at] == 'P' && encrypted[at + 1] == 'K' && encrypted[at + 2] == 1 && encrypted[at + 3] == 2) {
                encrypted[at + 8] |= 1;
            }
        }
        byte[] ole = {(byte) 0xd0, (byte) 0xcf, 0x11, (byte) 0xe0, 0, 0, 0, 0};

        assertEquals("encrypted", reason(limited("a.docx", encrypted)));
        assertEquals("encrypted, or of the time before an office document", reason(limited("b.docx", ole)));
        assertEquals("unsupported type: .doc", reason(limited("b.doc", ole)));
        assertEquals("not an office document", reason(limited("c.docx", "plain".getBytes(StandardCharsets.UTF_8))));
        assertEquals(
                "a zip container, but no EPUB book",
                reason(limited("d.epub", new Containers().part("a", "b").zip())));
    }

    private static String outcome(SourceDocument document) {
        try {
            return String.join("\n", texts(document.load()));
        } catch (DocumentException e) {
            return e.reason();
        }
    }

    private Documents limited(String name, byte[] content) {
        return Documents.file(write(folder, name, content));
    }

    private static byte[] entity(String definition) {
        return Containers.office("word/document.xml")
                .part(
                        "word/document.xml",
                        "<!DOCTYPE w [<!ENTITY e " + definition + ">]>" + wordDocument(paragraph("&e;")))
                .zip();
    }

    private static Map<String, byte[]> samples() throws IOException {
        Map<String, byte[]> samples = new LinkedHashMap<>();
        samples.put("a.docx", word(paragraph("Some words.") + "<w:tbl><w:tr><w:tc/></w:tr></w:tbl>"));
        samples.put(
                "a.xlsx",
                Containers.office("xl/workbook.xml")
                        .part(
                                "xl/workbook.xml",
                                "<workbook xmlns:r='x/relationships'><sheets><sheet name='S'"
                                        + " r:id='s'/></sheets></workbook>")
                        .relation("xl/workbook.xml", "s", "worksheet", "s.xml")
                        .part("xl/s.xml", "<w><sheetData><row r='1'><c r='A1'><v>1</v></c></row></sheetData></w>")
                        .zip());
        samples.put(
                "a.epub",
                new Containers()
                        .part("META-INF/container.xml", "<c><r><rootfile full-path='b.opf'/></r></c>")
                        .part(
                                "b.opf",
                                "<p><manifest><item id='1' href='c.html' media-type='text/html'/></manifest><spine>"
                                        + "<itemref idref='1'/></spine></p>")
                        .part("c.html", "<p>Some words.</p>")
                        .zip());
        samples.put("a.pdf", pdf("Some words."));
        samples.put(
                "a.eml",
                "From: a@b\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\nWords.\n--x--\n"
                        .getBytes(StandardCharsets.UTF_8));
        samples.put("a.csv", "a,b\n\"c\",d\n".getBytes(StandardCharsets.UTF_8));
        samples.put("a.json", "{\"a\": [1, {\"b\": \"words\"}]}".getBytes(StandardCharsets.UTF_8));
        samples.put(
                "a.html", "<html><body><h1>A</h1><table><tr><th>b</th></tr></table>".getBytes(StandardCharsets.UTF_8));
        samples.put("a.md", "# A\n\n| b | c |\n|---|---|\n| d | e |\n".getBytes(StandardCharsets.UTF_8));
        return samples;
    }

    private static byte[] pdf(String text) throws IOException {
        try (PDDocument document = new PDDocument();
                java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream()) {
            PDPage page = new PDPage();
            document.addPage(page);
            try (PDPageContentStream stream = new PDPageContentStream(document, page)) {
                stream.beginText();
                stream.setFont(new PDType1Font(Standard14Fonts.FontName.HELVETICA), 12);
                stream.newLineAtOffset(72, 700);
                stream.showText(text);
                stream.endText();
            }
            document.save(out);
            return out.toByteArray();
        }
    }

    /** Is asked by each socket and each connection to a URL where to, before it goes there. */
    private static final class Recorder extends ProxySelector {

        private final List<String> seen;

        Recorder(List<String> seen) {
            this.seen = seen;
        }

        @Override
        public List<Proxy> select(URI uri) {
            seen.add(uri.toString());
            return List.of(Proxy.NO_PROXY);
        }

        @Override
        public void connectFailed(URI uri, SocketAddress address, IOException failure) {}
    }
}
