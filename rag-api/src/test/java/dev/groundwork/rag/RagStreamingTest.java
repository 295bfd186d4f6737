package dev.groundwork.rag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.groundwork.rag.Fakes.FakePool;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RagStreamingTest {

    private static final Hit A = Fakes.hit("a", "alpha", 0.9);

    /** Writes down every call in order. */
    private static class Log implements AnswerHandler {

        final List<String> calls = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void onPartial(String text) {
            calls.add(text);
        }

        @Override
        public void onRestart() {
            calls.add("<restart>");
        }

        @Override
        public void onComplete(Answer answer) {
            calls.add("<" + answer.outcome() + ">");
        }

        @Override
        public void onError(Throwable error) {
            calls.add("<" + error.getClass().getSimpleName() + ">");
        }
    }

    private static List<String> stream(FakePool pool, Log log) throws InterruptedException {
        try (Rag rag = Fakes.rag(Fakes.finding("vector", A)).llmPool(pool).build()) {
            rag.askStreaming(Question.of("what?"), log).await();
        }
        return log.calls;
    }

    @Test
    void handsOverPiecesAndThenTheWholeAnswer() throws InterruptedException {
        assertThat(stream(FakePool.saying("It is alpha [1]", "It is", " alpha", " [1]"), new Log()))
                .containsExactly("It is", " alpha", " [1]", "<grounded>");
    }

    @Test
    void showsNothingOfADecline() throws InterruptedException {
        assertThat(stream(FakePool.saying("NO_ANSWER", "NO", "_ANS", "WER"), new Log()))
                .containsExactly("<abstained>");
    }

    @Test
    void handsOverWhatOnlyLookedLikeADecline() throws InterruptedException {
        assertThat(stream(FakePool.saying("NO [1]", "NO", " [1]"), new Log())).containsExactly("NO [1]", "<grounded>");
        assertThat(stream(FakePool.saying("No", "No"), new Log())).containsExactly("No", "<degraded>");
    }

    @Test
    void restartsWithTheSourcesOwnSentencesWhenTheModelBreaksOff() throws InterruptedException {
        FakePool pool = new FakePool(
                () -> {
                    throw Fakes.dead();
                },
                "It is");
        assertThat(stream(pool, new Log())).containsExactly("It is", "<restart>", "extracted: a [1]", "<degraded>");
    }

    @Test
    void restartsWhereAnotherModelWritesTheAnswerAnew() throws InterruptedException {
        FakePool pool = FakePool.saying("It is alpha [1]", "Maybe", FakePool.RESTART, "It is", " alpha [1]");
        assertThat(stream(pool, new Log())).containsExactly("Maybe", "<restart>", "It is", " alpha [1]", "<grounded>");
    }

    @Test
    void aRestartBeforeAnythingWasShownIsNotTold() throws InterruptedException {
        FakePool pool = FakePool.saying("It is alpha [1]", "NO_AN", FakePool.RESTART, "It is", " alpha [1]");
        assertThat(stream(pool, new Log())).containsExactly("It is", " alpha [1]", "<grounded>");
    }

    @Test
    void needsNoRestartWhenNothingWasHandedOver() throws InterruptedException {
        FakePool pool = new FakePool(() -> {
            throw Fakes.dead();
        });
        assertThat(stream(pool, new Log())).containsExactly("extracted: a [1]", "<degraded>");
    }

    @Test
    void cancelEndsTheModelsStreamAndTellsTheHandlerOnce() throws InterruptedException {
        FakePool pool = new FakePool(
                () -> {
                    new CountDownLatch(1).await();
                    return Fakes.reply("never");
                },
                "It is");
        Log log = new Log();
        try (Rag rag = Fakes.rag(Fakes.finding("vector", A)).llmPool(pool).build()) {
            AnswerStream stream = rag.askStreaming(Question.of("what?"), log);
            assertThat(pool.started.await(5, TimeUnit.SECONDS)).isTrue();
            stream.cancel();
            stream.cancel();
            stream.await();
            assertThat(stream.isDone()).isTrue();
        }
        assertThat(log.calls).containsExactly("It is", "<CancelledException>");
        assertThat(pool.cancelled.await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void tellsTheHandlerThatTooMuchIsUnderWay() throws InterruptedException {
        CountDownLatch started = new CountDownLatch(2);
        RagSettings settings = RagSettings.builder().maxHops(4).build();
        Log log = new Log();
        try (Rag rag =
                Fakes.rag(Fakes.hanging("vector", started)).settings(settings).build()) {
            // Each takes one thread for itself and one for its leg.
            rag.askStreaming(Question.of("first?"), new Log());
            rag.askStreaming(Question.of("second?"), new Log());
            assertThat(started.await(5, TimeUnit.SECONDS)).isTrue();
            rag.askStreaming(Question.of("third?"), log).await();
        }
        assertThat(log.calls).containsExactly("<OverloadedException>");
    }

    @Test
    void aHandlerThatThrowsGetsItsOwnFailureBack() throws InterruptedException {
        Log log = new Log() {
            @Override
            public void onPartial(String text) {
                throw new UnsupportedOperationException("full");
            }
        };
        assertThat(stream(FakePool.saying("It is alpha [1]", "It is", " alpha"), log))
                .containsExactly("<UnsupportedOperationException>");
    }
}
