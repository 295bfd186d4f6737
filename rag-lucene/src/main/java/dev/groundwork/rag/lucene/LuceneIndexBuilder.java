package dev.groundwork.rag.lucene;

import dev.groundwork.rag.IndexException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Says how an index is opened. What is not said is as the index was made, or the default for a new one. Not thread-safe.
 *
 * <pre>{@code
 * LuceneIndex index = LuceneIndex.builder()
 *         .path(Path.of("index"))
 *         .profile(VectorProfile.HIGH_RECALL)
 *         .visibleWithin(Duration.ofMillis(200))
 *         .open();
 * }</pre>
 */
public final class LuceneIndexBuilder {

    /** The longest that {@link #visibleWithin} takes. */
    public static final Duration MAX_VISIBLE_WITHIN = Duration.ofHours(1);

    /** The most megabytes that {@link #bufferMegabytes} takes; Lucene's own limit. */
    public static final int MAX_BUFFER_MEGABYTES = 2_047;

    private @Nullable Path path;
    private @Nullable VectorSimilarity similarity;
    private @Nullable VectorProfile profile;
    private TextSettings text = TextSettings.defaults();
    private Durability durability = Durability.everyWrite();
    private Duration visibleWithin = Duration.ZERO;
    private Duration commitWhenIdle = EngineSettings.COMMIT_WHEN_IDLE;
    private Duration commitAtLatest = EngineSettings.COMMIT_AT_LATEST;
    private int bufferMegabytes = (int) WriterSettings.defaultBuffer();

    LuceneIndexBuilder() {}

    /** Sets the folder. Without one the index is in memory. */
    public LuceneIndexBuilder path(Path value) {
        path = Objects.requireNonNull(value, "path");
        return this;
    }

    /** Sets how vectors are compared; {@link VectorSimilarity#COSINE} for a new index where none is given. */
    public LuceneIndexBuilder similarity(VectorSimilarity value) {
        similarity = Objects.requireNonNull(value, "similarity");
        return this;
    }

    /** Sets recall against speed and size; {@link VectorProfile#BALANCED} for a new index where none is given. */
    public LuceneIndexBuilder profile(VectorProfile value) {
        profile = Objects.requireNonNull(value, "profile");
        return this;
    }

    /** Sets how words are made of texts, and what they count; {@link TextSettings#defaults()} where none is given. */
    public LuceneIndexBuilder text(TextSettings value) {
        text = Objects.requireNonNull(value, "text");
        return this;
    }

    /** Sets what a write has survived when it is acknowledged; {@link Durability#everyWrite()} where none is given. */
    public LuceneIndexBuilder durability(Durability value) {
        durability = Objects.requireNonNull(value, "durability");
        return this;
    }

    /**
     * Sets how far a search may lag behind the writes of this {@code LuceneIndex}. Zero, the default, lets every search see
     * all that was applied before it: the first one after a write opens the new state, which takes a millisecond or a few.
     * Where writes never cease, 100 ms to 1 s keep searches from paying for each of them.
     *
     * @param value from 0 to {@link #MAX_VISIBLE_WITHIN}
     */
    public LuceneIndexBuilder visibleWithin(Duration value) {
        visibleWithin = range("visibleWithin", value, Duration.ZERO, MAX_VISIBLE_WITHIN);
        return this;
    }

    /**
     * Sets when writes become a commit, which is what readers of other processes see, and what a crash need not make again
     * from the log: when no write has come for {@code idle}, and at the latest {@code atLatest} after a write. 500 ms and
     * 10 s by default.
     *
     * @param idle from 1 ms to {@code atLatest}
     * @param atLatest up to {@link Durability#MAX_INTERVAL}
     */
    public LuceneIndexBuilder commitAfter(Duration idle, Duration atLatest) {
        range("atLatest", atLatest, Duration.ofMillis(1), Durability.MAX_INTERVAL);
        commitWhenIdle = range("idle", idle, Duration.ofMillis(1), atLatest);
        commitAtLatest = atLatest;
        return this;
    }

    /**
     * Sets how much heap is used for segments that are in no file yet; an eighth of the heap, from 16 to 256 MB, where none
     * is given.
     *
     * @param value from 1 to {@link #MAX_BUFFER_MEGABYTES}
     */
    public LuceneIndexBuilder bufferMegabytes(int value) {
        if (value < 1 || value > MAX_BUFFER_MEGABYTES) {
            throw new IllegalArgumentException(
                    "bufferMegabytes is " + value + ", must be from 1 to " + MAX_BUFFER_MEGABYTES);
        }
        bufferMegabytes = value;
        return this;
    }

    private static Duration range(String name, Duration value, Duration min, Duration max) {
        Objects.requireNonNull(value, name);
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException(name + " is " + value + ", must be from " + min + " to " + max);
        }
        return value;
    }

    /**
     * Opens the index for reading and writing; makes it, with its folder, where there is none.
     *
     * @return the index, to be closed
     * @throws dev.groundwork.rag.IndexLockedException if another writer has it open
     * @throws IndexException if the path is a file, or a folder that holds something else, or the index is damaged, of
     *     another version, or made with other settings; nothing is written then
     */
    public LuceneIndex open() {
        return open(false);
    }

    /**
     * Opens the index for reading. It follows the commits of whoever writes it.
     *
     * @return the index, to be closed
     * @throws IndexException if there is no index, or it is damaged, of another version, or made with other settings
     * @throws IllegalArgumentException if no path is given
     */
    public LuceneIndex openReadOnly() {
        if (path == null) {
            throw new IllegalArgumentException("path is missing: an index in memory can't be opened read-only");
        }
        return open(true);
    }

    private LuceneIndex open(boolean readOnly) {
        return new LuceneIndex(
                IndexEngine.open(path == null ? Location.memory() : Location.of(path), settings(), readOnly));
    }

    private void requireNoPath() {
        if (path != null) {
            throw new IllegalArgumentException("path is " + path + ": a rebuild lies beside its index, so name none");
        }
    }

    /** Returns the settings of a rebuild that was begun before: what is not said is as it was begun. */
    EngineSettings resuming() {
        requireNoPath();
        return settings();
    }

    /** Returns the settings of a rebuild of an index: what is not said is as that index is. */
    EngineSettings rebuilding(Layout live) {
        requireNoPath();
        return settings(new Layout.Wish(
                similarity == null ? live.similarity() : similarity,
                profile == null ? live.profile() : profile,
                text.analysis() == null ? live.analysis() : text.analysis()));
    }

    EngineSettings settings() {
        return settings(new Layout.Wish(similarity, profile, text.analysis()));
    }

    private EngineSettings settings(Layout.Wish wish) {
        Duration idle = durability instanceof Durability.Periodic periodic ? periodic.interval() : commitWhenIdle;
        Duration latest = durability instanceof Durability.Periodic periodic ? periodic.interval() : commitAtLatest;
        return new EngineSettings(
                new WriterSettings(wish, durability, bufferMegabytes),
                text,
                VectorSearch.EXACT_LIMIT,
                visibleWithin,
                idle,
                latest,
                InstantSource.system());
    }
}
