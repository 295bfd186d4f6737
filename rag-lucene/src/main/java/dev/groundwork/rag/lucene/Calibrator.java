package dev.groundwork.rag.lucene;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures how broad searches have to be, on a thread of its own: when the largest graph has outgrown what was measured, and
 * once the application has asked enough to measure with what it asks.
 */
final class Calibrator implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Calibrator.class);

    /** What failed is tried again after this long: the disk may be full for hours. */
    private static final Duration PAUSE = Duration.ofMinutes(1);

    private final RecentQueries asked;
    private final int exactLimit;
    private final BooleanSupplier stopped;
    private volatile @Nullable Thread running;
    private volatile long failedAt;
    private volatile boolean failed;

    /**
     * Makes one.
     *
     * @param exactLimit up to so many segments are compared one by one, and nothing is measured
     * @param stopped tells when to give up
     */
    Calibrator(RecentQueries asked, int exactLimit, BooleanSupplier stopped) {
        this.asked = asked;
        this.exactLimit = exactLimit;
        this.stopped = stopped;
    }

    /** Returns whether something is to be measured that is not being measured. */
    boolean isDue(Snapshot now) {
        if (running != null || now.manifest().dimension() == 0) {
            return false;
        }
        int largest = now.largestGraph();
        Calibration measured = now.manifest().calibration();
        return largest > exactLimit
                && (measured == null || measured.isOutdated(largest) || (!measured.asked() && asked.areEnough()))
                && !(failed && System.nanoTime() - failedAt < PAUSE.toNanos());
    }

    /**
     * Measures on a thread of its own.
     *
     * @param now what to measure; released when it is done
     * @param taking told what was found
     */
    void start(Snapshot now, Consumer<@Nullable Calibration> taking) {
        Thread measuring = Thread.ofPlatform()
                .name("groundwork-calibration")
                .daemon()
                .unstarted(() -> {
                    try {
                        Calibration measured = measure(now);
                        failed = false;
                        taking.accept(measured);
                    } catch (IOException | RuntimeException e) {
                        failedAt = System.nanoTime();
                        failed = true;
                        LOG.warn("searches keep to the breadth that they have, measuring it failed: {}", e.toString());
                    } finally {
                        now.release();
                        running = null;
                    }
                });
        running = measuring;
        measuring.start();
    }

    /** Measures at once. */
    @Nullable
    Calibration measure(Snapshot now) throws IOException {
        return Calibration.measure(now, asked.areEnough() ? asked.all() : List.of(), stopped);
    }

    /** Waits for what is being measured, which gives up soon. */
    @Override
    public void close() {
        IndexEngine.join(running);
    }
}
