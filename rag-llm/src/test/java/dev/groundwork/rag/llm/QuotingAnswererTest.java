package dev.groundwork.rag.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.groundwork.rag.Citation;
import dev.groundwork.rag.Deadline;
import dev.groundwork.rag.DeadlineExceededException;
import dev.groundwork.rag.ExtractiveAnswerer.CitedText;
import dev.groundwork.rag.Hit;
import dev.groundwork.rag.Question;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class QuotingAnswererTest {

    private static final Hit GRAPH =
            Hits.at(1, "# Graphs\n\nThe graph shows the rate of requests. Zoom in with the mouse.");
    private static final Hit RATE = Hits.at(20, """
        ## Functions

        The [rate()](https://example.org/a_b) function takes the history of a **counter** and
        calculates how fast it increases per second. It is applicable to counters only.

            rate(http_requests_total[5m])
        """);
    private static final Hit CITY = Hits.at(60, """
        - Paris was founded long ago.
        - The tower was opened in 1889 and is 330 metres high.
        - Gustave Eiffel built it.\
        """);

    private static Optional<CitedText> answer(String question, Hit... hits) throws InterruptedException {
        return new QuotingAnswerer()
                .answer(Question.of(question), List.of(hits), Deadline.after(Duration.ofSeconds(10)));
    }

    @Test
    void takesOffMarksButNothingWithinCode() throws Exception {
        CitedText text = answer(
                        "Which variable holds the interval?",
                        Hits.at(1, "The *variable* for the interval is `$__rate_interval`."))
                .orElseThrow();
        assertThat(text.text()).isEqualTo("The variable for the interval is $__rate_interval. [1]");
    }

    @Test
    void saysWhatAFunctionDoesWithTheLinesThatSaySo() throws Exception {
        CitedText text =
                answer("What does the rate function do?", GRAPH, RATE, CITY).orElseThrow();

        assertThat(text.text())
                .startsWith(
                        "The rate() function takes the history of a counter and calculates how fast it increases per"
                                + " second. [1]");
        Citation first = text.citations().getFirst();
        assertThat(first.toString()).isEqualTo("[1] guide.md:22-23 (quoted)");
        assertThat(first.quote())
                .isEqualTo("The [rate()](https://example.org/a_b) function takes the history of a **counter** and"
                        + "\ncalculates how fast it increases per second.");
    }

    @Test
    void itsCitationsHoldBeforeTheCheck() throws Exception {
        CitedText text = answer("How fast does the rate of the counter increase?", RATE, GRAPH)
                .orElseThrow();
        List<Hit> numbered = text.citations().stream()
                .map(Citation::segmentId)
                .distinct()
                .map(id -> id.equals(RATE.id()) ? RATE : GRAPH)
                .toList();

        List<Citation> checked = new OverlapCitationChecker().check(text.text(), numbered);

        assertThat(checked).isNotEmpty().allMatch(c -> c.verdict() == Citation.Verdict.QUOTED);
    }

    @Test
    void prefersSentencesWithANumberWhereANumberIsAsked() throws Exception {
        assertThat(answer("How high is the tower?", CITY).orElseThrow().text())
                .startsWith("The tower was opened in 1889 and is 330 metres high. [1]");
    }

    @Test
    void isEmptyWhereTheQuestionsWordsHardlyOccur() throws Exception {
        assertThat(answer("What is the capital of France?", GRAPH, RATE)).isEmpty();
        assertThat(answer("What is the capital of France?", Hits.at(1, "Write names in capitals, please do so.")))
                .isEmpty();
        assertThat(answer("What is it?", GRAPH)).isEmpty();
        assertThat(answer("What does the rate function do?")).isEmpty();
    }

    @Test
    void isEmptyWhereAllIsAboutSomethingElseOfTheSameKind() throws Exception {
        Hit other = Hits.at(1, "The usual treatments for tonsillitis in adults are rest and fluids.");

        assertThat(answer("What are the usual treatments for Lyme in adults?", other))
                .isEmpty();
        assertThat(answer("What are the usual treatments for Tonsillitis in adults?", other))
                .isPresent();
    }

    @Test
    void saysNothingTwice() throws Exception {
        Hit copy = Hits.at(
                90,
                "The rate() function takes the history of a counter and calculates how fast it increases per second!");

        assertThat(answer("What does the rate function do?", RATE, copy)
                        .orElseThrow()
                        .text())
                .containsOnlyOnce("takes the history");
    }

    @Test
    void quotesNeitherCodeNorHeadings() throws Exception {
        assertThat(answer("rate http requests total functions", RATE)
                        .map(CitedText::text)
                        .orElse(""))
                .doesNotContain("http_requests_total")
                .doesNotContain("## Functions");
    }

    @Test
    void answersInChinese() throws Exception {
        Hit hit = Hits.at(1, "警报管理器将警报分组。速率函数计算计数器每秒的平均增长率。");

        assertThat(answer("速率函数计算什么？", hit).orElseThrow().text()).isEqualTo("速率函数计算计数器每秒的平均增长率。 [1]");
    }

    @Test
    void stopsAtTheDeadlineAndWhenInterrupted() {
        AtomicLong now = new AtomicLong();
        Deadline passed = Deadline.after(Duration.ofSeconds(1), now::get);
        now.addAndGet(2_000_000_000L);
        assertThatThrownBy(() -> new QuotingAnswerer().answer(Question.of("rate?"), List.of(RATE), passed))
                .isInstanceOf(DeadlineExceededException.class);

        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> answer("rate?", RATE)).isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
    }
}
