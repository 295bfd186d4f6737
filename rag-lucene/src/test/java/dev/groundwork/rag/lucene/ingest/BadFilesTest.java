package dev.groundwork.rag.lucene.ingest;

import static dev.groundwork.rag.lucene.ingest.Loading.documents;
import static dev.groundwork.rag.lucene.ingest.Loading.reason;
import static dev.groundwork.rag.lucene.ingest.Loading.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.groundwork.rag.DocumentException;
import dev.groundwork.rag.SourceDocument;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BadFilesTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Test
    void aPageOfNothingButFrontMatterIsReadAndEmpty() {
        write(folder, "index.md", "---\ntitle: Guides\nsort_rank: 4\n---\n");

        List<Integer> segments = new ArrayList<>();
        Documents.directory(folder)
                .visit(document -> segments.add(document.load().size()));
        assertEquals(List.of(0), segments);
    }

    @Test
    void givesEachBadFileItsReasonAndReadsTheRest() {
        write(folder, "a.docx", "PK\u0003\u0004");
        write(folder, "b.txt", "PK\u0003\u0004rest");
        write(folder, "c.md", "");
        write(folder, "d.md", "<!-- nothing -->\n\n---\n");
        write(folder, "e.html", "<html><script>only()</script></html>");
        write(folder, "f.txt", "Hello".getBytes(StandardCharsets.UTF_16LE));
        write(folder, "g.txt", new byte[] {'a', 0, 0, 0, 'b', 1, 2, 0});
        write(folder, "h.txt", "привет мир".getBytes(Charset.forName("windows-1251")));
        write(folder, "i.txt", concat("grüße über äpfel".getBytes(StandardCharsets.UTF_8), (byte) 0xff));
        write(folder, "j.txt", "\u0001\u0002\u0003\u0004binary");
        write(folder, "k.pdf", "PK\u0003\u0004");
        write(folder, "tool", new byte[] {0x7f, 'E', 'L', 'F'});
        write(folder, "z.md", "fine");

        List<String> outcomes = new ArrayList<>();
        Documents.directory(folder).visit(document -> {
            try {
                outcomes.add(document.id() + " has " + document.load().size());
            } catch (DocumentException e) {
                assertEquals(document.id(), e.source());
                outcomes.add(e.getMessage());
            }
        });
        assertEquals(
                List.of(
                        "a.docx: damaged: it ends early, or is no zip container within",
                        "b.txt: not text: a zip archive or an office document",
                        "c.md: no text: the file is empty",
                        "d.md: no text",
                        "e.html: no text",
                        "f.txt: bad charset: UTF-16 without a byte order mark",
                        "g.txt: not text: it holds NUL bytes",
                        "h.txt: bad charset: neither UTF-8 nor Western text",
                        "i.txt: bad charset: damaged UTF-8",
                        "j.txt: not text: binary data",
                        "k.pdf: not a PDF: a zip archive or an office document",
                        "tool: not text: a program",
                        "z.md has 1"),
                outcomes);
    }

    @Test
    void keepsToItsLimitsOfSize() {
        Path file = write(folder, "a.txt", "1234567890");

        assertEquals("too large: more than 9 bytes", reason(Documents.file(file).maxFileBytes(9)));
        assertEquals(
                "too long: more than 9 characters", reason(Documents.file(file).maxCharacters(9)));
        assertEquals(
                1,
                Loading.load(Documents.file(file).maxFileBytes(10).maxCharacters(10))
                        .size());
    }

    @Test
    void givesUpAParserThatNeverEnds() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        DocumentReader endless = (content, max) -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
            throw new UnreadableException("ended");
        };
        Documents source = Documents.file(write(folder, "a.md", "text"))
                .maxParseTime(Duration.ofMillis(20))
                .readingWith(format -> endless);

        assertEquals("not parsed within 20 ms", reason(source));
        interrupted.await();
    }

    @Test
    void startsNoMoreParsersWhileTooManyLateOnesRun() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        AtomicBoolean deaf = new AtomicBoolean(true);
        DocumentReader reader = (content, max) -> {
            if (!deaf.get()) {
                return FileFormat.MARKDOWN.reader().read(content, max);
            }
            boolean waiting = true;
            while (waiting) {
                try {
                    release.await();
                    waiting = false;
                } catch (InterruptedException e) {
                    // A parser that does not listen.
                }
            }
            throw new UnreadableException("ended");
        };
        Documents source = Documents.file(write(folder, "a.md", "text"))
                .maxParseTime(Duration.ofMillis(5))
                .readingWith(format -> reader);
        // On a busy machine a thread may not have started within its time; then it does not count.
        String reason = "";
        for (int i = 0; i < 1000 && !reason.startsWith("not parsed: "); i++) {
            reason = reason(source);
        }
        assertEquals("not parsed: 8 parses that exceeded their time still run", reason);

        deaf.set(false);
        release.countDown();
        SourceDocument document =
                documents(source.maxParseTime(Duration.ofSeconds(20))).getFirst();
        // The threads count themselves out when they end.
        int loaded = 0;
        while (loaded == 0) {
            try {
                loaded = document.load().size();
            } catch (DocumentException e) {
                assertTrue(e.reason().startsWith("not parsed: "), e.reason());
                Thread.onSpinWait();
            }
        }
        assertEquals(1, loaded);
    }

    @Test
    void turnsWhatParsersThrowIntoReasons() {
        Documents source = Documents.file(write(folder, "a.md", "text"));

        assertEquals("nested too deeply", reason(source.readingWith(format -> (content, max) -> overflow(1))));
        assertEquals(
                "parsing it takes more memory than there is", reason(source.readingWith(format -> (content, max) -> {
                    throw new OutOfMemoryError("made up");
                })));
        SourceDocument broken = documents(source.readingWith(format -> (content, max) -> {
                    throw new IllegalStateException("private text");
                }))
                .getFirst();
        DocumentException failure = assertThrows(DocumentException.class, broken::load);
        assertEquals("a.md: damaged: the parser failed on it", failure.getMessage());
        Throwable cause = failure.getCause();
        assertInstanceOf(IllegalStateException.class, cause == null ? null : cause.getCause());
    }

    @Test
    void keepsTheInterruptOfItsCaller() {
        Documents source = Documents.file(write(folder, "a.md", "text")).readingWith(format -> (content, max) -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new UnreadableException("ended");
        });
        SourceDocument document = documents(source).getFirst();
        Thread.currentThread().interrupt();
        DocumentException failure = assertThrows(DocumentException.class, document::load);

        assertTrue(Thread.interrupted());
        assertEquals("interrupted", failure.reason());
    }

    @SuppressWarnings("InfiniteRecursion")
    private static DocumentText overflow(int depth) {
        return overflow(depth + 1);
    }

    private static byte[] concat(byte[] bytes, byte last) {
        byte[] all = java.util.Arrays.copyOf(bytes, bytes.length + 1);
        all[bytes.length] = last;
        return all;
    }
}
