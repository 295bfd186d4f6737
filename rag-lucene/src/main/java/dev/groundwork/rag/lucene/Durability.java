package dev.groundwork.rag.lucene;

import java.time.Duration;

/**
 * What a write has survived when {@link dev.groundwork.rag.SegmentIndex#apply} returns. All levels keep a change whole: after
 * a crash it is there as a whole or not at all. An index in memory has none of them.
 */
public sealed interface Durability {

    /** The longest time between two commits of {@link #periodic}. */
    Duration MAX_INTERVAL = Duration.ofDays(1);

    /**
     * Every write survives the end of the process and of the machine: it is in a log on disk, forced by one
     * {@code fdatasync} for all writes that wait for it, before it is acknowledged. The default.
     */
    static Durability everyWrite() {
        return new EveryWrite();
    }

    /**
     * A write survives a crash once an interval has passed; what was written in the last interval may be lost. No write
     * waits for the disk.
     *
     * @param interval how long a write may stay in memory alone, from 1 ms to {@link #MAX_INTERVAL}
     */
    static Durability periodic(Duration interval) {
        return new Periodic(interval);
    }

    /**
     * A write survives a crash after {@link LuceneIndex#commit} or {@link LuceneIndex#close} only: for indexes that are
     * made in one go, and made again where that fails.
     */
    static Durability none() {
        return new None();
    }

    /** See {@link #everyWrite()}. */
    record EveryWrite() implements Durability {}

    /**
     * See {@link #periodic}.
     *
     * @param interval how long a write may stay in memory alone
     */
    record Periodic(Duration interval) implements Durability {
        /** Checks. */
        public Periodic {
            if (interval.compareTo(Duration.ofMillis(1)) < 0 || interval.compareTo(MAX_INTERVAL) > 0) {
                throw new IllegalArgumentException(
                        "interval is " + interval + ", must be from " + Duration.ofMillis(1) + " to " + MAX_INTERVAL);
            }
        }
    }

    /** See {@link #none()}. */
    record None() implements Durability {}
}
