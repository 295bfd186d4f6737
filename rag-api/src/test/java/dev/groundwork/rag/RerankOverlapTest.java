package dev.groundwork.rag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RerankOverlapTest {

    private static Hop hop(String name, String... ids) {
        List<Hop.Candidate> candidates = Arrays.stream(ids)
                .map(id -> new Hop.Candidate(id, 1, Score.Kind.OTHER, 1))
                .toList();
        return new Hop(
                name,
                Hop.Status.OK,
                Duration.ZERO,
                Duration.ZERO,
                1,
                ids.length,
                candidates,
                null,
                null,
                null,
                List.of(),
                "");
    }

    private static Trace trace(Hop... hops) {
        return new Trace("id", "test", Instant.EPOCH, Duration.ZERO, List.of(hops), List.of());
    }

    @Test
    void theOrderWithinTheFirstDoesNotCount() {
        Trace trace =
                trace(hop(Hop.VECTOR, "x"), hop(Hop.FUSE, "a", "b", "c", "d"), hop(Hop.RERANK, "b", "a", "d", "c"));
        assertThat(trace.rerankOverlap(2)).hasValue(1);
        assertThat(trace.rerankOverlap(3)).hasValue(2.0 / 3);
        assertThat(trace.rerankOverlap(100)).hasValue(1);
    }

    @Test
    void itCountsFromTheLastStepBeforeTheReranker() {
        assertThat(trace(hop(Hop.FUSE, "a"), hop(Hop.TITLES, "b"), hop(Hop.RERANK, "b"))
                        .rerankOverlap(1))
                .hasValue(1);
        assertThat(trace(hop("mine", "a"), hop(Hop.RERANK, "b")).rerankOverlap(1))
                .hasValue(0);
    }

    @Test
    void theTraceTellsItAsJson() {
        assertThat(trace(hop(Hop.FUSE, "a", "b"), hop(Hop.RERANK, "b", "c")).toJson())
                .contains("\"rerank_overlap\":0.5,");
        assertThat(trace(hop(Hop.FUSE, "a")).toJson()).doesNotContain("rerank_overlap");
    }

    @Test
    void withoutARerankerThereIsNone() {
        assertThat(trace(hop(Hop.FUSE, "a")).rerankOverlap(1)).isEmpty();
        assertThatThrownBy(() -> trace().rerankOverlap(0)).hasMessageContaining("k is 0");
    }
}
