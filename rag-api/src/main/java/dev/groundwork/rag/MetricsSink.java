package dev.groundwork.rag;

import java.util.Map;

/**
 * Takes measurements: the seam to a metrics backend. Must be thread-safe and must return at once.
 *
 * <p>Names are dotted, for instance {@code rag.hop.duration}; units are seconds, bytes or counts. For one name the label
 * keys are always the same, and label values come from a small set: never an id, a text or a user.
 */
public interface MetricsSink {

    /** Adds to a counter; {@code amount} is not negative. */
    void count(String name, Map<String, String> labels, double amount);

    /** Records a value of a distribution. */
    void record(String name, Map<String, String> labels, double value);

    /** Sets a value that goes up and down. */
    void gauge(String name, Map<String, String> labels, double value);
}
