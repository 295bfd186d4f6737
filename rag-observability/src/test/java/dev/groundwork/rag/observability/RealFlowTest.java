package dev.groundwork.rag.observability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.groundwork.rag.Citation;
import dev.groundwork.rag.Deadline;
import dev.groundwork.rag.ExtractiveAnswerer;
import dev.groundwork.rag.Hit;
import dev.groundwork.rag.Question;
import dev.groundwork.rag.Rag;
import dev.groundwork.rag.RetrievalFailedException;
import dev.groundwork.rag.Retriever;
import dev.groundwork.rag.Score;
import dev.langchain4j.data.segment.TextSegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the library's own flow sends, written and measured. */
class RealFlowTest {

    private final List<String> lines = Collections.synchronizedList(new ArrayList<>());
    private final JsonEventLogger logger = JsonEventLogger.to(lines::add, LogLevel.MINIMAL, Samples.CLOCK);
    private final InMemoryMetrics metrics = new InMemoryMetrics();

    private Rag rag(Retriever retriever) {
        return Rag.builder()
                .name("docs")
                .retriever(retriever)
                .promptAugmenter((question, hits, maxTokens) -> {
                    throw new IllegalStateException("not needed here");
                })
                .citationChecker((answer, sources) -> List.of())
                .extractiveAnswerer((question, hits, deadline) ->
                        Optional.of(new ExtractiveAnswerer.CitedText("Daily. [1]", List.of(citation()))))
                .listener(logger)
                .listener(MetricsListener.to(metrics))
                .build();
    }

    private static Citation citation() {
        return new Citation(1, Citation.Verdict.QUOTED, "a#1", "a.md", 1, 1, "Daily.", "Daily.");
    }

    private static Retriever wiki(boolean works) {
        return new Retriever() {
            @Override
            public String name() {
                return "wiki";
            }

            @Override
            public List<Hit> retrieve(Question question, int limit, Deadline deadline) {
                if (!works) {
                    throw new IllegalStateException("secret");
                }
                return List.of(Hit.of("a#1", TextSegment.from("Daily."), new Score("wiki", Score.Kind.OTHER, 0.5, 1)));
            }
        };
    }

    @Test
    void eachQuestionIsOneLineAtMinimal() {
        try (Rag rag = rag(wiki(true))) {
            rag.ask(Question.of("When?").withRequestId("r-ask"));
            rag.search(Question.of("When?").withRequestId("r-search"));
        }

        assertThat(lines).hasSize(2);
        assertThat(Samples.parse(lines.get(0)))
                .containsEntry("rag.pipeline", "docs")
                .containsEntry("rag.request_id", "r-ask")
                .containsEntry("rag.operation", "ask")
                .containsEntry("rag.outcome", "answered")
                .containsEntry("rag.result_count", 1);
        assertThat(Samples.parse(lines.get(1)))
                .containsEntry("rag.request_id", "r-search")
                .containsEntry("rag.operation", "search")
                .containsEntry("rag.result_count", 1);
    }

    @Test
    void atStandardEachHopIsOneLineWithTheQuestionsId() {
        logger.level(LogLevel.STANDARD);
        try (Rag rag = rag(wiki(true))) {
            rag.ask(Question.of("When?").withRequestId("r-1"));
        }

        List<Map<String, Object>> events = lines.stream().map(Samples::parse).toList();
        assertThat(events).allSatisfy(event -> assertThat(event).containsEntry("rag.request_id", "r-1"));
        assertThat(events.getFirst()).containsEntry("rag.hop_name", "wiki").containsEntry("rag.hop_seq", 1);
        assertThat(events.getLast()).containsEntry("rag.event_name", "rag.query.completed");
        assertThat(events.stream().filter(e -> e.containsKey("rag.hop_name")))
                .hasSize(events.size() - 1)
                .doesNotHaveDuplicates();
        assertThat(metrics.snapshot().distributions().keySet())
                .filteredOn(series -> series.name().equals("rag.hop.duration"))
                .hasSize(events.size() - 1);
    }

    @Test
    void aQuestionThatFailsIsWholeAtMinimalButWithoutTheMessage() {
        try (Rag rag = rag(wiki(false))) {
            assertThatThrownBy(() -> rag.ask("When?")).isInstanceOf(RetrievalFailedException.class);
        }

        assertThat(lines).hasSize(2).noneMatch(line -> line.contains("secret"));
        assertThat(Samples.parse(lines.getFirst()))
                .containsEntry("rag.hop_name", "wiki")
                .containsEntry("rag.hop_status", "failed");
        assertThat(Samples.parse(lines.getLast()))
                .containsEntry("rag.event_name", "rag.query.failed")
                .containsEntry("rag.outcome", "error")
                .containsEntry("rag.error_type", "RetrievalFailedException");
        assertThat(metrics.distribution("rag.query.duration", Map.of("pipeline", "docs", "outcome", "error")))
                .isPresent();
    }
}
