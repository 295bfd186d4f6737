package dev.groundwork.rag.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --llm} over real HTTP: who answers, what the trace says of it, and what remains when nobody does. */
class LanguageModelTest {

    private static final String QUESTION = "How is an API key rotated?";
    private static final String ANSWER = "An API key is rotated with the command keys rotate [1].";

    @TempDir
    private Path docs;

    private final Shell shell = new Shell();

    @BeforeEach
    void writeDocuments() throws IOException {
        Files.writeString(docs.resolve("guide.md"), "# Keys\n\nAn API key is rotated with the command keys rotate.\n");
    }

    @Test
    void theModelsAnswerIsCitedAndChecked() {
        try (OpenAiStub llm = OpenAiStub.saying(ANSWER)) {
            assertThat(shell.run("ask", "--docs", docs, "--llm", "stub@" + llm.url(), QUESTION))
                    .isZero();

            assertThat(shell.out()).contains(ANSWER).contains("guide.md:3").doesNotContain("Extractive");
            assertThat(llm.paths()).containsExactly("/v1/chat/completions");
        }
    }

    @Test
    void theSecondModelAnswersWhereTheFirstRefuses() {
        try (OpenAiStub first = OpenAiStub.failing(429);
                OpenAiStub second = OpenAiStub.saying(ANSWER)) {
            assertAnsweredBySecond(first, second, "rate_limited");
        }
    }

    @Test
    void theSecondModelAnswersWhereTheFirstBreaksTheConnection() {
        try (OpenAiStub first = OpenAiStub.resetting();
                OpenAiStub second = OpenAiStub.saying(ANSWER)) {
            assertAnsweredBySecond(first, second, "failed");
        }
    }

    private void assertAnsweredBySecond(OpenAiStub first, OpenAiStub second, String outcome) {
        String firstName = "one@" + first.url();
        String secondName = "two@" + second.url();

        assertThat(shell.run("ask", "--json", "--docs", docs, "--llm", firstName, "--llm", secondName, QUESTION))
                .isZero();

        JsonNode answer = shell.json();
        assertThat(answer.path("outcome").asText()).isEqualTo("grounded");
        assertThat(answer.path("origin").asText()).isEqualTo("generated");
        assertThat(answer.path("answer").asText()).isEqualTo(ANSWER);
        JsonNode attempts = hop(answer, "chat").path("attempts");
        assertThat(attempts).hasSize(2);
        assertThat(attempts.path(0).path("member").asText()).isEqualTo(firstName);
        assertThat(attempts.path(0).path("outcome").asText()).isEqualTo(outcome);
        assertThat(attempts.path(1).path("member").asText()).isEqualTo(secondName);
        assertThat(attempts.path(1).path("outcome").asText()).isEqualTo("served");
    }

    @Test
    void whereBothAreDeadTheSourcesAnswerAndItIsFlagged() {
        try (OpenAiStub first = OpenAiStub.failing(500);
                OpenAiStub second = OpenAiStub.resetting()) {
            String[] llms = {"one@" + first.url(), "two@" + second.url()};

            assertThat(shell.run("ask", "--docs", docs, "--llm", llms[0], "--llm", llms[1], QUESTION))
                    .isZero();
            assertThat(shell.out())
                    .contains("An API key is rotated with the command keys rotate.")
                    .contains("Extractive:")
                    .contains("Degraded: no language model could answer");

            assertThat(shell.run("ask", "--json", "--docs", docs, "--llm", llms[0], "--llm", llms[1], QUESTION))
                    .isZero();
            assertThat(shell.json().path("outcome").asText()).isEqualTo("degraded");
            assertThat(shell.json().path("origin").asText()).isEqualTo("extracted");
            assertThat(shell.json().path("degradations").path(0).path("reason").asText())
                    .isEqualTo("llm_unavailable");
        }
    }

    @Test
    void failsWhereBothAreDeadAndSettingsWantAModel() throws IOException {
        Path settings =
                Files.writeString(docs.resolveSibling("strict.properties"), "rag.answer.extractive-fallback=false\n");
        try (OpenAiStub dead = OpenAiStub.resetting()) {
            String llm = "one@" + dead.url();

            assertThat(shell.run("ask", "--settings", settings, "--docs", docs, "--llm", llm, QUESTION))
                    .isEqualTo(1);

            assertThat(shell.err()).startsWith("rag ask: no model could answer: " + llm);
            assertThat(shell.out()).isEmpty();
        } finally {
            Files.delete(settings);
        }
    }

    @Test
    void aCitationThatDoesNotHoldIsMarked() {
        try (OpenAiStub llm = OpenAiStub.saying("Penguins live on the southern hemisphere [1]. So they say [9].")) {
            assertThat(shell.run("ask", "--docs", docs, "--llm", "stub@" + llm.url(), QUESTION))
                    .isZero();

            assertThat(shell.out()).contains("UNSUPPORTED").contains("Degraded: a citation is not supported");
        }
    }

    @Test
    void whatAModelSaysCannotSteerTheTerminal() {
        try (OpenAiStub llm = OpenAiStub.saying("An API key is \u001B[31mrotated with the command keys rotate [1].")) {
            String name = "stub@" + llm.url();

            assertThat(shell.run("ask", "--docs", docs, "--llm", name, QUESTION))
                    .isZero();
            assertThat(shell.out())
                    .startsWith("An API key is \uFFFD[31mrotated")
                    .doesNotContain("\u001B");

            assertThat(shell.run("ask", "--stream", "--docs", docs, "--llm", name, QUESTION))
                    .isZero();
            assertThat(shell.out())
                    .startsWith("An API key is \uFFFD[31mrotated")
                    .doesNotContain("\u001B");
        }
    }

    @Test
    void streamsTheAnswerAndThenItsSources() {
        try (OpenAiStub llm = OpenAiStub.saying("An API key is ", "rotated with the ", "command keys rotate [1].")) {
            String name = "stub@" + llm.url();

            assertThat(shell.run("ask", "--stream", "--docs", docs, "--llm", name, QUESTION))
                    .isZero();
            assertThat(shell.out()).startsWith(ANSWER + System.lineSeparator()).contains("Sources:");

            assertThat(shell.run("ask", "--stream", "--json", "--docs", docs, "--llm", name, QUESTION))
                    .isZero();
            assertThat(shell.json().path("answer").asText()).isEqualTo(ANSWER);
            assertThat(shell.err()).contains(ANSWER);
        }
    }

    @Test
    void streamsFromTheSecondWhereTheFirstRefuses() {
        try (OpenAiStub first = OpenAiStub.failing(429);
                OpenAiStub second = OpenAiStub.saying(ANSWER)) {
            assertThat(shell.run(
                            "ask",
                            "--stream",
                            "--docs",
                            docs,
                            "--llm",
                            "one@" + first.url(),
                            "--llm",
                            "two@" + second.url(),
                            QUESTION))
                    .isZero();

            assertThat(shell.out()).startsWith(ANSWER).doesNotContain("Degraded");
        }
    }

    @Test
    void streamsTheExtractiveAnswerToo() {
        assertThat(shell.run("ask", "--stream", "--docs", docs, QUESTION)).isZero();

        assertThat(shell.out())
                .containsOnlyOnce("An API key is rotated with the command keys rotate. [1]")
                .contains("Extractive:");
    }

    @Test
    void theKeyComesFromTheEnvironment() {
        try (OpenAiStub llm = OpenAiStub.saying(ANSWER)) {
            String name = "stub@" + llm.url();
            shell.run("ask", "--docs", docs, "--llm", name, QUESTION);
            shell.environment("OPENAI_API_KEY", "second-choice").run("ask", "--docs", docs, "--llm", name, QUESTION);
            shell.environment("RAG_LLM_API_KEY", "first-choice").run("ask", "--docs", docs, "--llm", name, QUESTION);

            assertThat(llm.authorizations())
                    .containsExactly("Bearer none", "Bearer second-choice", "Bearer first-choice");
        }
    }

    @Test
    void noSecretIsPrinted() {
        try (OpenAiStub llm = OpenAiStub.failing(401)) {
            String url = "http://user:hidden-password@127.0.0.1:" + llm.port() + "/v1";

            shell.environment("RAG_LLM_API_KEY", "hidden-key")
                    .run(
                            "ask",
                            "--json",
                            "--debug",
                            "--log-level",
                            "extended",
                            "--docs",
                            docs,
                            "--llm",
                            "stub@" + url,
                            QUESTION);

            assertThat(shell.out() + shell.err())
                    .contains("stub@http://127.0.0.1:" + llm.port() + "/v1")
                    .doesNotContain("hidden-password")
                    .doesNotContain("hidden-key");
            assertThat(llm.authorizations())
                    .containsExactly("Basic "
                            + Base64.getEncoder()
                                    .encodeToString("user:hidden-password".getBytes(StandardCharsets.UTF_8)));
        }
    }

    @Test
    void healthNamesTheModelsAndCallsNone() throws IOException {
        Path index = docs.resolveSibling("index-of-" + docs.getFileName());
        try (OpenAiStub llm = OpenAiStub.saying(ANSWER)) {
            shell.run("ingest", "--index", index, docs);

            assertThat(shell.run("health", "--json", "--index", index, "--llm", "stub@" + llm.url()))
                    .isZero();

            assertThat(shell.json()
                            .path("components")
                            .path("llm")
                            .path("components")
                            .has("stub@" + llm.url()))
                    .isTrue();
            assertThat(llm.paths()).isEmpty();
        }
    }

    private static JsonNode hop(JsonNode answer, String name) {
        for (JsonNode hop : answer.path("trace").path("hops")) {
            if (hop.path("name").asText().equals(name)) {
                return hop;
            }
        }
        throw new AssertionError("no hop " + name + " in " + answer);
    }
}
