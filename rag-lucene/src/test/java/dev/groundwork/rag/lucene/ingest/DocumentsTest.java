package dev.groundwork.rag.lucene.ingest;

import static dev.groundwork.rag.lucene.ingest.Loading.documents;
import static dev.groundwork.rag.lucene.ingest.Loading.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.groundwork.rag.DocumentException;
import dev.groundwork.rag.Fingerprinted;
import dev.groundwork.rag.SourceDocument;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.model.TokenCountEstimator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentsTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Test
    void visitsFilesInTheOrderOfTheirPathsAndPassesOverHiddenOnes() {
        write(folder, "b.md", "b");
        write(folder, "a/z.md", "z");
        write(folder, "a.md", "a");
        write(folder, ".git/config", "x");
        write(folder, "a/.hidden.md", "x");

        assertEquals(List.of("a.md", "a/z.md", "b.md"), ids(Documents.directory(folder)));
        assertEquals(3, Documents.directory(folder).estimatedSize());
    }

    @Test
    void readsNothingOutsideTheFolder() throws IOException {
        Path outside = write(folder, "outside/secret.md", "secret");
        Path root = Files.createDirectories(folder.resolve("root"));
        write(root, "a.md", "a");
        Files.createSymbolicLink(root.resolve("link.md"), outside);
        Files.createSymbolicLink(root.resolve("up"), folder);
        Files.createSymbolicLink(root.resolve("loop"), root);
        Files.createSymbolicLink(root.resolve("dangling.md"), Path.of("nowhere"));

        assertEquals(List.of("a.md"), ids(Documents.directory(root)));
        assertEquals(List.of("a.md"), ids(Documents.directory(root.resolve("../root/../root"))));
        assertEquals(List.of(), ids(Documents.directory(root).include("../outside/*")));
    }

    @Test
    void refusesAFileThatBecameALinkSinceItWasListed() throws IOException {
        Path outside = write(folder, "outside.md", "secret");
        Path root = Files.createDirectories(folder.resolve("root"));
        Path file = write(root, "a.md", "a");
        SourceDocument document = documents(Documents.directory(root)).getFirst();
        Files.delete(file);
        Files.createSymbolicLink(file, outside);

        assertThrows(DocumentException.class, document::load);
        assertThrows(DocumentException.class, document::fingerprint);
    }

    @Test
    void keepsToGlobs() {
        write(folder, "a.md", "a");
        write(folder, "b.txt", "b");
        write(folder, "drafts/c.md", "c");
        write(folder, "drafts/deep/d.md", "d");
        Documents all = Documents.directory(folder);

        assertEquals(List.of("a.md", "drafts/c.md", "drafts/deep/d.md"), ids(all.include("*.md")));
        assertEquals(List.of("a.md", "b.txt"), ids(all.exclude("drafts/**")));
        assertEquals(List.of("a.md"), ids(all.include("*.md").exclude("drafts/**")));
        assertEquals(List.of("b.txt", "drafts/c.md"), ids(all.include("*.txt").include("drafts/*.md")));
    }

    @Test
    void namesItselfByItsRealPathUnlessNamed() throws IOException {
        Path file = write(folder, "a.md", "a");

        assertEquals(
                folder.toRealPath().toString(),
                Documents.directory(folder.resolve(".")).name());
        assertEquals(file.toRealPath().toString(), Documents.file(file).name());
        assertEquals(
                "handbook",
                Documents.directory(folder)
                        .named("handbook")
                        .segmentTokens(20, 30)
                        .name());
        assertEquals(List.of("a.md"), ids(Documents.file(file)));
    }

    @Test
    void failsAsAWholeWhereItCannotBeListed() {
        Path file = write(folder, "a.md", "a");

        assertEquals("no such folder", reasonOfVisit(Documents.directory(folder.resolve("none"))));
        assertEquals("no such file", reasonOfVisit(Documents.file(folder.resolve("none.md"))));
        assertEquals("not a folder", reasonOfVisit(Documents.directory(file)));
        assertEquals("not a file", reasonOfVisit(Documents.file(folder)));
        assertEquals("an empty path", reasonOfVisit(Documents.directory(Path.of(""))));
        assertEquals(-1, Documents.directory(folder.resolve("none")).estimatedSize());
    }

    @Test
    void failsAsAWholeWhereAFolderBelowCannotBeRead() throws IOException {
        write(folder, "a.md", "a");
        Path closed = Files.createDirectories(folder.resolve("closed"));
        assumeTrue(Files.getFileStore(closed).supportsFileAttributeView("posix"));
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
        try {
            assumeTrue(!Files.isReadable(closed), "not as a user who may read everything");
            assertTrue(reasonOfVisit(Documents.directory(folder)).startsWith("access denied"));
        } finally {
            Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
        }
    }

    @Test
    void fingerprintStaysUntilContentOrSettingsChange() {
        Path file = write(folder, "a.md", "text");
        Documents source = Documents.file(file);
        String first = fingerprint(source);

        assertTrue(first.matches("[0-9a-f]{64}"), first);
        assertEquals(first, fingerprint(Documents.directory(folder)));
        assertEquals(
                first,
                fingerprint(
                        source.maxParseTime(Duration.ofSeconds(5)).named("x").include("*.md")));
        assertNotEquals(first, fingerprint(source.segmentTokens(199, 360)));
        assertNotEquals(first, fingerprint(source.segmentTokens(200, 361)));
        String counted = fingerprint(source.tokenCountEstimator(new Letters("1")));
        assertNotEquals(first, counted);
        assertEquals(counted, fingerprint(source.tokenCountEstimator(new Letters("1"))));
        assertNotEquals(counted, fingerprint(source.tokenCountEstimator(new Letters("2"))));
        assertNotEquals(first, fingerprint(Documents.file(write(folder, "a.txt", "text"))));
        String large = fingerprint(source.maxFileBytes(3));
        assertNotEquals(first, large);
        write(folder, "a.md", "texts");
        assertNotEquals(first, fingerprint(source));
    }

    @Test
    void countsWithTheGivenEstimator() {
        Path file = write(folder, "a.txt", "aaaaaaaaaa bbbbbbbbbb cccccccccc dddddddddd");
        List<String> texts = Loading.texts(
                Loading.load(Documents.file(file).segmentTokens(20, 22).tokenCountEstimator(new Letters("1"))));

        assertEquals(List.of("aaaaaaaaaa bbbbbbbbbb", "cccccccccc dddddddddd"), texts);
    }

    @Test
    void readsFurtherExtensionsAsTextIfTold() {
        Path file = write(folder, "A.Java", "class A {}");

        assertEquals("unsupported type: .java", Loading.reason(Documents.file(file)));
        assertEquals(
                List.of("class A {}"),
                Loading.texts(Loading.load(Documents.file(file).readAsText("JAVA"))));
    }

    @Test
    void namesTheArgumentItsValueAndItsRange() {
        Documents source = Documents.directory(folder);

        assertMessage("target: 15 is not in 16..100000 tokens", () -> source.segmentTokens(15, 20));
        assertMessage("max: 19 is not in 20..100000 tokens", () -> source.segmentTokens(20, 19));
        assertMessage("maxFileBytes: 0 is not in 1..2000000000 bytes", () -> source.maxFileBytes(0));
        assertMessage("maxCharacters: -1 is not in 1..1000000000 characters", () -> source.maxCharacters(-1));
        assertMessage("maxParseTime: PT0S is not in 1 ms..1 day", () -> source.maxParseTime(Duration.ZERO));
        assertMessage("name: \" \" is blank; it must hold a visible character", () -> source.named(" "));
        assertMessage("include: \"\" is blank; a glob such as \"*.md\" is legal", () -> source.include(""));
        assertMessage(
                "extensions: \".java\" is not an extension without its dot, such as \"java\"",
                () -> source.readAsText(".java"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> source.exclude("{a"))
                .getMessage()
                .startsWith("exclude: \"{a\" is not a glob"));
    }

    private static void assertMessage(String message, org.junit.jupiter.api.function.Executable call) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
    }

    private static List<String> ids(Documents source) {
        return documents(source).stream().map(SourceDocument::id).toList();
    }

    private static String fingerprint(Documents source) {
        return documents(source).getFirst().fingerprint();
    }

    private static String reasonOfVisit(Documents source) {
        return assertThrows(DocumentException.class, () -> documents(source)).reason();
    }

    /** Each letter a token. */
    private record Letters(String fingerprint) implements TokenCountEstimator, Fingerprinted {

        @Override
        public int estimateTokenCountInText(String text) {
            return (int) text.chars().filter(Character::isLetter).count();
        }

        @Override
        public int estimateTokenCountInMessage(ChatMessage message) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int estimateTokenCountInMessages(Iterable<ChatMessage> messages) {
            throw new UnsupportedOperationException();
        }
    }
}
