package dev.groundwork.rag.observability;

import dev.groundwork.rag.Hop;
import dev.groundwork.rag.RagEvent;
import dev.groundwork.rag.RagListener;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what happens as JSON: one object per event, in one line of ASCII, with flat keys that begin with {@code rag.}.
 * {@link LogLevel#MINIMAL} gives exactly one line per question, {@code rag.query.completed} or {@code rag.query.failed},
 * and one {@code rag.ingest.completed} per ingestion; {@link LogLevel#STANDARD} adds a {@code rag.hop.completed} per hop.
 *
 * <p>No level writes text of a question, an answer or a source, or the message of an exception.
 *
 * <p>Thread-safe. Writes on the thread on which the event happened, so a slow log makes a slow question. Never throws:
 * an event that could not be written is counted in {@link #failures()} and is gone.
 */
public final class JsonEventLogger implements RagListener {

    /** The SLF4J logger that {@link #toSlf4j} writes to. */
    public static final String LOGGER_NAME = "rag.events";

    private final Output output;
    private final InstantSource clock;
    private final LongAdder failures = new LongAdder();
    private volatile LogLevel level;

    private JsonEventLogger(Output output, LogLevel level, InstantSource clock) {
        this.output = output;
        this.level = Objects.requireNonNull(level, "level");
        this.clock = clock;
    }

    /**
     * Returns one that writes to the SLF4J logger {@value #LOGGER_NAME}, whatever backend is behind it; the JSON is the
     * whole message. What failed, timed out or degraded, a hop or an ingested document included, is a warning; the rest
     * is at info, a cancelled question too. A logger that is off for a severity costs next to nothing.
     */
    public static JsonEventLogger toSlf4j(LogLevel level) {
        return toLogger(LoggerFactory.getLogger(LOGGER_NAME), level, Clock.systemUTC());
    }

    /**
     * Returns one that hands over each line, without a line end, for instance to a stream or a test.
     *
     * @param lines called on the thread of the event, by several threads at once; what it throws is counted
     */
    public static JsonEventLogger to(Consumer<String> lines, LogLevel level) {
        return to(lines, level, Clock.systemUTC());
    }

    static JsonEventLogger to(Consumer<String> lines, LogLevel level, InstantSource clock) {
        Objects.requireNonNull(lines, "lines");
        return new JsonEventLogger(
                new Output() {
                    @Override
                    public boolean enabled(boolean warning) {
                        return true;
                    }

                    @Override
                    public void write(boolean warning, String line) {
                        lines.accept(line);
                    }
                },
                level,
                clock);
    }

    static JsonEventLogger toLogger(Logger logger, LogLevel level, InstantSource clock) {
        return new JsonEventLogger(
                new Output() {
                    @Override
                    public boolean enabled(boolean warning) {
                        return warning ? logger.isWarnEnabled() : logger.isInfoEnabled();
                    }

                    // The JSON is an argument, never the format: braces in it stay as they are.
                    @Override
                    public void write(boolean warning, String line) {
                        if (warning) {
                            logger.warn("{}", line);
                        } else {
                            logger.info("{}", line);
                        }
                    }
                },
                level,
                clock);
    }

    /** Returns how much is written at present. */
    public LogLevel level() {
        return level;
    }

    /** Changes how much is written, from the next event on; a question under way goes on at the new level. */
    public void level(LogLevel changed) {
        level = Objects.requireNonNull(changed, "level");
    }

    /** Returns how many events could not be written. */
    public long failures() {
        return failures.sum();
    }

    @Override
    public void onEvent(RagEvent event) {
        try {
            write(event, level);
        } catch (Throwable e) { // a log that fails, for whatever reason, must not fail a question
            failures.increment();
        }
    }

    private void write(RagEvent event, LogLevel now) throws IOException {
        switch (event) {
            case RagEvent.AskCompleted asked -> write(Finished.of(asked), now);
            case RagEvent.SearchCompleted searched -> write(Finished.of(searched), now);
            case RagEvent.QuestionFailed failed -> write(Finished.of(failed), now);
            case RagEvent.HopCompleted hop -> {
                Hop.Status status = hop.hop().status();
                boolean warning = status == Hop.Status.FAILED || status == Hop.Status.TIMED_OUT;
                if (now != LogLevel.MINIMAL && output.enabled(warning)) {
                    output.write(warning, EventJson.hop(hop, now, time()));
                }
            }
            case RagEvent.QuestionStarted started -> {}
            case RagEvent.HealthChanged changed -> {}
            case RagEvent.AlertChanged changed -> {}
            case RagEvent.IngestCompleted ingested -> {
                boolean warning = !ingested.report().failed().isEmpty();
                if (output.enabled(warning)) {
                    output.write(warning, EventJson.ingest(ingested, time()));
                }
            }
        }
    }

    private void write(Finished done, LogLevel now) throws IOException {
        if (output.enabled(done.worrying())) {
            output.write(done.worrying(), EventJson.question(done, now, time()));
        }
    }

    private Instant time() {
        return clock.instant();
    }

    /** Where lines go. */
    private interface Output {
        boolean enabled(boolean warning);

        void write(boolean warning, String line);
    }
}
