package dev.groundwork.rag.observability;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;

/**
 * Where a {@link JsonEventLogger} writes. Must be thread-safe. What it throws is counted by the logger and never reaches
 * a question; but a sink that blocks makes a question wait, unless it is behind {@link AsyncLogSink}.
 */
public interface LogSink extends AutoCloseable {

    /** Returns whether an event of this severity would be written; {@code true} where the sink does not know. */
    default boolean enabled(boolean warning) {
        return true;
    }

    /**
     * Writes one event.
     *
     * @throws IOException if it can't be written
     */
    void write(LogEvent event) throws IOException;

    /**
     * Hands on what is still held in memory.
     *
     * @throws IOException if it can't be written
     */
    default void flush() throws IOException {}

    /**
     * Writes what is left, and gives back what the sink holds. Does nothing the second time.
     *
     * @throws IOException if the rest can't be written
     */
    @Override
    default void close() throws IOException {}

    /**
     * Writes to the SLF4J logger {@value JsonEventLogger#LOGGER_NAME}, with one JSON document as the whole message: right
     * for every backend.
     */
    static LogSink slf4jMessage() {
        return Slf4jSink.message(LoggerFactory.getLogger(JsonEventLogger.LOGGER_NAME));
    }

    /**
     * Writes to the SLF4J logger {@value JsonEventLogger#LOGGER_NAME}, with the event's name as the message and the
     * fields as typed key-value pairs: for logstash-logback-encoder and Spring Boot's structured logging, which keep them
     * as fields. A logger that would merge pairs into the text of the message gets {@link #slf4jMessage()}'s form instead.
     */
    static LogSink slf4jKeyValues() {
        return Slf4jSink.keyValues(LoggerFactory.getLogger(JsonEventLogger.LOGGER_NAME));
    }

    /**
     * Hands over each line, without a line end.
     *
     * @param lines called by several threads at once
     */
    static LogSink lines(Consumer<String> lines) {
        Objects.requireNonNull(lines, "lines");
        return event -> lines.accept(event.toJson());
    }

    /**
     * Writes JSON lines to a stream, each whole or not at all as far as the stream allows it, and flushes after each.
     * Closing the sink flushes the stream and leaves it open.
     */
    static LogSink stream(OutputStream stream) {
        return new StreamSink(stream);
    }
}
