package dev.groundwork.rag.lucene;

import java.time.Duration;
import java.time.InstantSource;

/**
 * All that an index is opened with.
 *
 * @param writer how it is written
 * @param text what words count
 * @param exactLimit up to this many segments are compared one by one
 * @param visibleWithin how long a write may stay out of searches' sight
 * @param commitWhenIdle how long no write has come when a commit is made
 * @param commitAtLatest how long a write stays out of a commit at most
 * @param clock tells when a named commit was made
 */
record EngineSettings(
        WriterSettings writer,
        TextSettings text,
        int exactLimit,
        Duration visibleWithin,
        Duration commitWhenIdle,
        Duration commitAtLatest,
        InstantSource clock) {

    /** Long enough not to part one stretch of writes, short enough for who follows in another process. */
    static final Duration COMMIT_WHEN_IDLE = Duration.ofMillis(500);

    /** How much is to be made again after a crash, and how far behind a reader of another process is under steady writes. */
    static final Duration COMMIT_AT_LATEST = Duration.ofSeconds(10);

    static EngineSettings defaults() {
        return new EngineSettings(
                new WriterSettings(Layout.Wish.ANY, Durability.everyWrite(), WriterSettings.defaultBuffer()),
                TextSettings.defaults(),
                VectorSearch.EXACT_LIMIT,
                Duration.ZERO,
                COMMIT_WHEN_IDLE,
                COMMIT_AT_LATEST,
                InstantSource.system());
    }

    /** For tests: up to this many segments are compared one by one. */
    EngineSettings withExactLimit(int limit) {
        return new EngineSettings(writer, text, limit, visibleWithin, commitWhenIdle, commitAtLatest, clock);
    }

    EngineSettings withWriter(WriterSettings other) {
        return new EngineSettings(other, text, exactLimit, visibleWithin, commitWhenIdle, commitAtLatest, clock);
    }

    EngineSettings withClock(InstantSource other) {
        return new EngineSettings(writer, text, exactLimit, visibleWithin, commitWhenIdle, commitAtLatest, other);
    }

    /** Returns whether commits are made by themselves. */
    boolean commits() {
        return !(writer.durability() instanceof Durability.None);
    }
}
