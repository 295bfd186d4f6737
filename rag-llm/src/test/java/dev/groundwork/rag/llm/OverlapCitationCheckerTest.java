package dev.groundwork.rag.llm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.groundwork.rag.Citation;
import dev.groundwork.rag.Citation.Verdict;
import dev.groundwork.rag.Hit;
import dev.langchain4j.data.document.Metadata;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OverlapCitationCheckerTest {

    private static final Hit RATE = Hits.at(
            10,
            "## Rate\n\nThe `rate()` function calculates the **per-second** average rate of increase\nof a"
                    + " [counter](https://example.org/counter) over 5 minutes.\nIt must not be used with gauges.");
    private static final Hit ALERT = Hits.at(
            40, "Alertmanager groups alerts of similar nature into a single notification. Inhibition mutes alerts.");
    private static final Hit GERMAN = Hits.at(
            50,
            "Die Funktion berechnet die durchschnittliche Steigerung eines Zählers. Sie wurde 2016 veröffentlicht.");
    private static final Hit CHINESE = Hits.at(60, "速率函数计算计数器每秒的平均增长率。它不能用于仪表。");
    private static final List<Hit> SOURCES = List.of(RATE, ALERT, GERMAN, CHINESE);

    private static List<Citation> check(String answer) {
        return new OverlapCitationChecker().check(answer, SOURCES);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "word for word across markup and lines | The rate() function calculates the per-second average rate of"
                        + " increase of a counter over 5 minutes [1]. | 1 QUOTED",
                "after the full stop | It must not be used with gauges. [1] | 1 QUOTED",
                "other words, same content | rate() calculates how a counter increases per second on average over 5"
                        + " minutes [1]. | 1 OVERLAPPING",
                "wrong number | rate() calculates the per-second average increase of a counter over 7 minutes [1]. | 1"
                        + " UNSUPPORTED",
                "number in words | The rate function calculates the increase of a counter over five minutes [1]. | 1"
                        + " OVERLAPPING",
                "a name that is not there | The rate function of Grafana calculates the average increase of a counter"
                        + " [1]. | 1 UNSUPPORTED",
                "a not too few | It must be used with gauges [1]. | 1 UNSUPPORTED",
                "another subject | Bananas are yellow and grow in the tropics [1]. | 1 UNSUPPORTED",
                "wrong source | Alertmanager groups alerts of similar nature [1]. | 1 UNSUPPORTED",
                "no such source | Alertmanager groups alerts [9]. | 9 NO_SUCH_SOURCE",
                "zero | Alertmanager groups alerts [0]. | 0 NO_SUCH_SOURCE",
                "too large to be a number | Alerts [99999999999]. | 2147483647 NO_SUCH_SOURCE",
                "two sources, one wrong | Alertmanager groups alerts of similar nature [1][2]. | 1 UNSUPPORTED, 2"
                        + " QUOTED",
                "list | Alertmanager groups alerts into a notification [2, 3]. | 2 OVERLAPPING, 3 UNSUPPORTED",
                "range | Inhibition mutes alerts of Alertmanager [1-2]. | 1 UNSUPPORTED, 2 OVERLAPPING",
                "named | Inhibition mutes alerts of Alertmanager [Source 2]. | 2 OVERLAPPING",
                "each half by its own | rate() must not be used with gauges [1], while inhibition mutes alerts in"
                        + " Alertmanager [2]. | 1 OVERLAPPING, 2 OVERLAPPING",
                "only together | Counters increase per second on average and alerts of similar nature are grouped"
                        + " [1][2]. | 1 OVERLAPPING, 2 OVERLAPPING",
                "German | Die Funktion berechnet durchschnittliche Steigerungen von Zählern [3]. | 3 OVERLAPPING",
                "German, wrong year | Sie wurde 2017 veröffentlicht [3]. | 3 UNSUPPORTED",
                "German, word for word | Sie wurde 2016 veröffentlicht [3]. | 3 QUOTED",
                "Chinese | 速率函数计算计数器每秒的平均增长率[4]。 | 4 QUOTED",
                "Chinese, other words | 速率函数可以计算每秒平均增长率【4】。 | 4 OVERLAPPING",
                "Chinese, another subject | 香蕉是黄色的水果,生长在热带[4]。 | 4 UNSUPPORTED",
                "full width | ＡＬＥＲＴＭＡＮＡＧＥＲ groups alerts of similar nature [2]. | 2 QUOTED",
            })
    void judges(String what, String answer, String expected) {
        assertThat(check(answer))
                .as(what)
                .extracting(c -> c.number() + " " + c.verdict())
                .containsExactly(expected.split(", "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "link | See [1](https://example.org) for more.",
                "link text | See [the guide](https://example.org/[1]) for more.",
                "code | Read `values[1]` first.",
                "array | The first is values[0] of it.",
                "footnote | As said[^1].",
                "reference | See [the guide][1].",
                "task | - [ ] do it and [x] done.",
                "none | Nothing is cited here.",
            })
    void doesNotTakeForCitations(String what, String answer) {
        assertThat(check(answer)).as(what).isEmpty();
    }

    @Test
    void doesNotTakeBlocksOfCodeForCitations() {
        assertThat(check("```\nx = a[1] + b [2]\n```\nInhibition mutes alerts [2].\n"))
                .singleElement()
                .satisfies(c -> assertThat(c.claim()).isEqualTo("Inhibition mutes alerts."));
    }

    @Test
    void quotesTheSourceWithTheLinesThatTheQuoteStandsOn() {
        Citation citation = check(
                        "The rate() function calculates the per-second average rate of increase of a counter [1].")
                .getFirst();

        assertThat(citation.verdict()).isEqualTo(Verdict.QUOTED);
        assertThat(citation.quote())
                .isEqualTo("The `rate()` function calculates the **per-second** average rate of increase\nof a"
                        + " [counter](https://example.org/counter) over 5 minutes.");
        assertThat(citation.startLine()).isEqualTo(12);
        assertThat(citation.endLine()).isEqualTo(13);
        assertThat(citation.toString()).isEqualTo("[1] guide.md:12-13 (quoted)");
        assertThat(citation.claim())
                .isEqualTo("The rate() function calculates the per-second average rate of increase of a counter.");
    }

    @Test
    void givesTheSegmentsLinesWhereItsTextIsNotTheDocuments() {
        Metadata metadata = Metadata.from("source", "report.pdf");
        metadata.put("start_line", 7);
        metadata.put("end_line", 30);
        Hit hit = Hits.hit("p", "Inhibition mutes alerts.\nSilences do too.", metadata);

        Citation citation = new OverlapCitationChecker()
                .check("Silences do too, inhibition mutes alerts [1].", List.of(hit))
                .getFirst();

        assertThat(citation.startLine()).isEqualTo(7);
        assertThat(citation.endLine()).isEqualTo(30);
    }

    @Test
    void assignsMarkersToTheSentenceBeforeThemOnTheSameLine() {
        List<Citation> citations = check("Inhibition mutes alerts. [2] It must not be used with gauges. [1]\n\n- Alerts"
                + " are grouped by Alertmanager. [2]");

        assertThat(citations)
                .extracting(Citation::claim)
                .containsExactly(
                        "Inhibition mutes alerts.",
                        "It must not be used with gauges.",
                        "Alerts are grouped by Alertmanager.");
        assertThat(citations).allMatch(Citation::supported);
    }

    @Test
    void countsANumberOnceForEachSentence() {
        assertThat(check("Inhibition [2] mutes alerts [2]. It must not be used with gauges [1]."))
                .hasSize(2);
    }

    @Test
    void endsSoonOnHostileText() {
        String brackets = "[1".repeat(20_000)
                + "[".repeat(20_000)
                + "`".repeat(20_001)
                + "*".repeat(20_000)
                + " <a".repeat(5_000);

        org.junit.jupiter.api.Assertions.assertTimeoutPreemptively(
                java.time.Duration.ofSeconds(5),
                () -> new OverlapCitationChecker().check(brackets + " [1]", Hits.of(brackets)));
    }
}
