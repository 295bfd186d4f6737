package dev.groundwork.rag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.groundwork.rag.Fakes.FakePool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class RagAskTest {

    private static final Hit A = Fakes.hit("a", "alpha", 0.9);
    private static final Hit B = Fakes.hit("b", "beta", 0.5);

    @Test
    void answersFromSourcesAndTellsEveryHop() {
        FakePool pool = FakePool.saying("It is alpha [1].");
        try (Rag rag = Fakes.rag(Fakes.finding("vector", A, B), Fakes.finding("text", A))
                .llmPool(pool)
                .build()) {
            Answer answer = rag.ask("what?");

            assertThat(answer).isInstanceOf(Answer.Grounded.class);
            assertThat(answer.text()).isEqualTo("It is alpha [1].");
            Trace trace = answer.trace();
            assertThat(trace.hops().stream().map(Hop::name))
                    .containsExactlyInAnyOrder("vector", "text", "fuse", "augment", "chat", "cite");
            assertThat(trace.hop("fuse").orElseThrow().candidates())
                    .extracting(Hop.Candidate::id)
                    .containsExactly("a", "b");
            Hop chat = trace.hop("chat").orElseThrow();
            assertThat(chat.tokensIn()).isEqualTo(11);
            assertThat(chat.tokensOut()).isEqualTo(5);
            assertThat(chat.attempts()).hasSize(1);
        }
    }

    @Test
    void abstainsAndCallsNoModelWhenNothingIsFound() {
        FakePool pool = FakePool.saying("made up");
        try (Rag rag = Fakes.rag(Fakes.finding("vector")).llmPool(pool).build()) {
            Answer answer = rag.ask("what?");

            assertThat(answer)
                    .isInstanceOfSatisfying(
                            Answer.Abstained.class,
                            a -> assertThat(a.reason()).isEqualTo(Answer.Abstained.Reason.NO_CONTEXT));
            assertThat(pool.calls).hasValue(0);
        }
    }

    @Test
    void abstainsWhenTheBestCosineIsBelowTheThreshold() {
        RagSettings settings = RagSettings.builder().minCosine(0.95).build();
        try (Rag rag = Fakes.rag(Fakes.finding("vector", A)).settings(settings).build()) {
            assertThat(rag.ask("what?"))
                    .isInstanceOfSatisfying(
                            Answer.Abstained.class,
                            a -> assertThat(a.reason()).isEqualTo(Answer.Abstained.Reason.NOTHING_RELEVANT));
        }
    }

    @Test
    void answersFromMemoryOnlyWhereTheCallerAllowsItAndSaysSo() {
        RagSettings settings = RagSettings.builder().answerWithoutContext(true).build();
        try (Rag rag = Fakes.rag(Fakes.finding("vector"))
                .llmPool(FakePool.saying("from memory"))
                .settings(settings)
                .build()) {
            assertThat(rag.ask("what?"))
                    .isInstanceOfSatisfying(
                            Answer.Degraded.class,
                            a -> assertThat(a.degradations())
                                    .extracting(Degradation::reason)
                                    .containsExactly("no_context"));
        }
    }

    @Test
    void answersExtractivelyWithoutAPool() {
        try (Rag rag = Fakes.rag(Fakes.finding("vector", A)).build()) {
            assertThat(rag.ask("what?"))
                    .isInstanceOfSatisfying(
                            Answer.Grounded.class, a -> assertThat(a.origin()).isEqualTo(Answer.Origin.EXTRACTED));
        }
    }

    @Test
    void goesOnWithoutALegThatFailsAndFlagsIt() {
        try (Rag rag = Fakes.rag(Fakes.failing("vector"), Fakes.finding("text", A))
                .llmPool(FakePool.saying("alpha [1]"))
                .build()) {
            assertThat(rag.ask("what?"))
                    .isInstanceOfSatisfying(
                            Answer.Degraded.class,
                            a -> assertThat(a.degradations())
                                    .containsExactly(new Degradation("vector", "failed", "IllegalStateException")));
        }
    }

    @Test
    void anAbstentionTellsThatALegWasMissing() {
        try (Rag rag = Fakes.rag(Fakes.failing("vector"), Fakes.finding("text")).build()) {
            Answer answer = rag.ask("what?");
            assertThat(answer).isInstanceOf(Answer.Abstained.class);
            assertThat(answer.text()).contains("a part of the search failed");
            assertThat(answer.degradations())
                    .containsExactly(new Degradation("vector", "failed", "IllegalStateException"));
        }
        try (Rag rag = Fakes.rag(Fakes.finding("vector"), Fakes.finding("text")).build()) {
            Answer answer = rag.ask("what?");
            assertThat(answer.text()).doesNotContain("failed");
            assertThat(answer.degradations()).isEmpty();
        }
    }

    @Test
    void failsClosedWhenEveryLegFails() {
        FakePool pool = FakePool.saying("made up");
        try (Rag rag = Fakes.rag(Fakes.failing("vector"), Fakes.failing("text"))
                .llmPool(pool)
                .build()) {
            assertThatThrownBy(() -> rag.ask("what?"))
                    .isInstanceOf(RetrievalFailedException.class)
                    .hasMessageNotContaining("secret");
            assertThat(pool.calls).hasValue(0);
        }
    }

    @Test
    void aLegThatHangsIsLeftInTimeForAnAnswer() {
        try (Rag rag = Fakes.rag(Fakes.hanging("vector", new CountDownLatch(1)), Fakes.finding("text", A))
                .build()) {
            Answer answer = rag.ask(Question.of("what?").withTimeout(Duration.ofMillis(400)));

            assertThat(answer)
                    .isInstanceOfSatisfying(
                            Answer.Degraded.class,
                            a -> assertThat(a.degradations())
                                    .containsExactly(new Degradation("vector", "timed_out", "")));
            assertThat(answer.trace().hop("vector").orElseThrow().status()).isEqualTo(Hop.Status.TIMED_OUT);
        }
    }

    @Test
    void timeIsUpWhereEveryLegHangs() {
        CountDownLatch never = new CountDownLatch(1);
        try (Rag rag = Fakes.rag(Fakes.hanging("vector", never), Fakes.hanging("text", never))
                .build()) {
            Duration timeout = Duration.ofMillis(200);
            assertThatThrownBy(() -> rag.search(Question.of("what?").withTimeout(timeout)))
                    .isInstanceOfSatisfying(DeadlineExceededException.class, e -> {
                        assertThat(e.hop()).isEqualTo("vector");
                        assertThat(e.timeout()).isEqualTo(timeout);
                    });
        }
        try (Rag rag =
                Fakes.rag(Fakes.hanging("vector", never), Fakes.failing("text")).build()) {
            assertThatThrownBy(() -> rag.search(Question.of("what?").withTimeout(Duration.ofMillis(200))))
                    .isInstanceOf(RetrievalFailedException.class);
        }
    }

    @Test
    void skipsARerankerThatFailsAndFlagsIt() {
        try (Rag rag = Fakes.rag(Fakes.finding("vector", A, B))
                .reranker(Fakes.reranker(() -> {
                    throw new IllegalStateException("broken");
                }))
                .build()) {
            SearchResult result = rag.search("what?");

            assertThat(result.hits()).extracting(Hit::id).containsExactly("a", "b");
            assertThat(result.degraded()).isTrue();
        }
    }

    @Test
    void aRerankerThatHangsIsInterruptedBeforeTheQuestionGoesOn() {
        CountDownLatch interrupted = new CountDownLatch(1);
        FakePool pool = new FakePool(
                () -> Fakes.reply(interrupted.await(5, TimeUnit.SECONDS) ? "interrupted [1]" : "still running [1]"));
        try (Rag rag = Fakes.rag(Fakes.finding("vector", A, B))
                .reranker(Fakes.reranker(() -> {
                    try {
                        new CountDownLatch(1).await();
                        return List.of();
                    } catch (InterruptedException e) {
                        interrupted.countDown();
                        throw e;
                    }
                }))
                .llmPool(pool)
                .build()) {
            Answer answer = rag.ask(Question.of("what?").withTimeout(Duration.ofSeconds(2)));

            assertThat(answer.text()).isEqualTo("interrupted [1]");
            assertThat(answer.trace().degradations()).containsExactly(new Degradation("rerank", "timed_out", ""));
        }
    }

    @Test
    void takesTheRerankersOrder() {
        Hit first = B.with(new Score("rerank", Score.Kind.RERANK, 3, 1));
        try (Rag rag = Fakes.rag(Fakes.finding("vector", A, B))
                .reranker(Fakes.reranker(() -> List.of(first)))
                .build()) {
            SearchResult result = rag.search("what?");

            assertThat(result.hits()).extracting(Hit::id).containsExactly("b");
            assertThat(result.hits().getFirst().score("vector")).isPresent();
            assertThat(result.degraded()).isFalse();
        }
    }

    @Test
    void answersExtractivelyWhenNoModelCanBeReachedAndFlagsIt() {
        FakePool pool = new FakePool(() -> {
            throw Fakes.dead();
        });
        try (Rag rag = Fakes.rag(Fakes.finding("vector", A)).llmPool(pool).build()) {
            Answer answer = rag.ask("what?");

            assertThat(answer).isInstanceOfSatisfying(Answer.Degraded.class, a -> {
                assertThat(a.origin()).isEqualTo(Answer.Origin.EXTRACTED);
                assertThat(a.degradations())
                        .containsExactly(new Degradation("chat", "llm_unavailable", "first: RateLimitException (429)"));
            });
            assertThat(answer.trace().hop("chat").orElseThrow().attempts()).hasSize(1);
        }
    }

    @Test
    void whatAPoolTriedUntilItsDeadlineIsInTheTrace() {
        AtomicReference<FakePool> made = new AtomicReference<>();
        FakePool pool = new FakePool(() -> {
            Deadline deadline = made.get().deadline;
            while (!deadline.expired()) {
                LockSupport.parkNanos(deadline.remainingNanos());
            }
            throw new DeadlineExceededException(
                    "chat", deadline.timeout(), Fakes.dead().attempts());
        });
        made.set(pool);
        try (Rag rag = Fakes.rag(Fakes.finding("vector", A)).llmPool(pool).build()) {
            Answer answer = rag.ask(Question.of("what?").withTimeout(Duration.ofSeconds(1)));

            assertThat(answer).isInstanceOf(Answer.Degraded.class);
            Hop chat = answer.trace().hop("chat").orElseThrow();
            assertThat(chat.status()).isEqualTo(Hop.Status.TIMED_OUT);
            assertThat(chat.attempts()).extracting(LlmAttempt::member).containsExactly("first");
        }
    }

    @Test
    void failsWhenNoModelCanBeReachedAndExtractionIsNotAllowed() {
        FakePool pool = new FakePool(() -> {
            throw Fakes.dead();
        });
        RagSettings settings = RagSettings.builder().extractiveFallback(false).build();
        try (Rag rag = Fakes.rag(Fakes.finding("vector", A))
                .llmPool(pool)
                .settings(settings)
                .build()) {
            assertThatThrownBy(() -> rag.ask("what?"))
                    .isInstanceOfSatisfying(
                            LlmUnavailableException.class,
                            e -> assertThat(e.attempts()).hasSize(1));
        }
    }

    @Test
    void flagsCitationsThatDoNotHoldAndAnswersThatCiteNothing() {
        try (Rag rag = Fakes.rag(Fakes.finding("vector", A))
                .llmPool(FakePool.saying("alpha [1], beta [9]"))
                .build()) {
            assertThat(rag.ask("what?"))
                    .isInstanceOfSatisfying(
                            Answer.Degraded.class,
                            a -> assertThat(a.degradations())
                                    .containsExactly(new Degradation("cite", "unsupported_citation", "[9]")));
        }
        try (Rag rag = Fakes.rag(Fakes.finding("vector", A))
                .llmPool(FakePool.saying("alpha"))
                .build()) {
            assertThat(rag.ask("what?"))
                    .isInstanceOfSatisfying(
                            Answer.Degraded.class,
                            a -> assertThat(a.degradations())
                                    .containsExactly(new Degradation("cite", "no_citation", "")));
        }
    }

    @Test
    void abstainsWhenTheModelDeclines() {
        try (Rag rag = Fakes.rag(Fakes.finding("vector", A))
                .llmPool(FakePool.saying("**no_answer**."))
                .build()) {
            assertThat(rag.ask("what?"))
                    .isInstanceOfSatisfying(
                            Answer.Abstained.class,
                            a -> assertThat(a.reason()).isEqualTo(Answer.Abstained.Reason.MODEL_DECLINED));
        }
    }

    @Test
    void keepsTheDeadlineWhenTheModelHangsAndStillAnswers() throws InterruptedException {
        FakePool pool = FakePool.hanging();
        try (Rag rag = Fakes.rag(Fakes.finding("vector", A)).llmPool(pool).build()) {
            long start = System.nanoTime();
            Answer answer = rag.ask(Question.of("what?").withTimeout(Duration.ofMillis(500)));

            // The contract is 50 ms over; the rest is for a machine that is busy with other builds.
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(900));
            assertThat(answer)
                    .isInstanceOfSatisfying(
                            Answer.Degraded.class,
                            a -> assertThat(a.degradations())
                                    .containsExactly(new Degradation("chat", "timed_out", "")));
            assertThat(pool.cancelled.await(5, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void throwsWhenTimeIsUpAndNothingMayStandIn() {
        RagSettings settings = RagSettings.builder().extractiveFallback(false).build();
        try (Rag rag = Fakes.rag(Fakes.finding("vector", A))
                .llmPool(FakePool.hanging())
                .settings(settings)
                .build()) {
            assertThatThrownBy(() -> rag.ask(Question.of("what?").withTimeout(Duration.ofMillis(200))))
                    .isInstanceOfSatisfying(
                            DeadlineExceededException.class,
                            e -> assertThat(e.hop()).isEqualTo("chat"));
        }
    }

    @Test
    void anInterruptCancelsTheModelCallAndStaysSet() throws InterruptedException {
        FakePool pool = FakePool.hanging();
        try (Rag rag = Fakes.rag(Fakes.finding("vector", A)).llmPool(pool).build()) {
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            AtomicReference<Boolean> flag = new AtomicReference<>();
            Thread caller = new Thread(() -> {
                try {
                    rag.ask("what?");
                } catch (RuntimeException e) {
                    thrown.set(e);
                    flag.set(Thread.currentThread().isInterrupted());
                }
            });
            caller.start();
            assertThat(pool.started.await(5, TimeUnit.SECONDS)).isTrue();
            caller.interrupt();
            caller.join(5_000);

            assertThat(thrown.get()).isInstanceOf(CancelledException.class);
            assertThat(flag.get()).isTrue();
            assertThat(pool.cancelled.await(5, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void closingEndsQuestionsUnderWay() throws InterruptedException {
        FakePool pool = FakePool.hanging();
        Rag rag = Fakes.rag(Fakes.finding("vector", A)).llmPool(pool).build();
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread caller = new Thread(() -> {
            try {
                rag.ask("what?");
            } catch (RuntimeException e) {
                thrown.set(e);
            }
        });
        caller.start();
        assertThat(pool.started.await(5, TimeUnit.SECONDS)).isTrue();
        rag.close();
        rag.close();
        caller.join(5_000);

        assertThat(thrown.get()).isInstanceOf(CancelledException.class);
        assertThatThrownBy(() -> rag.ask("again?")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void refusesWorkBeyondItsLimitWithATypedError() throws InterruptedException {
        CountDownLatch started = new CountDownLatch(4);
        RagSettings settings = RagSettings.builder().maxHops(4).build();
        try (Rag rag =
                Fakes.rag(Fakes.hanging("vector", started)).settings(settings).build()) {
            for (int i = 0; i < 4; i++) {
                Thread thread = new Thread(() -> {
                    try {
                        rag.search("what?");
                    } catch (CancelledException e) {
                        // The end of the test.
                    }
                });
                thread.setDaemon(true);
                thread.start();
            }
            assertThat(started.await(5, TimeUnit.SECONDS)).isTrue();
            assertThat(rag.load()).isEqualTo(new RagLoad(4, 4, 0));
            assertThatThrownBy(() -> rag.search("one more?")).isInstanceOf(OverloadedException.class);
            assertThat(rag.load()).isEqualTo(new RagLoad(4, 4, 1));
        }
    }

    @Test
    void tellsListenersEachHopOnceAndSurvivesOneThatThrows() {
        List<RagEvent> events = Collections.synchronizedList(new ArrayList<>());
        try (Rag rag = Fakes.rag(Fakes.finding("vector", A), Fakes.failing("text"))
                .listener(event -> {
                    throw new IllegalStateException("broken listener");
                })
                .listener(events::add)
                .build()) {
            Question question = Question.of("what?");
            rag.ask(question);

            assertThat(events.stream()
                            .filter(RagEvent.HopCompleted.class::isInstance)
                            .map(e -> ((RagEvent.HopCompleted) e).hop().name()))
                    .containsExactlyInAnyOrder("vector", "text", "fuse", "extract");
            assertThat(events.stream().filter(RagEvent.AskCompleted.class::isInstance))
                    .hasSize(1);
        }
    }

    @Test
    void tellsListenersWhatFailed() {
        List<RagEvent> events = Collections.synchronizedList(new ArrayList<>());
        try (Rag rag = Fakes.rag(Fakes.failing("vector")).listener(events::add).build()) {
            assertThatThrownBy(() -> rag.search("what?")).isInstanceOf(RetrievalFailedException.class);
        }
        assertThat(events.getLast())
                .isInstanceOfSatisfying(
                        RagEvent.QuestionFailed.class,
                        e -> assertThat(e.operation()).isEqualTo(RagEvent.Operation.SEARCH));
    }

    @Test
    void refusesAQuestionThatIsTooLongBeforeAnyHop() {
        try (Rag rag = Fakes.rag(Fakes.finding("vector", A)).build()) {
            assertThatThrownBy(() -> rag.ask("x".repeat(10_000_000)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("10000000")
                    .hasMessageContaining("8000");
        }
    }

    @Test
    void readsSettingsAnewForEachQuestion() {
        AtomicReference<RagSettings> settings =
                new AtomicReference<>(RagSettings.builder().limit(1).build());
        try (Rag rag =
                Fakes.rag(Fakes.finding("vector", A, B)).settings(settings::get).build()) {
            assertThat(rag.search("what?").hits()).hasSize(1);
            settings.set(RagSettings.builder().limit(2).build());
            assertThat(rag.search("what?").hits()).hasSize(2);
        }
    }

    @Test
    void namesEverythingThatIsMissingWhenItIsBuilt() {
        assertThatThrownBy(() -> Rag.builder().build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("index is missing")
                .hasMessageContaining("embeddingModel is missing")
                .hasMessageContaining("promptAugmenter is missing");
    }

    @Test
    void theTraceIsOneJsonDocumentWithoutText() {
        try (Rag rag = Fakes.rag(Fakes.finding("vector", A)).build()) {
            String json = rag.ask(Question.of("a secret question").withRequestId("r-1"))
                    .trace()
                    .toJson();

            assertThat(json)
                    .startsWith("{\"request_id\":\"r-1\"")
                    .contains("\"name\":\"vector\"")
                    .contains("\"candidates\":[{\"id\":\"a\",\"rank\":1,\"score\":0.9,\"kind\":\"cosine\"}]")
                    .doesNotContain("secret")
                    .doesNotContain("alpha");
        }
    }

    @Test
    void theTraceTellsHowLongTheModelWasWaitedFor() {
        LlmReply reply = Fakes.reply("It is alpha [1]");
        LlmReply late = new LlmReply(reply.response(), reply.member(), reply.attempts(), Duration.ofMillis(7), 0);
        try (Rag rag = Fakes.rag(Fakes.finding("vector", A))
                .llmPool(new FakePool(() -> late))
                .build()) {
            Trace trace = rag.ask("what?").trace();
            assertThat(trace.hop(Hop.CHAT).orElseThrow().queued()).isEqualTo(Duration.ofMillis(7));
            assertThat(trace.toJson()).containsOnlyOnce("\"queue_ms\":7.0");
        }
    }
}
