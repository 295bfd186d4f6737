package dev.groundwork.rag.observability;

import dev.groundwork.rag.Health;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * How a pipeline and its parts were when a {@link HealthMonitor} looked last.
 *
 * @param pipeline the name of the {@link dev.groundwork.rag.Rag}
 * @param checkedAt when it was looked
 * @param live whether the process is worth keeping; {@code false} only where nothing but a restart helps
 * @param ready whether it should get questions
 * @param started whether it was ready once
 * @param health the whole with its parts
 * @param since for each part, by its path such as {@code llm/primary}, since when its status is what it is; the whole has
 *     the empty path
 */
public record HealthReport(
        String pipeline,
        Instant checkedAt,
        boolean live,
        boolean ready,
        boolean started,
        Health health,
        Map<String, Instant> since) {

    /** What an orchestrator may ask for. */
    public enum Probe {
        /** Whether to keep the process. */
        LIVENESS,
        /** Whether to send it questions. */
        READINESS,
        /** Whether it has come up. */
        STARTUP
    }

    /** Checks and copies. */
    public HealthReport {
        Objects.requireNonNull(pipeline, "pipeline");
        Objects.requireNonNull(checkedAt, "checkedAt");
        Objects.requireNonNull(health, "health");
        since = Collections.unmodifiableMap(new LinkedHashMap<>(since));
    }

    /** Returns whether the probe's answer is yes. */
    public boolean passes(Probe probe) {
        return switch (probe) {
            case LIVENESS -> live;
            case READINESS -> ready;
            case STARTUP -> started;
        };
    }

    /**
     * Returns why it is not as it should be, for instance {@code not ready: index: closed} or
     * {@code llm: no model reachable, extractive answers only}; empty where all is well.
     */
    public String reason() {
        String reason = health.reason();
        if (ready) {
            return reason;
        }
        return reason.isEmpty() ? "not ready" : "not ready: " + reason;
    }

    /**
     * Returns the JSON of Spring Boot's health endpoint: {@code status} is {@code UP} or {@code DOWN}, parts are
     * {@code components}. What is degraded is {@code UP} with {@code "degraded":true} and its {@code reason} among its
     * {@code details}. A status is always the worst of its components: the members of a pool, of which one may be down while the
     * pool serves, stand among the pool's details.
     */
    public String toSpringBootJson() {
        return HealthJson.springBoot(this);
    }

    /**
     * Returns the JSON of MicroProfile Health for one probe: {@code status} and flat {@code checks}. Liveness has the process
     * alone, start-up the pipeline alone, readiness each part that a question needs.
     */
    public String toMicroProfileJson(Probe probe) {
        return HealthJson.microProfile(this, probe);
    }
}
