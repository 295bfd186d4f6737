package dev.groundwork.rag.observability;

import dev.groundwork.rag.Hop;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A service level objective: of a kind of event, this share must be good. Watched by an {@link SloMonitor}.
 *
 * <p>The error budget is what may be bad, {@code 1 - objective}. The burn rate is the share that is bad, in budgets: at 1
 * the budget is used up exactly, at {@code 1 / (1 - objective)}, the most there is, everything is bad. An alert begins
 * where a short and a long window both burn at {@link #burnRate()} or more, and ends where the short one does not any more.
 *
 * <p>Immutable.
 *
 * @see <a href="https://sre.google/workbook/alerting-on-slos/">Google, The Site Reliability Workbook, chapter 5</a>
 */
public final class Slo {

    /** At this rate a budget of 30 days is gone in two; the workbook's value for waking somebody. */
    private static final double PAGING = 14.4;

    /** What is good or bad. */
    sealed interface Indicator {}

    /** A question that answers in time; where a hop is named, that hop. */
    record Latency(@Nullable String hop, Duration threshold) implements Indicator {}

    /** A question that ends with neither an error nor a time-out. Who cancels is not counted. */
    record Errors() implements Indicator {}

    /** A question that is answered. One that fails is not counted. */
    record Abstentions() implements Indicator {}

    /** A question for which something is found. One that fails is not counted. */
    record EmptyRetrievals() implements Indicator {}

    private final String name;
    private final Indicator indicator;
    private final double objective;
    private final double burnRate;

    private Slo(String name, Indicator indicator, double objective, double burnRate) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("name must not be blank");
        }
        if (!(burnRate > 0 && burnRate <= most(objective))) {
            throw new IllegalArgumentException("burnRate is " + burnRate
                    + ", must be more than 0 and at most 1 / (1 - objective), that is " + most(objective));
        }
        this.name = name;
        this.indicator = indicator;
        this.objective = objective;
        this.burnRate = burnRate;
    }

    private static double most(double objective) {
        return 1 / (1 - objective);
    }

    /** The workbook's rate; where an objective allows so much that it can't be reached, half way to all being bad. */
    private static Slo of(String name, Indicator indicator, double objective) {
        if (!(objective > 0 && objective < 1)) {
            throw new IllegalArgumentException("objective is " + objective + ", must be more than 0 and less than 1");
        }
        return new Slo(name, indicator, objective, Math.min(PAGING, (1 + most(objective)) / 2));
    }

    /**
     * This share of questions and searches ends within so much time: {@code latency(2 s, 0.95)} says that the 95th
     * percentile is at most two seconds.
     */
    public static Slo latency(Duration threshold, double objective) {
        return of("latency", new Latency(null, positive(threshold)), objective);
    }

    /**
     * This share of the runs of a hop ends within so much time.
     *
     * @param hop a {@link Hop#name()}, such as {@link Hop#CHAT}
     */
    public static Slo hopLatency(String hop, Duration threshold, double objective) {
        return of(hop + "-latency", new Latency(Objects.requireNonNull(hop, "hop"), positive(threshold)), objective);
    }

    /** This share of questions and searches ends with neither an error nor a time-out. */
    public static Slo errors(double objective) {
        return of("errors", new Errors(), objective);
    }

    /**
     * At most this share of questions is left unanswered.
     *
     * @param atMost more than 0 and less than 1
     */
    public static Slo abstentions(double atMost) {
        return of("abstentions", new Abstentions(), rest(atMost));
    }

    /**
     * For at most this share of questions and searches nothing is found.
     *
     * @param atMost more than 0 and less than 1
     */
    public static Slo emptyRetrievals(double atMost) {
        return of("empty-retrievals", new EmptyRetrievals(), rest(atMost));
    }

    /** Returns what it is called in alerts and metrics. */
    public String name() {
        return name;
    }

    /** Returns the share that must be good, more than 0 and less than 1. */
    public double objective() {
        return objective;
    }

    /**
     * Returns from which burn rate on it is alarming, more than 0 and at most {@code 1 / (1 - objective)}. Where nothing else
     * was said, 14.4, or half way between 1 and the most there is where that is less.
     */
    public double burnRate() {
        return burnRate;
    }

    /** Returns the same with another name, for instance where two objectives watch the same. */
    public Slo named(String changed) {
        return new Slo(changed, indicator, objective, burnRate);
    }

    /** Returns the same, alarming from another rate on. */
    public Slo alertingAt(double changed) {
        return new Slo(name, indicator, objective, changed);
    }

    private static double rest(double atMost) {
        if (!(atMost > 0 && atMost < 1)) {
            throw new IllegalArgumentException("atMost is " + atMost + ", must be more than 0 and less than 1");
        }
        return 1 - atMost;
    }

    private static Duration positive(Duration threshold) {
        if (threshold.isNegative() || threshold.isZero()) {
            throw new IllegalArgumentException("threshold is " + threshold + ", must be more than 0");
        }
        return threshold;
    }

    /** Returns whether what ended was good; {@code null} where this objective does not look at it. */
    @Nullable
    Boolean judge(Finished done) {
        boolean failed = done.outcome().equals(Finished.ERROR) || done.outcome().equals(Finished.TIMEOUT);
        boolean asked = done.operation().equals("ask");
        if (done.outcome().equals(Finished.CANCELLED)) {
            return null;
        }
        return switch (indicator) {
            case Latency latency
            when latency.hop() == null -> done.trace().duration().compareTo(latency.threshold()) <= 0;
            case Latency latency -> null;
            case Errors errors -> !failed;
            case Abstentions abstentions when failed || !asked -> null;
            case Abstentions abstentions -> !done.outcome().equals(Finished.ABSTAINED);
            case EmptyRetrievals empty when failed -> null;
            case EmptyRetrievals empty -> done.results() > 0;
        };
    }

    /** Returns whether the hop was good; {@code null} where this objective does not look at it. */
    @Nullable
    Boolean judge(Hop hop) {
        if (indicator instanceof Latency latency
                && hop.name().equals(latency.hop())
                && hop.status() != Hop.Status.CANCELLED) {
            return hop.duration().compareTo(latency.threshold()) <= 0;
        }
        return null;
    }

    @Override
    public String toString() {
        return "Slo[" + name + ", objective=" + objective + ", burnRate=" + burnRate + "]";
    }
}
