package dev.groundwork.rag.lucene.ingest;

import static dev.groundwork.rag.lucene.ingest.Loading.headings;
import static dev.groundwork.rag.lucene.ingest.Loading.lines;
import static dev.groundwork.rag.lucene.ingest.Loading.load;
import static dev.groundwork.rag.lucene.ingest.Loading.texts;
import static dev.groundwork.rag.lucene.ingest.Loading.title;
import static dev.groundwork.rag.lucene.ingest.Loading.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.langchain4j.data.segment.TextSegment;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HtmlSegmentsTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Test
    void readsParagraphsListsTablesAndCodeWithTheirLines() {
        List<TextSegment> segments =
                load(Documents.file(write(folder, "page.html", """
                    <!doctype html>
                    <html><head><title>The
                     page</title><style>p { color: red }</style></head>
                    <body>
                    <h1>The page</h1>
                    <p>First &amp;
                    second line.</p>
                    <h2>Data</h2>
                    <table>
                    <tr><th>Key</th><th>Value</th></tr>
                    <tr><td>a</td><td><p>1</p><p>2</p></td></tr>
                    </table>
                    <ol><li>one<ul><li>inner</li></ul></li>
                    <li>two</li></ol>
                    <pre>
                    int  a;
                      int b;
                    </pre>
                    </body></html>
                    """)).segmentTokens(30, 64));

        assertEquals(
                List.of(
                        "The page\n\nFirst & second line.",
                        "Data\n\nKey | Value\na | 1 2\n\n1. one\n  - inner\n2. two\n\nint  a;\n  int b;"),
                texts(segments));
        assertEquals("5-7", lines(segments.get(0)));
        assertEquals("8-17", lines(segments.get(1)));
        assertEquals("The page", title(segments.get(1)));
        assertEquals("", headings(segments.get(0)));
        assertEquals("Data", headings(segments.get(1)));
    }

    @Test
    void skipsWhatNobodySees() {
        List<TextSegment> segments = load(folder, "page.htm", """
            <body><nav>menu</nav><script>alert(1)</script><noscript>enable</noscript><template>t</template>
            <p style="color: red; DISPLAY : none">ghost</p><p hidden>ghost</p><p aria-hidden="true">ghost</p>
            <div role="navigation">ghost</div><button>press</button><!-- ghost --><svg><text>ghost</text></svg>
            <p>Seen.</p><p style="display:block">Seen too.</p></body>
            """);

        assertEquals(List.of("Seen.\n\nSeen too."), texts(segments));
    }

    @Test
    void readsAHundredThousandNestedElements() {
        List<TextSegment> segments = load(folder, "deep.html", "<div>".repeat(100_000) + "bottom");

        assertEquals(List.of("bottom"), texts(segments));
    }

    @Test
    void readsTheDeclaredCharset() {
        String page = "<html><head><meta charset=\"iso-8859-2\"></head><body>";
        byte[] bytes = (page + "Wałęsa żył</body></html>").getBytes(java.nio.charset.Charset.forName("ISO-8859-2"));
        List<TextSegment> segments = load(Documents.file(Loading.write(folder, "a.html", bytes)));

        assertEquals(List.of("Wałęsa żył"), texts(segments));
    }

    @Test
    void opensNoConnectionAndNoFile() throws Exception {
        Loading.write(folder, "secret.txt", "secret");
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String url = "http://localhost:" + server.getLocalPort() + "/";
            String page = "<?xml version=\"1.0\"?><!DOCTYPE html [<!ENTITY x SYSTEM \"" + url
                    + "\"><!ENTITY y SYSTEM \""
                    + folder.resolve("secret.txt").toUri() + "\">]><html><head><link rel=stylesheet href=\"" + url
                    + "a.css\"><base href=\"" + url + "\"></head><body><img src=\"" + url
                    + "\"><iframe src=\"" + url + "\"></iframe>text &x; &y;</body></html>";
            List<TextSegment> segments = load(folder, "a.xhtml", page);

            server.setSoTimeout(1);
            boolean connected = true;
            try {
                server.accept().close();
            } catch (java.net.SocketTimeoutException e) {
                connected = false;
            }
            assertEquals(false, connected);
            assertTrue(segments.getFirst().text().contains("text"));
            assertTrue(texts(segments).stream().noneMatch(text -> text.contains("secret")));
        }
    }
}
