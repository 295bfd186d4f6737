package dev.groundwork.rag.observability;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactorTest {

    private static String redact(String text) {
        return Redactor.standard().redact(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "my key is sk-proj-Ab12Cd34Ef56 ok|my key is [key] ok",
                "ghp_0123456789abcdefABCDEF0123456789abcd|[key]",
                "AKIAIOSFODNN7EXAMPLE|[key]",
                "AIzaSyA1234567890abcdefghijklmnopqrstuv|[key]",
                "xoxb-123456789012-abcdefGHIJ|[key]",
                "(eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-DEF_1)|([key])",
                "Authorization: Bearer abc.def-ghi_jkl|Authorization: [credentials] [key]",
                "bearer abcdefgh12|bearer [key]",
                "password=hunter2&x=1|password=[credentials]&x=1",
                "{\"api_key\": \"a b c d\", \"n\": 1}|{\"api_key\": [credentials], \"n\": 1}",
                "AWS_SECRET_ACCESS_KEY=wJalr/XUt|AWS_SECRET_ACCESS_KEY=[credentials]",
                "https://joe:pw@host/p?key=abc&b=2|https://host/p?key=[credentials]&b=2",
                "https://host/p?b=2&access_token=abc#x|https://host/p?b=2&access_token=[credentials]",
                "to joe.doe+x@mail.example.org.|to [email].",
                "<jöe@münchen.example>|<[email]>",
                "a@b.cd,e@f.gh|[email],[email]",
                "4111 1111 1111 1111|[card]",
                "on 2024 4111-1111-1111-1111 we|on 2024 [card] we",
                "card 378282246310005.|card [card].",
                "٤١١١١١١١١١١١١١١١|[card]",
                "qL8xT2vN9mK4pR7wZ1cB6hJ3sD5fG0yA|[key]",
            })
    void secretsAreTakenOut(String text, String safe) {
        assertThat(redact(text)).isEqualTo(safe);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "How is an API key rotated?",
                "The risk-assessment of task-force-12 in sk-learn-docs",
                "4111 1111 1111 1112", // the check digit is wrong
                "1234567890123456789012345678901234567890",
                "room @ 7, or user@localhost",
                "see https://host/path/page.html?lang=de#part",
                "550e8400-e29b-41d4-a716-446655440000",
                "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                "Donaudampfschifffahrtsgesellschaftskapitän",
                "法国的首都在哪里？",
                "",
            })
    void whatIsNoSecretStays(String text) {
        assertThat(redact(text)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sk-Abcdef12",
                "pk_live1234",
                "rk-Abcdef12",
                "gho_12345678",
                "ghp_12345678",
                "ghs_12345678",
                "ghu_12345678",
                "ghr_12345678",
                "github_pat_12345678",
                "glpat-12345678",
                "xoxb-12345678",
                "xapp-12345678",
                "AKIA123456789012",
                "ASIA123456789012",
                "AIza12345678901234567890",
                "ya29.12345678",
                "hf_1234567890",
                "gsk_1234567890",
                "npm_1234567890",
                "nvapi-1234567890",
                "dop_v1_1234567890",
                "pplx-1234567890",
                "r8_1234567890",
                "tvly-1234567890",
                "xai-1234567890",
                "whsec_1234567890",
                "shpat_1234567890",
                "pypi-1234567890",
                "SG.12345678",
                "eyJ12345678",
                "Bearer 12345678",
                "basic:12345678"
            })
    void keysAreCutOutOfNamesToo(String key) {
        assertThat(SafeText.name("a/" + key + "/b"))
                .contains("[key]")
                .doesNotContain("2345678")
                .doesNotContain("cdef12");
        assertThat(SafeText.name(key)).contains("[key]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"8745c0e1:README.md#17", "bge-small-en-v1.5-q", "what-is-it", "gpt-4.1-mini", "pi-day_r8.txt"})
    void namesWithNothingOfAKeyStay(String name) {
        assertThat(SafeText.name(name)).isEqualTo(name);
    }

    @Test
    void aPrivateKeyIsTakenOutAlsoWhereItsEndIsMissing() {
        String key = "-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----";
        assertThat(redact("a " + key + " b " + key + " c")).isEqualTo("a [key] b [key] c");
        assertThat(redact("a -----BEGIN PRIVATE KEY-----\nMIIabc")).isEqualTo("a [key]");
    }

    /**
     * Time in proportion to the length: a text of a megabyte takes about four times as long as one of a quarter, where a
     * quadratic pattern would take sixteen times as long, and minutes.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "@",
                "a@",
                "a.a@a.",
                "1",
                "1 ",
                "4-",
                "sk-",
                "sk-a",
                "eyJ",
                "eyJaaaaaaaa.",
                "://",
                "://a:",
                "://@",
                "?key",
                "?key=",
                "token",
                "token=",
                "token=\"",
                "a_token_",
                "bearer ",
                "bearer a",
                "-----BEGIN ",
                "-----BEGIN A-----END ",
                "-",
                "=",
                "\uD83D",
                "\uD83D\uDE00@",
                " \t\n",
                "aB1",
                "%40",
                "A"
            })
    void hostileTextsOfAMegabyteTakeNoLonger(String part) {
        String hostile = part.repeat((1 << 20) / part.length());
        long start = System.nanoTime();
        String safe = redact(hostile);
        SafeText.name(hostile);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        assertThat(safe.length()).isLessThanOrEqualTo(hostile.length() * 14);
    }

    @Test
    void severalCanBeJoined() {
        Redactor both = Redactor.standard().andThen(text -> text.replace("Groundwork", "[project]"));
        assertThat(both.redact("Groundwork joe@example.org")).isEqualTo("[project] [email]");
    }

    @Test
    void contentIsOffUntilItIsSwitchedOn() {
        List<String> lines = new ArrayList<>();
        JsonEventLogger logger = JsonEventLogger.to(lines::add, LogLevel.EXTENDED);
        logger.onEvent(Samples.answered());
        assertThat(Samples.parse(lines.getFirst()))
                .doesNotContainKeys("rag.query_text", "rag.answer_text", "rag.chunks");

        logger.content(true);
        assertThat(logger.content()).isTrue();
        logger.onEvent(Samples.answered());
        assertThat(Samples.parse(lines.get(1)))
                .containsEntry("rag.query_text", "What is the rotation?")
                .containsEntry("rag.answer_text", "Every day. [1]")
                .containsEntry("rag.chunks", "[{\"id\":\"a#1\",\"text\":\"Every day.\"}]");
    }

    @Test
    void contentIsRedactedBeforeItIsCut() {
        List<String> lines = new ArrayList<>();
        JsonEventLogger logger = JsonEventLogger.builder()
                .sink(LogSink.lines(lines::add))
                .content(true)
                .contentChars(20)
                .build();
        Everything.send(logger, "docs", "r-1", "0123456789 joe@example.org and more of it");

        assertThat(lines).noneMatch(line -> line.contains("joe"));
        assertThat(Samples.parse(lines.stream()
                        .filter(line -> line.contains("rag.query.completed"))
                        .findFirst()
                        .orElseThrow()))
                .containsEntry("rag.query_text", "0123456789 [email...");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whereTheRedactorFailsTheTextIsLeftOutAndCounted(boolean throwing) {
        List<String> lines = new ArrayList<>();
        JsonEventLogger logger = JsonEventLogger.builder()
                .sink(LogSink.lines(lines::add))
                .content(true)
                .redactor(text -> {
                    if (throwing) {
                        throw new StackOverflowError();
                    }
                    return null;
                })
                .build();
        logger.onEvent(Samples.answered());

        assertThat(lines).hasSize(1);
        assertThat(lines.getFirst()).doesNotContain("rotation").doesNotContain("Every day");
        assertThat(Samples.parse(lines.getFirst())).doesNotContainKeys("rag.query_text", "rag.answer_text");
        assertThat(logger.dropped()).isEqualTo(Map.of("redactor_failed", 3L));
    }
}
