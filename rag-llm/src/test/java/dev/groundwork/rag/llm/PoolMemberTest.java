package dev.groundwork.rag.llm;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.groundwork.rag.MemberStatus;
import dev.groundwork.rag.MemberStatus.State;
import dev.groundwork.rag.llm.PoolMember.Leave;
import dev.langchain4j.model.chat.ChatModel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PoolMemberTest {

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5_000_000_000L); // Runs over, as nanoTime may.
    private final PoolMember member = new PoolMember("m", new ChatModel() {}, null, now::get);

    private static MemberFault fault(MemberFault.Kind kind, @Nullable Duration retryAfter) {
        return new MemberFault(kind, kind.name(), retryAfter, null);
    }

    private void fails(MemberFault.Kind kind) {
        call(fault(kind, null), Duration.ofSeconds(5));
    }

    private void call(MemberFault fault, Duration given) {
        Leave leave = requireNonNull(member.tryAcquire());
        leave.failed(fault, given);
        leave.end();
    }

    private void passes(Duration time) {
        now.addAndGet(time.toNanos());
    }

    private void assertRests(Duration time) {
        assertThat(member.tryAcquire()).isNull();
        assertThat(member.status().retryIn()).isEqualTo(time);
        passes(time.minusNanos(1));
        assertThat(member.tryAcquire()).as("never early").isNull();
        passes(Duration.ofNanos(1));
    }

    @Test
    void restsAfterThreeFailuresInARowForTwiceAsLongEachTime() {
        fails(MemberFault.Kind.FAILED);
        fails(MemberFault.Kind.FAILED);
        Leave good = requireNonNull(member.tryAcquire());
        good.succeeded();
        good.end();
        fails(MemberFault.Kind.FAILED);
        fails(MemberFault.Kind.TIMED_OUT);
        assertThat(member.status().state()).isEqualTo(State.UP);
        fails(MemberFault.Kind.FAILED);

        assertRests(Duration.ofSeconds(10));
        fails(MemberFault.Kind.FAILED);
        assertRests(Duration.ofSeconds(20));
        fails(MemberFault.Kind.FAILED);
        assertRests(Duration.ofSeconds(40));
        assertThat(member.status().inFlight()).isZero();
    }

    @Test
    void isProbedByOneCallAtATime() {
        for (int i = 0; i < 3; i++) {
            fails(MemberFault.Kind.FAILED);
        }
        passes(Duration.ofSeconds(10));
        assertThat(member.status().state()).isEqualTo(State.PROBING);
        Leave probe = requireNonNull(member.tryAcquire());
        assertThat(member.tryAcquire()).isNull();

        probe.withoutVerdict();
        probe.end();
        Leave second = requireNonNull(member.tryAcquire(), "a cancelled probe is not lost");
        assertThat(member.tryAcquire()).isNull();
        second.succeeded();
        second.end();

        assertThat(member.status()).isEqualTo(new MemberStatus("m", State.UP, "", Duration.ZERO, 0));
        Leave one = requireNonNull(member.tryAcquire());
        Leave two = requireNonNull(member.tryAcquire());
        assertThat(member.status().inFlight()).isEqualTo(2);
        one.end();
        one.end();
        two.end();
        assertThat(member.status().inFlight()).isZero();
    }

    @Test
    void restsForAsLongAsARateLimitAsksAndTheLaterTimeWins() {
        Leave first = requireNonNull(member.tryAcquire());
        Leave second = requireNonNull(member.tryAcquire());
        first.failed(fault(MemberFault.Kind.RATE_LIMITED, Duration.ofSeconds(107)), Duration.ofSeconds(5));
        second.failed(fault(MemberFault.Kind.RATE_LIMITED, Duration.ofSeconds(2)), Duration.ofSeconds(5));
        first.end();
        second.end();

        assertThat(member.status().reason()).isEqualTo("RATE_LIMITED");
        assertRests(Duration.ofSeconds(107));
        assertThat(member.status().state()).isEqualTo(State.UP);
    }

    @Test
    void restsLongerAfterEachRateLimitThatNamesNoTime() {
        fails(MemberFault.Kind.RATE_LIMITED);
        assertRests(Duration.ofSeconds(1));
        fails(MemberFault.Kind.RATE_LIMITED);
        assertRests(Duration.ofSeconds(2));
        Leave good = requireNonNull(member.tryAcquire());
        good.succeeded();
        good.end();
        fails(MemberFault.Kind.RATE_LIMITED);
        assertRests(Duration.ofSeconds(1));
    }

    @Test
    void callsUnderWayTogetherCountAsOneRateLimit() {
        Leave first = requireNonNull(member.tryAcquire());
        Leave second = requireNonNull(member.tryAcquire());
        first.failed(fault(MemberFault.Kind.RATE_LIMITED, null), Duration.ofSeconds(5));
        second.failed(fault(MemberFault.Kind.RATE_LIMITED, null), Duration.ofSeconds(5));

        assertRests(Duration.ofSeconds(1));
    }

    @Test
    void restsLongAfterABadKeyAndIsProbedThen() {
        fails(MemberFault.Kind.DENIED);

        assertRests(Duration.ofMinutes(5));
        assertThat(member.status().state()).isEqualTo(State.PROBING);
    }

    @Test
    void neitherRejectedRequestsNorShortTimeLimitsCount() {
        for (int i = 0; i < 10; i++) {
            fails(MemberFault.Kind.REJECTED);
            fails(MemberFault.Kind.UNSUITED);
            call(fault(MemberFault.Kind.TIMED_OUT, null), Duration.ofMillis(999));
        }

        assertThat(member.status().state()).isEqualTo(State.UP);
    }
}
