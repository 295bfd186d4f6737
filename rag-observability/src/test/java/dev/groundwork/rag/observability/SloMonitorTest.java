package dev.groundwork.rag.observability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.groundwork.rag.Hop;
import dev.groundwork.rag.RagEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SloMonitorTest {

    private final List<RagEvent> alerts = new ArrayList<>();
    private final InMemoryMetrics metrics = new InMemoryMetrics();
    private long now = Duration.ofDays(3).toNanos();

    private SloMonitor monitor(Slo... slos) {
        SloMonitor.Builder builder = SloMonitor.builder()
                .listener(alerts::add)
                .metrics(metrics)
                .windows(Duration.ofMinutes(5), Duration.ofHours(1))
                .minEvents(20);
        for (Slo slo : slos) {
            builder.slo(slo);
        }
        return builder.build(() -> now, false);
    }

    private static RagEvent answered() {
        return Samples.answered();
    }

    private static RagEvent failed() {
        return Samples.failed(new IllegalStateException());
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private static void send(SloMonitor monitor, RagEvent event, int times) {
        for (int i = 0; i < times; i++) {
            monitor.onEvent(event);
        }
    }

    @Test
    void theBurnRateIsTheBadShareInBudgets() {
        SloMonitor monitor = monitor(Slo.errors(0.9));
        send(monitor, answered(), 6);
        send(monitor, failed(), 4);
        SloMonitor.Status status = monitor.check().getFirst();
        // 4 of 10 are bad, where 1 of 10 may be.
        assertThat(status.shortBurn()).isEqualTo(4, within(1e-9));
        assertThat(status.longBurn()).isEqualTo(4, within(1e-9));
        assertThat(status.events()).isEqualTo(10);
        assertThat(metrics.snapshot().gauges()).anySatisfy((series, value) -> {
            assertThat(series.name()).isEqualTo("rag.slo.burn_rate");
            assertThat(series.labels())
                    .isEqualTo(Map.of("pipeline", Samples.PIPELINE, "slo", "errors", "window", "short"));
            assertThat(value).isEqualTo(4, within(1e-9));
        });
    }

    @Test
    void alertsOnceBothWindowsBurnAndEndsWithTheShortOne() {
        SloMonitor monitor = monitor(Slo.errors(0.9).alertingAt(5));
        send(monitor, failed(), 30);
        monitor.check();
        monitor.check();
        assertThat(alerts)
                .containsExactly(new RagEvent.AlertChanged(
                        Samples.PIPELINE,
                        "errors",
                        RagEvent.AlertChanged.Kind.SLO,
                        true,
                        1 / (1 - 0.9),
                        5,
                        Duration.ofHours(1)));
        pass(Duration.ofMinutes(6));
        send(monitor, answered(), 5);
        monitor.check();
        assertThat(alerts).hasSize(2);
        assertThat(alerts.getLast())
                .isEqualTo(new RagEvent.AlertChanged(
                        Samples.PIPELINE,
                        "errors",
                        RagEvent.AlertChanged.Kind.SLO,
                        false,
                        0,
                        5,
                        Duration.ofMinutes(5)));
    }

    @Test
    void aShortBurstInAGoodHourDoesNotAlert() {
        SloMonitor monitor = monitor(Slo.errors(0.9).alertingAt(5));
        send(monitor, answered(), 1_000);
        pass(Duration.ofMinutes(30));
        send(monitor, failed(), 50);
        SloMonitor.Status status = monitor.check().getFirst();
        assertThat(status.shortBurn()).isEqualTo(10, within(1e-9));
        assertThat(status.longBurn()).isLessThan(1);
        assertThat(alerts).isEmpty();
    }

    @Test
    void aBadHourThatIsOverDoesNotAlert() {
        SloMonitor monitor = monitor(Slo.errors(0.9).alertingAt(5));
        send(monitor, failed(), 100);
        pass(Duration.ofMinutes(20));
        assertThat(monitor.check().getFirst().shortBurn()).isZero();
        assertThat(alerts).isEmpty();
    }

    @Test
    void oneBadQuestionInAQuietNightDoesNotAlert() {
        SloMonitor monitor = monitor(Slo.errors(0.9));
        send(monitor, failed(), 19);
        monitor.check();
        assertThat(alerts).isEmpty();
        send(monitor, failed(), 1);
        monitor.check();
        assertThat(alerts).hasSize(1);
    }

    @Test
    void forgetsWhatIsOlderThanTheWindowHoweverLongNothingHappened() {
        SloMonitor monitor = monitor(Slo.errors(0.9));
        send(monitor, failed(), 7);
        pass(Duration.ofMinutes(59));
        assertThat(monitor.check().getFirst().events()).isEqualTo(7);
        pass(Duration.ofMinutes(2));
        assertThat(monitor.check().getFirst().events()).isZero();
        send(monitor, failed(), 7);
        pass(Duration.ofDays(400));
        assertThat(monitor.check().getFirst().events()).isZero();
    }

    @Test
    void eachObjectiveLooksAtItsOwn() {
        Duration whole = Samples.answered().result().trace().duration();
        SloMonitor monitor = monitor(
                Slo.latency(whole, 0.5),
                Slo.latency(whole.minusNanos(1), 0.5).named("faster"),
                Slo.hopLatency(Hop.CHAT, Duration.ofNanos(1), 0.5),
                Slo.abstentions(0.5),
                Slo.emptyRetrievals(0.5),
                Slo.errors(0.5));
        monitor.onEvent(Samples.answered());
        monitor.onEvent(Samples.abstained());
        monitor.onEvent(Samples.searched());
        monitor.onEvent(failed());
        monitor.onEvent(Samples.failed(new dev.groundwork.rag.CancelledException("chat")));
        monitor.onEvent(Samples.completed(1, Samples.chat()));
        monitor.onEvent(Samples.completed(2, Samples.embed()));
        List<SloMonitor.Status> all = monitor.check();
        assertThat(all)
                .extracting(s -> s.slo().name())
                .containsExactly("latency", "faster", "chat-latency", "abstentions", "empty-retrievals", "errors");
        assertThat(all).extracting(SloMonitor.Status::events).containsExactly(4L, 4L, 1L, 2L, 3L, 4L);
        assertThat(all.get(1).shortBurn()).isGreaterThan(all.get(0).shortBurn());
        assertThat(all.get(2).shortBurn()).isEqualTo(2, within(1e-9));
        assertThat(all.get(3).shortBurn()).isEqualTo(1, within(1e-9));
        assertThat(all.get(5).shortBurn()).isEqualTo(0.5, within(1e-9));
    }

    @Test
    void aRateThatCanNotBeReachedIsRefusedAndTheDefaultAlwaysCan() {
        assertThat(Slo.errors(0.999).burnRate()).isEqualTo(14.4);
        assertThat(Slo.abstentions(0.2).burnRate()).isEqualTo(3, within(1e-9));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Slo.errors(0.9).alertingAt(11))
                .withMessageContaining("burnRate is 11.0")
                .withMessageContaining("at most 1 / (1 - objective)");
        assertThatIllegalArgumentException().isThrownBy(() -> Slo.errors(1)).withMessageContaining("objective is 1.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Slo.abstentions(Double.NaN))
                .withMessageContaining("atMost is NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> monitor(Slo.errors(0.9), Slo.errors(0.8)))
                .withMessageContaining("two objectives 'errors'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SloMonitor.builder().windows(Duration.ofMinutes(5), Duration.ofMinutes(5)))
                .withMessageContaining("longer is PT5M");
    }
}
