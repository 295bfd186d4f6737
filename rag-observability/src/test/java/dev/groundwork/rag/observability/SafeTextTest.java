package dev.groundwork.rag.observability;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SafeTextTest {

    @Test
    void cutsTheSecretsOfAUrlAndKeepsThePlace() {
        assertThat(SafeText.name("https://joe:pw@host/a.md?key=k1&b=2#3")).isEqualTo("https://host/a.md?...#3");
        assertThat(SafeText.name("gpt@https://host/v1#access_token=t")).isEqualTo("gpt@https://host/v1#...");
        assertThat(SafeText.name("http://a:p@b@host")).isEqualTo("http://host");
        assertThat(SafeText.name("guide.md?x#2")).isEqualTo("guide.md?x#2");
    }

    @Test
    void anythingThatIsNoClassNameIsNoErrorType() {
        assertThat(SafeText.errorType("RateLimitException (429)")).isEqualTo("RateLimitException (429)");
        assertThat(SafeText.errorType("Bad key sk-123")).isEqualTo("other");
        assertThat(SafeText.errorType("A".repeat(101))).isEqualTo("other");
        assertThat(SafeText.errorType(new IllegalStateException("x"))).isEqualTo("IllegalStateException");
        assertThat(SafeText.errorType(new RuntimeException() {})).isEqualTo("SafeTextTest$1");
    }

    @Test
    void capsWithoutSplittingACharacter() {
        assertThat(SafeText.cap("abcdef", 6)).isEqualTo("abcdef");
        assertThat(SafeText.cap("abcdefg", 6)).isEqualTo("abc...");
        assertThat(SafeText.cap("ab\uD83D\uDE00defg", 6)).isEqualTo("ab...");
    }

    @Test
    void aStackTraceHasNoMessagesAndEndsEvenIfCausesDoNot() {
        IllegalStateException inner = new IllegalStateException("secret");
        RuntimeException outer = new RuntimeException("secret", inner);
        inner.initCause(outer);

        String trace = SafeText.stackTrace(outer, 100_000);

        assertThat(trace)
                .startsWith("java.lang.RuntimeException\n\tat dev.groundwork.rag.observability.SafeTextTest.")
                .containsOnlyOnce("caused by java.lang.IllegalStateException")
                .doesNotContain("secret");
        assertThat(SafeText.stackTrace(outer, 50)).hasSize(50).endsWith("...");
    }
}
