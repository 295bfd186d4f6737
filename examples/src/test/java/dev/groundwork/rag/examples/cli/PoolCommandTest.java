package dev.groundwork.rag.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code rag pool} and {@code --pool}: which models there are, and how a file says that they are used. */
class PoolCommandTest {

    private static final String QUESTION = "How is an API key rotated?";
    private static final String ANSWER = "An API key is rotated with the command keys rotate [1].";

    @TempDir
    private Path folder;

    private final Shell shell = new Shell();

    private Path file(String... lines) throws IOException {
        return Files.writeString(folder.resolve("pool.properties"), String.join("\n", lines) + "\n");
    }

    @Test
    void statusNamesMembersAndLimitsAndCallsNobody() throws IOException {
        try (OpenAiStub llm = OpenAiStub.saying(ANSWER)) {
            Path file = file(
                    "pool.max-waiting = 50",
                    "pool.choice = latency",
                    "group.acme.tokens-per-minute = 90000",
                    "member.west.llm = m@" + llm.url(),
                    "member.west.requests-per-minute = 60",
                    "member.west.group = acme",
                    "member.west.tier = 0",
                    "member.east.llm = m2@" + llm.url(),
                    "member.east.tier = 1",
                    "member.east.price = 0.15/0.60",
                    "member.east.budget = 5.00 per 1d");

            assertThat(shell.run("pool", "--status", "--json", "--pool", file)).isZero();

            JsonNode members = shell.json().path("members");
            assertThat(members).hasSize(2);
            assertThat(members.path(0).path("name").asText()).isEqualTo("west");
            assertThat(members.path(0).path("state").asText()).isEqualTo("up");
            assertThat(members.path(0).path("left").path("requests").asDouble()).isEqualTo(60);
            assertThat(members.path(0).path("left").path("tokens").asDouble()).isEqualTo(90_000);
            assertThat(members.path(1).path("left").path("budget").asDouble()).isEqualTo(5);
            assertThat(llm.paths()).isEmpty();

            assertThat(shell.run("pool", "--status", "--pool", file)).isZero();
            assertThat(shell.out())
                    .contains("west: up")
                    .contains("  requests left = 60")
                    .contains("east: up");
        }
    }

    @Test
    void aProbeAsksEachAndTellsWhoDoesNotAnswer() {
        try (OpenAiStub well = OpenAiStub.saying("ready");
                OpenAiStub refusing = OpenAiStub.failing(401)) {
            assertThat(shell.run("pool", "--status", "--probe", "--llm", "a@" + well.url()))
                    .isZero();
            assertThat(shell.out()).contains("a@" + well.url() + ": up").contains("answered in");

            assertThat(shell.run(
                            "pool",
                            "--status",
                            "--probe",
                            "--json",
                            "--llm",
                            "a@" + well.url(),
                            "--llm",
                            "b@" + refusing.url()))
                    .isEqualTo(1);
            JsonNode members = shell.json().path("members");
            assertThat(members.path(0).path("served").asInt()).isEqualTo(1);
            assertThat(members.path(1).path("state").asText()).isEqualTo("resting");
            assertThat(shell.err()).contains("b@" + refusing.url() + ": ").contains("(401)");
        }
    }

    @Test
    void aQuestionIsAnsweredByThePoolOfAFileWithTheKeyThatItNames() throws IOException {
        Files.writeString(
                folder.resolve("guide.md"), "# Keys\n\nAn API key is rotated with the command keys rotate.\n");
        try (OpenAiStub dead = OpenAiStub.resetting();
                OpenAiStub llm = OpenAiStub.saying(ANSWER)) {
            Path file = Files.writeString(
                    folder.resolveSibling(folder.getFileName() + ".properties"),
                    "member.a.llm=m@" + dead.url() + "\nmember.b.llm=m@" + llm.url()
                            + "\nmember.b.key-variable=EAST_KEY\n");
            int exit = shell.environment("EAST_KEY", "from-east")
                    .run("ask", "--json", "--docs", folder, "--pool", file, QUESTION);
            Files.delete(file);

            assertThat(exit).isZero();
            assertThat(shell.json().path("answer").asText()).isEqualTo(ANSWER);
            assertThat(llm.authorizations()).containsExactly("Bearer from-east");
        }
    }

    @Test
    void allThatIsWrongWithAFileIsToldAtOnce() throws IOException {
        Path file = file(
                "pool.max-wating = 1",
                "pool.hedging = 2",
                "member.a.llm = nonsense",
                "member.b.llm = m@http://127.0.0.1:1/v1",
                "member.b.weight = heavy",
                "member.b.budget = 5",
                "group.g.requests-per-minute = 0");

        assertThat(shell.run("pool", "--status", "--pool", file)).isEqualTo(2);

        assertThat(shell.err())
                .contains("pool.max-wating is unknown")
                .contains("pool.hedging is '2': share is 2.0")
                .contains("member.a.llm: must have the form MODEL@BASE_URL")
                .contains("member.b.weight is 'heavy': must be a number")
                .contains("member.b.budget is '5': must have a form such as 5.00 per 1d")
                .contains("group.g.requests-per-minute is '0': requestsPerMinute is 0");
        assertThat(shell.run("pool", "--status")).isEqualTo(2);
        assertThat(shell.err()).contains("no model is named");
    }
}
