package dev.groundwork.rag.examples.offline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * No class of the library, and none that it loads, opens a connection of its own accord: the whole job is done in a process that
 * records and refuses what Java opens, and where the system allows it in a network of its own that leads nowhere, whose counters
 * show what native code tried. An attempt of native code on a literal address of IPv6 that is over at once is not seen.
 */
class NoSocketIT {

    private static final String OWN_NETWORK_IS_NEEDED =
            "native code can only be watched where 'unshare -rn' gives a process a network of its own";

    @TempDir
    private static Path temp;

    private static boolean ownNetwork;

    @BeforeAll
    static void seeWhetherAProcessCanHaveANetworkOfItsOwn() throws Exception {
        ownNetwork = Files.isReadable(Path.of("/proc/self/net/snmp"))
                && Files.isReadable(Path.of("/proc/self/net/snmp6"))
                && works("unshare", "-rn", "bash", "-c", "true");
    }

    private static boolean works(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void theWholeJobTriesNoConnection() throws Exception {
        Path folder = Files.createDirectory(temp.resolve("job"));
        writeDocuments(Files.createDirectory(folder.resolve("docs")));
        writeCollection(Files.createDirectories(folder.resolve("beir/qrels")).getParent());

        run(ownNetwork ? List.of("unshare", "-rn") : List.of(), folder, ownNetwork);

        assertThat(Files.readAllLines(folder.resolve("attempts"))).isEmpty();
        List<String> results = Files.readAllLines(folder.resolve("results"));
        assertThat(results).element(0).isEqualTo("ingested 7, failed []");
        assertThat(results).element(1).asString().contains("every 90 days");
        assertThat(results).element(2).isEqualTo("ready true");
        assertThat(results.subList(3, results.size()))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line).startsWith("ndcg@10 of ").endsWith(" 1.0"));
        assumeTrue(ownNetwork, OWN_NETWORK_IS_NEEDED);
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"OUTSIDE_OF_JAVA", "INHERITED"})
    void theRecorderSeesWhatJavaOpens(DeliberateConnection connection) throws Exception {
        Path folder = Files.createDirectory(temp.resolve(connection.name()));

        run(List.of(), folder, false, connection.name());

        assertThat(Files.readAllLines(folder.resolve("attempts")))
                .anySatisfy(attempt -> assertThat(attempt).contains("DeliberateConnection"));
    }

    @Test
    void theRecorderSeesWhatIsOpenedOutsideOfJava() throws Exception {
        assumeTrue(ownNetwork, OWN_NETWORK_IS_NEEDED);
        Path folder = Files.createDirectory(temp.resolve("outside"));

        run(List.of("unshare", "-rn"), folder, true, DeliberateConnection.OUTSIDE_OF_JAVA.name());

        assertThat(Files.readAllLines(folder.resolve("attempts"))).containsExactly("counted Ip:OutNoRoutes 1");
    }

    @Test
    void theRecorderSeesAnOpenSocketThatJavaDoesNotKnow() throws Exception {
        List<String> withSocket = List.of("bash", "-c", "exec 9<>/dev/udp/127.0.0.1/9; exec \"$@\"", "bash");
        assumeTrue(
                Files.isDirectory(Path.of("/proc/self/fd"))
                        && works("bash", "-c", "exec 9<>/dev/udp/127.0.0.1/9; test -S /proc/self/fd/9"),
                "open files are only seen in /proc, and bash opens the socket");
        Path folder = Files.createDirectory(temp.resolve("inherited"));

        run(withSocket, folder, false, DeliberateConnection.INHERITED.name());

        assertThat(Files.readAllLines(folder.resolve("attempts")))
                .singleElement()
                .asString()
                .startsWith("open socket:");
    }

    private static void run(List<String> launcher, Path folder, boolean ownNetwork, String... more) throws Exception {
        // Not among the test's own resources, where it would be every test's resolver.
        Path services = Files.createDirectories(folder.resolve("services/META-INF/services"));
        Files.writeString(
                services.resolve("java.net.spi.InetAddressResolverProvider"), RecordingResolver.class.getName());
        List<String> command = new ArrayList<>(launcher);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
                "-Djava.nio.channels.spi.SelectorProvider=" + RecordingSelectorProvider.class.getName(),
                "-cp",
                folder.resolve("services")
                        + System.getProperty("path.separator")
                        + System.getProperty("java.class.path"),
                MainJob.class.getName(),
                folder.toString(),
                Boolean.toString(ownNetwork)));
        command.addAll(List.of(more));
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(180, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue())
                .as(Files.readString(output, StandardCharsets.UTF_8))
                .isZero();
    }

    /** What could lead a parser to the network has an address that would. */
    private static void writeDocuments(Path docs) throws IOException {
        Files.writeString(docs.resolve("keys.md"), """
            # Keys

            An API key is rotated with `keys rotate`, every 90 days. ![picture](http://192.0.2.1/picture.png)
            """);
        Files.writeString(docs.resolve("ducks.html"), """
            <!DOCTYPE html SYSTEM "http://192.0.2.1/html.dtd">
            <html><head><base href="http://192.0.2.1/"><link rel="stylesheet" href="style.css">
            <script src="http://192.0.2.1/script.js"></script></head>
            <body><p>Ducks eat aquatic plants.</p><img src="http://192.0.2.1/duck.png"></body></html>
            """);
        Files.writeString(docs.resolve("entity.xml"), """
            <!DOCTYPE a [<!ENTITY e SYSTEM "http://192.0.2.1/entity">]><a>An entity: &e;</a>
            """);
        Files.writeString(docs.resolve("mail.eml"), """
            From: ada@example.com
            To: bob@example.com
            Subject: Penguins
            Content-Type: text/html

            <p>Penguins swim.</p><img src="http://192.0.2.1/pixel.gif">
            """);
        Files.writeString(docs.resolve("table.csv"), "animal,link\npenguin,http://192.0.2.1/\n");
        Files.writeString(
                docs.resolve("record.json"), "{\"$schema\": \"http://192.0.2.1/schema\", \"name\": \"duck\"}");
        Files.writeString(docs.resolve("note.txt"), "A plain note about penguins.");
    }

    private static void writeCollection(Path data) throws IOException {
        Files.writeString(data.resolve("corpus.jsonl"), """
            {"_id": "a", "title": "Keys", "text": "An API key is rotated every month."}
            {"_id": "b", "title": "", "text": "Ducks eat aquatic plants and snails."}
            """);
        Files.writeString(data.resolve("queries.jsonl"), """
            {"_id": "q1", "text": "how is an api key rotated"}
            {"_id": "q2", "text": "what aquatic plants do ducks eat"}
            """);
        Files.writeString(data.resolve("qrels/test.tsv"), "query-id\tcorpus-id\tscore\nq1\ta\t1\nq2\tb\t1\n");
    }
}
