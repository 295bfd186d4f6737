package dev.groundwork.rag.llm.pool;

import static dev.groundwork.rag.llm.pool.OpenAiTestServer.fails;
import static dev.groundwork.rag.llm.pool.OpenAiTestServer.says;
import static dev.groundwork.rag.llm.pool.OpenAiTestServer.stallsAfter;
import static org.assertj.core.api.Assertions.assertThat;

import dev.groundwork.rag.CancelledException;
import dev.groundwork.rag.Deadline;
import dev.groundwork.rag.LlmAttempt.Outcome;
import dev.groundwork.rag.LlmPool.LlmStream;
import dev.groundwork.rag.MemberStatus;
import dev.groundwork.rag.MemberStatus.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Callers that give up, wherever their call is: the provider notices within a second that nobody listens, and the member is
 * as well as before. The pool's time is virtual, the wire is real.
 */
@Timeout(60)
class CancellationIT extends OverTheWire {

    /** For a machine that is busy with other things; what is usual is asserted of many. */
    private static final long PATIENCE_SECONDS = 10;

    private static final long PROMISED_NANOS = 1_000_000_000;

    private final List<Long> took = new ArrayList<>();

    private final VirtualClock clock = new VirtualClock();

    private ChatModelPool.Builder virtual() {
        return builder().clock(clock);
    }

    private Deadline minutes(long minutes) {
        return Deadline.after(Duration.ofMinutes(minutes), clock::nanoTime);
    }

    private RecordingHandler ask(ChatModelPool pool) throws InterruptedException {
        RecordingHandler handler = new RecordingHandler();
        LlmStream unused = begin(pool, minutes(5), handler);
        return handler.await();
    }

    private void cancel(LlmStream stream, RecordingHandler handler, OpenAiTestServer... upstream) throws Exception {
        long start = System.nanoTime();
        stream.cancel();
        for (OpenAiTestServer server : upstream) {
            assertThat(server.disconnected.await(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as("upstream has ended")
                    .isTrue();
        }
        took.add(System.nanoTime() - start);
        assertThat(handler.await().error).isInstanceOf(CancelledException.class);
    }

    private static List<State> states(ChatModelPool pool) {
        return pool.members().stream().map(MemberStatus::state).toList();
    }

    private List<Outcome> outcomes() {
        return events.stream()
                .filter(PoolEvent.AttemptEnded.class::isInstance)
                .map(e -> ((PoolEvent.AttemptEnded) e).outcome())
                .toList();
    }

    @Test
    void inTheQueueNothingIsSentAndTheNextOneMovesUp() throws Exception {
        OpenAiTestServer server = server(stallsAfter(1), says("next"));
        ChatModelPool pool = opened(virtual()
                .streamIdleTimeout(Duration.ofMinutes(5))
                .member(member("a", server.baseUrl())
                        .limits(Limits.none().concurrency(1))
                        .build()));
        RecordingHandler first = new RecordingHandler();
        LlmStream running = begin(pool, minutes(5), first);
        assertThat(first.first.await(5, TimeUnit.SECONDS)).isTrue();
        RecordingHandler second = new RecordingHandler();
        LlmStream queued = begin(pool, minutes(5), second);
        RecordingHandler third = new RecordingHandler();
        LlmStream unused = begin(pool, minutes(5), third);
        assertThat(pool.waiting()).isEqualTo(2);

        cancel(queued, second);
        assertThat(pool.waiting()).isEqualTo(1);
        assertThat(server.calls()).isEqualTo(1);
        cancel(running, first, server);

        assertThat(third.await().text()).isEqualTo("next");
        assertThat(server.calls()).isEqualTo(2);
        assertThat(states(pool)).containsExactly(State.UP);
        assertSound(pool);
    }

    @Test
    void inBackOffNothingMoreIsSent() throws Exception {
        OpenAiTestServer server = server(fails(500, "hiccup"), says("never"));
        ChatModelPool pool =
                opened(virtual().member(member("a", server.baseUrl()).build()));
        RecordingHandler handler = new RecordingHandler();
        LlmStream stream = begin(pool, minutes(5), handler);
        Eventually.holds("it failed once", () -> outcomes().equals(List.of(Outcome.FAILED)));

        cancel(stream, handler);
        clock.advance(Duration.ofMinutes(1));

        assertThat(server.calls()).isEqualTo(1);
        assertThat(states(pool)).containsExactly(State.UP);
        assertSound(pool);
    }

    @Test
    void beforeTheFirstTokenAndMidStreamHoweverOftenTheMemberStaysWell() throws Exception {
        for (int tokens : new int[] {0, 2}) {
            for (int i = 0; i < 12; i++) {
                OpenAiTestServer server = server(stallsAfter(tokens), says("well"));
                ChatModelPool pool = opened(virtual()
                        .streamIdleTimeout(Duration.ofMinutes(5))
                        .member(member("a", server.baseUrl()).build()));
                RecordingHandler handler = new RecordingHandler();
                LlmStream stream = begin(pool, minutes(5), handler);
                assertThat(server.hanging.await(5, TimeUnit.SECONDS)).isTrue();
                if (tokens > 0) {
                    assertThat(handler.first.await(5, TimeUnit.SECONDS)).isTrue();
                }

                cancel(stream, handler, server);

                assertThat(outcomes()).containsExactly(Outcome.CANCELLED);
                assertThat(states(pool)).containsExactly(State.UP);
                assertThat(ask(pool).text()).isEqualTo("well");
                assertSound(pool);
                events.clear();
                servers.clear();
                handlers.clear();
            }
        }
        took.sort(null);
        assertThat(took.get(took.size() * 3 / 4))
                .as("three of four, in nanoseconds")
                .isLessThanOrEqualTo(PROMISED_NANOS);
    }

    @Test
    void cancelledCallsAreNoIllness() throws Exception {
        OpenAiTestServer server = server(stallsAfter(0));
        OpenAiTestServer other = server(says("other"));
        ChatModelPool pool = opened(virtual()
                .member(member("a", server.baseUrl()).build())
                .member(member("b", other.baseUrl()).build()));
        for (int i = 1; i <= 20; i++) {
            RecordingHandler handler = new RecordingHandler();
            LlmStream stream = begin(pool, minutes(5), handler);
            int calls = i;
            Eventually.holds("it was asked", () -> server.calls() == calls);
            stream.cancel();
            assertThat(handler.await().error).isInstanceOf(CancelledException.class);
        }

        assertThat(other.calls()).as("the preferred one was never left").isZero();
        assertThat(states(pool)).containsExactly(State.UP, State.UP);
        assertSound(pool);
    }

    @Test
    void aProbeThatIsCancelledIsGivenToTheNextCall() throws Exception {
        OpenAiTestServer server = server(fails(503, "out"));
        ChatModelPool pool = opened(virtual()
                .maxAttempts(1)
                .streamIdleTimeout(Duration.ofMinutes(5))
                .member(member("a", server.baseUrl()).build()));
        while (states(pool).equals(List.of(State.UP))) {
            assertThat(ask(pool).reply).as("the fault happened").isNull();
            clock.advance(Duration.ofSeconds(1));
        }
        clock.advance(Duration.ofSeconds(15));
        assertThat(states(pool)).containsExactly(State.PROBING);
        server.then(stallsAfter(0), says("back"));
        RecordingHandler probe = new RecordingHandler();
        LlmStream stream = begin(pool, minutes(5), probe);
        assertThat(server.hanging.await(5, TimeUnit.SECONDS)).isTrue();

        cancel(stream, probe, server);

        assertThat(states(pool)).as("neither well nor worse").containsExactly(State.PROBING);
        assertThat(ask(pool).text()).isEqualTo("back");
        assertThat(states(pool)).containsExactly(State.UP);
        assertSound(pool);
    }

    @Test
    void aCallThatWasHedgedIsEndedAtBothMembers() throws Exception {
        OpenAiTestServer one = server(says("one"));
        OpenAiTestServer two = server(says("two"));
        ChatModelPool pool = opened(virtual()
                .hedging(0.2)
                .streamIdleTimeout(Duration.ofMinutes(5))
                .member(member("a", one.baseUrl()).build())
                .member(member("b", two.baseUrl()).build()));
        for (int i = 0; i < 30; i++) {
            assertThat(ask(pool).text()).isEqualTo("one");
        }
        one.then(stallsAfter(0), says("one"));
        two.then(stallsAfter(0), says("two"));
        RecordingHandler handler = new RecordingHandler();
        LlmStream stream = begin(pool, minutes(5), handler);
        assertThat(one.hanging.await(5, TimeUnit.SECONDS)).isTrue();
        clock.advance(Duration.ofSeconds(1));
        assertThat(two.hanging.await(5, TimeUnit.SECONDS)).as("it was hedged").isTrue();

        cancel(stream, handler, one, two);

        assertThat(outcomes().subList(30, 32)).containsExactly(Outcome.CANCELLED, Outcome.CANCELLED);
        assertThat(states(pool)).containsExactly(State.UP, State.UP);
        assertThat(ask(pool).text()).isEqualTo("one");
        assertSound(pool);
    }
}
