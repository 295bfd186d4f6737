package dev.groundwork.rag.llm.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.groundwork.rag.MemberStatus;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.SoftAssertions;

/** What must hold of a pool after every fault. */
final class ClosingChecks {

    private ClosingChecks() {}

    /**
     * Checks that all permits are back and nothing is under way, that each call had one end and its calls came one at a
     * time, that events tell what went over the wire, and that what members say they used is what events say.
     *
     * @param calls how often each member was called, as its own side counted
     * @param replaced members that were put in the place of others of their name, whose share of the events is not known
     */
    static void assertSound(
            ChatModelPool pool,
            Collection<? extends PoolEvent> events,
            Collection<RecordingHandler> handlers,
            Map<String, Integer> calls,
            String... replaced) {
        SoftAssertions.assertSoftly(soft -> {
            soft.assertThat(pool.engine().inFlight()).as("attempts in flight").isZero();
            soft.assertThat(pool.engine().callsUnderWay()).as("calls under way").isZero();
            soft.assertThat(pool.waiting()).as("calls waiting").isZero();
            soft.assertThat(pool.engine().isQuiet()).as("all permits are back").isTrue();
            soft.assertThat(pool.members()).extracting(MemberStatus::inFlight).containsOnly(0);
            soft.assertThat(handlers).allSatisfy(h -> {
                assertThat(h.terminals).as("ends").hasValue(1);
                assertThat(h.overlapped).as("overlapping calls").isFalse();
                assertThat(h.calledAfterEnd).as("called after its end").isFalse();
            });
            calls.forEach((member, count) -> soft.assertThat(attempts(events, member))
                    .as("events of " + member + ", and calls that it got")
                    .hasSize(count));
            for (MemberStatus member : pool.members()) {
                if (!List.of(replaced).contains(member.name())) {
                    reconciles(soft, member, attempts(events, member.name()));
                }
            }
        });
    }

    private static List<PoolEvent.AttemptEnded> attempts(Collection<? extends PoolEvent> events, String member) {
        return events.stream()
                .filter(e -> e.member().equals(member))
                .filter(PoolEvent.AttemptEnded.class::isInstance)
                .map(PoolEvent.AttemptEnded.class::cast)
                .toList();
    }

    private static void reconciles(SoftAssertions soft, MemberStatus member, List<PoolEvent.AttemptEnded> attempts) {
        String name = " of " + member.name();
        soft.assertThat(member.calls()).as("calls" + name).isEqualTo(attempts.size());
        soft.assertThat(member.inputTokens())
                .as("prompt tokens" + name)
                .isEqualTo(attempts.stream()
                        .mapToLong(PoolEvent.AttemptEnded::inputTokens)
                        .sum());
        soft.assertThat(member.outputTokens())
                .as("answer tokens" + name)
                .isEqualTo(attempts.stream()
                        .mapToLong(PoolEvent.AttemptEnded::outputTokens)
                        .sum());
        soft.assertThat(member.cost())
                .as("cost" + name)
                .isCloseTo(
                        attempts.stream()
                                .mapToDouble(PoolEvent.AttemptEnded::cost)
                                .sum(),
                        within(1e-6 * (1 + attempts.size())));
    }
}
