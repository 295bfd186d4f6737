package dev.groundwork.rag.lucene;

import dev.groundwork.rag.IndexException;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.store.Lock;

/**
 * An index that is made anew beside the one that is in use, with another embedding model, another
 * {@link LuceneIndexBuilder#similarity similarity} or {@link LuceneIndexBuilder#profile profile}, and put into its place in
 * one step.
 *
 * <pre>{@code
 * try (Rebuild rebuild = index.rebuild(LuceneIndex.builder().profile(VectorProfile.COMPACT))) {
 *     try (Rag rag = Rag.builder().index(rebuild.index()).embeddingModel(newModel).build()) {
 *         rag.ingest(source);
 *     }
 *     rebuild.swap();
 * }
 * }</pre>
 *
 * <p>Meanwhile the index is searched and written as before. A rebuild takes as much disk as an index; swapping takes no more
 * where the file system has hard links. It lies in a folder in the index's, {@code rebuild-} and a number; of an index in
 * memory, in memory.
 *
 * <p>Thread-safe. Close it, swapped or not. If the index is closed or the process ends before, the folder stays, and
 * {@link LuceneIndex#resumeRebuild} goes on with it.
 */
public final class Rebuild implements AutoCloseable {

    private final IndexEngine live;
    private final LuceneIndex index;
    private final long base;
    private boolean ended;

    private Rebuild(IndexEngine live, LuceneIndex index, long base) {
        this.live = live;
        this.index = index;
        this.base = base;
    }

    /** Begins with nothing; what is left of a rebuild before is deleted. */
    static Rebuild begin(IndexEngine live, LuceneIndexBuilder as) {
        long base = live.ask("rebuild", writer -> {
            if (writer.uncommitted()) {
                writer.commit(Map.of()); // so that no crash makes the same number again of other changes
            }
            return writer.changes();
        });
        EngineSettings settings = as.rebuilding(live.ask("rebuild", Writer::layout));
        return live.upkeep().run("rebuild", () -> {
            live.upkeep().requireNoRebuild();
            for (long left : live.location().rebuilds()) {
                live.location().deleteRebuild(left);
            }
            return open(live, settings, base);
        });
    }

    /** Goes on with what a closed index or a crash has left. */
    static Optional<Rebuild> resume(IndexEngine live, LuceneIndexBuilder as) {
        EngineSettings settings = as.resuming();
        live.requireWriter("resumeRebuild");
        return live.upkeep().run("resumeRebuild", () -> {
            live.upkeep().requireNoRebuild();
            for (long left : live.location().rebuilds()) {
                if (live.location().rebuild(left).holdsIndex()) {
                    return Optional.of(open(live, settings, left));
                }
                live.location().deleteRebuild(left); // it was being made or deleted
            }
            return Optional.empty();
        });
    }

    private static Rebuild open(IndexEngine live, EngineSettings settings, long base) {
        LuceneIndex index = new LuceneIndex(IndexEngine.open(live.location().rebuild(base), settings, false));
        Rebuild rebuild = new Rebuild(live, index, base);
        live.upkeep().begin(rebuild);
        return rebuild;
    }

    /**
     * Returns the index that is being made: to be bound to its embedding model and filled. Do not close it; it ends with the
     * rebuild.
     */
    public LuceneIndex index() {
        return index;
    }

    /**
     * Puts what {@link #index()} holds into the place of all that the index held, in one commit: every search, in whatever
     * process, finds the old state or the new one, and a crash leaves one of them. Then this rebuild is closed. Named commits
     * stay. A model that the index is bound to stays bound: if the new one is another, searches and writes throw
     * {@link dev.groundwork.rag.IndexMismatchException} until {@link LuceneIndex#bind} is called with it.
     *
     * <p>Blocks; changes of both indexes wait meanwhile, searches go on. That is some 50 ms where the file system has hard
     * links, else as long as it takes to copy the rebuild.
     *
     * @throws IllegalStateException if the index has been changed since the rebuild began, which would be lost; nothing has
     *     happened then. Make the changes in {@link #index()}, too, and use {@link #swapDiscardingChanges()}. Also if the
     *     rebuild or the index is closed
     * @throws IndexException if the index can't be written; it is as it was, and the rebuild can be swapped again
     */
    public void swap() {
        swap(false);
    }

    /**
     * Does what {@link #swap()} does, and does not care whether the index has been changed since the rebuild began.
     *
     * @throws IllegalStateException if the rebuild or the index is closed
     * @throws IndexException if the index can't be written; it is as it was, and the rebuild can be swapped again
     */
    public void swapDiscardingChanges() {
        swap(true);
    }

    private synchronized void swap(boolean discarding) {
        if (ended) {
            throw new IllegalStateException("rebuild of " + live.location() + " is closed, swap needs it open");
        }
        live.upkeep()
                .run(
                        "swap",
                        () -> index.engine().write("swap", from -> {
                            if (from.uncommitted()) {
                                from.commit(Map.of());
                            }
                            Directory files = new Unlocked(index.engine().directory());
                            return live.write("swap", to -> {
                                requireUnchanged(to, discarding);
                                live.readApplied(now -> true); // searches have it while this goes on
                                to.replaceBy(from.manifest(), files);
                                index.engine().seal();
                                live.showApplied();
                                return true;
                            });
                        }));
        end();
    }

    private void requireUnchanged(Writer to, boolean discarding) throws IOException {
        long missed = to.changes() - base;
        if (!discarding && missed != 0) {
            throw new IllegalStateException("index " + live.location() + " was changed " + missed
                    + " times since its rebuild began; make the changes in the rebuild, too, then"
                    + " swapDiscardingChanges");
        }
    }

    /** Discards what was made, unless it was swapped in. If the folder can't be deleted, the next rebuild does it. */
    @Override
    public synchronized void close() {
        if (!ended) {
            end();
        }
    }

    private void end() {
        ended = true;
        try {
            index.close();
        } catch (IndexException e) {
            // nobody needs what it could not write
        }
        live.upkeep().end(this);
        if (!live.isClosed()) {
            try {
                live.upkeep().run("closing a rebuild", () -> {
                    live.location().deleteRebuild(base);
                    return true;
                });
            } catch (IndexException | IllegalStateException e) {
                // it stays, and is deleted when the next rebuild begins
            }
        }
    }

    /** Files whose lock is held by who lends them. */
    private static final class Unlocked extends FilterDirectory {
        Unlocked(Directory files) {
            super(files);
        }

        @Override
        public Lock obtainLock(String name) {
            return new Lock() {
                @Override
                public void close() {}

                @Override
                public void ensureValid() {}
            };
        }
    }
}
