package dev.groundwork.rag;

import static dev.langchain4j.store.embedding.filter.MetadataFilterBuilder.metadataKey;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.segment.TextSegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SmallToBigTest {

    private static final Deadline DEADLINE = Deadline.after(Duration.ofMinutes(1));

    private final Map<String, TextSegment> index = new HashMap<>();

    @Test
    void growsAHitByItsNeighboursBelowTheSameHeading() throws InterruptedException {
        for (int i = 0; i < 6; i++) {
            add("d", i, i < 2 ? "A" : "B");
        }

        List<Hit> hits = reranker(1_000).rerank(Question.of("q"), List.of(hit("d", 3)), 10, DEADLINE);

        assertThat(texts(hits)).containsExactly("d2\nd3\nd4\nd5");
        assertThat(hits.getFirst().id()).isEqualTo("x:d#3");
        assertThat(hits.getFirst().startLine()).isEqualTo(20);
        assertThat(hits.getFirst().endLine()).isEqualTo(51);
        assertThat(hits.getFirst().score().value()).isEqualTo(0.5);
    }

    @Test
    void growsNoFurtherThanItMay() throws InterruptedException {
        for (int i = 0; i < 6; i++) {
            add("d", i, "A");
        }

        assertThat(texts(reranker(6).rerank(Question.of("q"), List.of(hit("d", 2)), 10, DEADLINE)))
                .containsExactly("d1\nd2\nd3");
        assertThat(texts(reranker(1).rerank(Question.of("q"), List.of(hit("d", 2)), 10, DEADLINE)))
                .containsExactly("d2");
    }

    @Test
    void handsNoTextOverTwice() throws InterruptedException {
        for (int i = 0; i < 6; i++) {
            add("d", i, "A");
        }
        List<Hit> found = List.of(hit("d", 1), hit("d", 2), hit("d", 5));

        assertThat(texts(reranker(6).rerank(Question.of("q"), found, 10, DEADLINE)))
                .containsExactly("d0\nd1\nd2", "d3\nd4\nd5");
    }

    @Test
    void handsNothingOverThatTheFilterForbids() throws InterruptedException {
        add("d", 0, "A");
        add("d", 1, "A");
        add("d", 2, "A");
        index.get("x:d#2").metadata().put("role", "secret");
        Question question = Question.of("q").withFilter(metadataKey("role").isNotEqualTo("secret"));

        assertThat(texts(reranker(1_000).rerank(question, List.of(hit("d", 1)), 10, DEADLINE)))
                .containsExactly("d0\nd1");
    }

    @Test
    void leavesHitsOfOtherMakingAsTheyAre() throws InterruptedException {
        Hit other = Hit.of("own-id", TextSegment.from("text"), new Score(Hop.FUSE, Score.Kind.FUSED, 1, 1));

        assertThat(texts(reranker(1_000).rerank(Question.of("q"), List.of(other), 10, DEADLINE)))
                .containsExactly("text");
    }

    @Test
    void letsAnotherRerankerOrderFirst() throws InterruptedException {
        add("d", 0, "A");
        add("e", 0, "A");
        Reranker reversing = new Reranker() {
            @Override
            public String name() {
                return "reversing";
            }

            @Override
            public List<Hit> rerank(Question question, List<Hit> hits, int limit, Deadline deadline) {
                return new ArrayList<>(hits).reversed();
            }
        };
        SmallToBig both = reranker(1_000).after(reversing);

        assertThat(both.name()).isEqualTo("reversing+small-to-big");
        assertThat(texts(both.rerank(Question.of("q"), List.of(hit("d", 0), hit("e", 0)), 1, DEADLINE)))
                .containsExactly("e0");
    }

    @Test
    void namesWhatIsOutOfRange() {
        assertThatThrownBy(() -> reranker(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxCharacters");
    }

    private SmallToBig reranker(int maxCharacters) {
        return SmallToBig.within(id -> Optional.ofNullable(index.get(id)), maxCharacters);
    }

    private void add(String document, int ordinal, String headings) {
        index.put(
                "x:" + document + "#" + ordinal,
                TextSegment.from(
                        document + ordinal,
                        new Metadata()
                                .put(SegmentKeys.SOURCE, document)
                                .put(SegmentKeys.HEADINGS, headings)
                                .put(SegmentKeys.ORDINAL, ordinal)
                                .put(SegmentKeys.START_LINE, ordinal * 10)
                                .put(SegmentKeys.END_LINE, ordinal * 10 + 1)));
    }

    private Hit hit(String document, int ordinal) {
        String id = "x:" + document + "#" + ordinal;
        return Hit.of(
                id, Optional.ofNullable(index.get(id)).orElseThrow(), new Score(Hop.FUSE, Score.Kind.FUSED, 0.5, 1));
    }

    private static List<String> texts(List<Hit> hits) {
        return hits.stream().map(hit -> hit.segment().text()).toList();
    }
}
