package dev.groundwork.rag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.groundwork.rag.QueryRewriter.Rewrite;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.output.Response;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class QueryRewriterTest {

    private final List<String> searched = Collections.synchronizedList(new ArrayList<>());

    /** Finds one segment named after what is searched for, and one that all find. */
    private Retriever leg(String name) {
        return new Retriever() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public List<Hit> retrieve(Question question, int limit, Deadline deadline) {
                searched.add(name + ": " + question.text());
                double score = question.text().length();
                return List.of(Fakes.hit(question.text(), question.text(), score), Fakes.hit("all", "all", score / 2));
            }
        };
    }

    private static QueryRewriter rewriting(Fakes.Work<Rewrite> work) {
        return new QueryRewriter() {
            @Override
            public String name() {
                return "fake-rewriter";
            }

            @Override
            public Rewrite rewrite(Question question, Deadline deadline) throws InterruptedException {
                return work.get();
            }
        };
    }

    @Test
    void everyLegSearchesForEveryTextAndTheBestScoreCounts() {
        QueryRewriter rewriter = rewriting(() -> new Rewrite(List.of("a", "bbb", "cc"), List.of("passage")));
        SearchResult result;
        try (Rag rag = Fakes.rag(leg("one")).queryRewriter(rewriter).build()) {
            result = rag.search("what?");
        }
        assertThat(searched).containsExactly("one: a", "one: bbb", "one: cc");
        assertThat(result.hits()).extracting(Hit::id).containsExactly("bbb", "cc", "all", "a");
        assertThat(result.hits()).extracting(hit -> hit.score().value()).containsExactly(3.0, 2.0, 1.5, 1.0);
        assertThat(result.hits()).extracting(hit -> hit.score().rank()).containsExactly(1, 2, 3, 4);
        Hop hop = result.trace().hop(Hop.REWRITE).orElseThrow();
        assertThat(hop.out()).isEqualTo(4);
        assertThat(hop.model()).isEqualTo("fake-rewriter");
        assertThat(result.degraded()).isFalse();
    }

    @Test
    void vectorsAreLookedForNearTheMeanOfTheFirstTextAndThePassages() {
        Map<String, float[]> vectors =
                Map.of("text", new float[] {1, 0}, "other", new float[] {0, 1}, "passage", new float[] {0, 5});
        EmbeddingModel model = new EmbeddingModel() {
            @Override
            public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
                return Response.from(segments.stream()
                        .map(segment -> Embedding.from(Objects.requireNonNull(vectors.get(segment.text()))))
                        .toList());
            }
        };
        List<List<Float>> near = Collections.synchronizedList(new ArrayList<>());
        SegmentSnapshot state = (SegmentSnapshot) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {SegmentSnapshot.class}, (proxy, method, arguments) -> {
                    return switch (method.getName()) {
                        case "searchVector" -> {
                            near.add(((Embedding) arguments[0]).vectorAsList());
                            yield List.of(Fakes.hit("hit " + near.size(), "text", near.size() / 10.0));
                        }
                        case "snapshot" -> proxy;
                        case "hashCode" -> 1;
                        case "equals" -> true; // there is one
                        default -> null;
                    };
                });
        QueryRewriter rewriter = rewriting(() -> new Rewrite(List.of("text", "other"), List.of("passage")));
        try (Rag rag = Fakes.rag(Retrievers.vector(state, model))
                .queryRewriter(rewriter)
                .build()) {
            SearchResult result = rag.search("what?");
            assertThat(near).containsExactly(List.of(0.5f, 0.5f), List.of(0f, 1f));
            assertThat(result.hits()).extracting(Hit::id).containsExactly("hit 2", "hit 1");
            assertThat(result.trace().hop(Hop.EMBED).orElseThrow().in()).isEqualTo(3);
            assertThat(result.trace().hop(Hop.VECTOR).orElseThrow().in()).isEqualTo(2);
        }
    }

    @Test
    void oneThatFailsIsSkippedAndFlagged() {
        QueryRewriter rewriter = rewriting(() -> {
            throw new IllegalStateException("secret text");
        });
        try (Rag rag = Fakes.rag(leg("one")).queryRewriter(rewriter).build()) {
            SearchResult result = rag.search("what?");
            assertThat(searched).containsExactly("one: what?");
            assertThat(result.trace().degradations())
                    .containsExactly(new Degradation(Hop.REWRITE, "failed", "IllegalStateException"));
        }
    }

    @Test
    void oneThatHangsLeavesTimeForTheQuestionItself() {
        QueryRewriter rewriter = rewriting(() -> {
            new CountDownLatch(1).await();
            return Rewrite.of("never");
        });
        try (Rag rag = Fakes.rag(leg("one")).queryRewriter(rewriter).build()) {
            SearchResult result = rag.search(Question.of("what?").withTimeout(Duration.ofMillis(600)));
            assertThat(result.hits()).hasSize(2);
            assertThat(result.trace().degradations()).containsExactly(new Degradation(Hop.REWRITE, "timed_out", ""));
        }
    }

    @Test
    void refusesWhatCanNotBeSearchedFor() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Rewrite(List.of(), List.of()))
                .withMessageContaining("number of texts is 0");
        assertThatIllegalArgumentException().isThrownBy(() -> Rewrite.of(" ")).withMessageContaining("text");
        assertThat(Rewrite.of("secret").toString()).isEqualTo("Rewrite[1 texts, 0 passages]");
    }
}
