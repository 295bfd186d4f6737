package dev.groundwork.rag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.groundwork.rag.Fakes.FakePool;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class QuestionWatchTest {

    private static final Hit A = Fakes.hit("a", "alpha", 0.9);

    /** What a hop's code finds on its thread. */
    private static final ThreadLocal<String> PLACE = new ThreadLocal<>();

    /** Puts the hop's name on its threads, and writes down what begins and ends. */
    private static class Follower implements RagListener {

        final List<String> log = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void onEvent(RagEvent event) {
            // Only followed.
        }

        @Override
        public QuestionWatch watch(RagEvent.QuestionStarted started) {
            log.add("start on " + Thread.currentThread().threadId());
            return new QuestionWatch() {
                @Override
                public HopWatch hop(int sequence, String name) {
                    log.add("begin " + sequence + " " + name);
                    return new HopWatch() {
                        @Override
                        public WatchScope enter() {
                            return place(name);
                        }

                        @Override
                        public void end(RagEvent.HopCompleted event) {
                            log.add("end " + event.sequence() + " "
                                    + event.hop().name() + " " + event.hop().status());
                        }
                    };
                }

                @Override
                public WatchScope enter() {
                    return place("handler");
                }

                @Override
                public void end(RagEvent event) {
                    log.add(event.getClass().getSimpleName());
                }
            };
        }
    }

    private static WatchScope place(String name) {
        PLACE.set(name);
        return PLACE::remove;
    }

    private static Retriever remembering(String name, List<String> places) {
        return Fakes.retriever(name, () -> {
            places.add(name + " in " + PLACE.get());
            return List.of(A);
        });
    }

    @Test
    void followsEachHopOnItsOwnThread() {
        Follower follower = new Follower();
        List<String> places = Collections.synchronizedList(new ArrayList<>());
        Reranker reranker = Fakes.reranker(() -> {
            places.add("reranker in " + PLACE.get());
            return List.of(A);
        });
        try (Rag rag = Fakes.rag(remembering("one", places), remembering("two", places))
                .reranker(reranker)
                .listener(follower)
                .build()) {
            rag.search("what?");
        }
        assertThat(places).containsExactlyInAnyOrder("one in one", "two in two", "reranker in rerank");
        assertThat(PLACE.get()).isNull();
        assertThat(follower.log)
                .startsWith("start on " + Thread.currentThread().threadId())
                .endsWith("SearchCompleted")
                .contains("begin 3 fuse", "end 3 fuse OK", "begin 4 rerank", "end 4 rerank OK")
                .hasSize(10);
        assertThat(follower.log.subList(1, 5)).anyMatch(line -> line.matches("begin [12] one"));
    }

    @Test
    void startsOnTheCallersThreadAndFollowsItsHandlerWhereAnswersAreStreamed() throws InterruptedException {
        Follower follower = new Follower();
        List<String> places = Collections.synchronizedList(new ArrayList<>());
        FakePool pool = FakePool.saying("It is alpha [1]", "It is", " alpha [1]");
        try (Rag rag = Fakes.rag(Fakes.finding("one", A))
                .llmPool(pool)
                .listener(follower)
                .build()) {
            rag.askStreaming(Question.of("what?"), new AnswerHandler() {
                        @Override
                        public void onPartial(String text) {
                            places.add("partial in " + PLACE.get());
                        }

                        @Override
                        public void onComplete(Answer answer) {
                            places.add("complete in " + PLACE.get());
                        }

                        @Override
                        public void onError(Throwable error) {
                            places.add("error in " + PLACE.get());
                        }
                    })
                    .await();
        }
        assertThat(places).containsExactly("partial in handler", "partial in handler", "complete in handler");
        assertThat(follower.log)
                .startsWith("start on " + Thread.currentThread().threadId())
                .endsWith("AskCompleted");
    }

    @Test
    void tellsOfAQuestionThatFindsNoFreeThread() throws InterruptedException {
        Follower follower = new Follower();
        CountDownLatch started = new CountDownLatch(1);
        RagSettings settings = RagSettings.builder().maxHops(4).build();
        try (Rag rag = Fakes.rag(
                        Fakes.hanging("one", started), Fakes.hanging("two", started), Fakes.hanging("three", started))
                .settings(settings)
                .listener(follower)
                .build()) {
            AnswerHandler nobody = new AnswerHandler() {
                @Override
                public void onPartial(String text) {
                    // Nothing comes.
                }

                @Override
                public void onComplete(Answer answer) {
                    // Nothing comes.
                }

                @Override
                public void onError(Throwable error) {
                    // Told by the follower.
                }
            };
            AnswerStream first = rag.askStreaming(Question.of("first?"), nobody);
            assertThat(started.await(5, TimeUnit.SECONDS)).isTrue();
            rag.askStreaming(Question.of("second?"), nobody).await();
            first.cancel();
            first.await();
        }
        assertThat(follower.log).filteredOn("QuestionFailed"::equals).hasSize(2);
        assertThat(follower.log).filteredOn(line -> line.startsWith("start")).hasSize(2);
    }

    @Test
    void everyHopThatBeganHasEndedWhenAQuestionFails() {
        Follower follower = new Follower();
        try (Rag rag = Fakes.rag(Fakes.failing("one")).listener(follower).build()) {
            assertThatThrownBy(() -> rag.search("what?")).isInstanceOf(RetrievalFailedException.class);
        }
        assertThat(follower.log.subList(1, 4)).containsExactly("begin 1 one", "end 1 one FAILED", "QuestionFailed");
    }

    @Test
    void aWatchThatThrowsOrReturnsNothingBreaksNoQuestion() {
        RagListener broken = new RagListener() {
            @Override
            public void onEvent(RagEvent event) {
                throw new IllegalStateException("secret text");
            }

            @Override
            public QuestionWatch watch(RagEvent.QuestionStarted started) {
                return new QuestionWatch() {
                    @Override
                    public HopWatch hop(int sequence, String name) {
                        return new HopWatch() {
                            @Override
                            public WatchScope enter() {
                                throw new IllegalStateException("secret text");
                            }

                            @Override
                            public void end(RagEvent.HopCompleted event) {
                                throw new IllegalStateException("secret text");
                            }
                        };
                    }

                    @Override
                    public void end(RagEvent event) {
                        throw new IllegalStateException("secret text");
                    }
                };
            }
        };
        Follower follower = new Follower();
        try (Rag rag = Fakes.rag(Fakes.finding("one", A))
                .listener(broken)
                .listener(follower)
                .build()) {
            assertThat(rag.search("what?").hits()).hasSize(1);
        }
        assertThat(follower.log).contains("end 1 one OK", "SearchCompleted");
    }
}
