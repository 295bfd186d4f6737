package dev.groundwork.rag.lucene;

import dev.groundwork.rag.IndexException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.lucene.index.IndexCommit;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SegmentReader;
import org.jspecify.annotations.Nullable;

/**
 * What takes long: merging, verifying, copying, swapping. One after the other on a thread of their own, so that searches and
 * writes go on, and an interrupt of the caller does no harm. Closing the index ends them.
 */
final class Upkeep implements AutoCloseable {

    /** A part of an index is to be no larger than this: merging two of them would take hours, for little speed. */
    static final long MAX_PART_BYTES = 20L << 30;

    private final IndexEngine engine;
    private final IndexThread thread = new IndexThread("upkeep");
    private final AtomicReference<@Nullable Rebuild> rebuild = new AtomicReference<>();

    Upkeep(IndexEngine engine) {
        this.engine = engine;
    }

    /** Runs work and waits for it, also while interrupted. */
    <T> T run(String call, Callable<T> work) {
        engine.requireOpen(call);
        try {
            return thread.call(() -> {
                engine.requireOpen(call);
                return work.call();
            });
        } catch (IllegalStateException | IOException e) {
            if (engine.isClosed()) {
                throw engine.closed(call);
            }
            throw e instanceof IllegalStateException mistake ? mistake : failure(e);
        } catch (Exception e) {
            throw failure(e);
        }
    }

    private RuntimeException failure(Exception e) {
        return Failures.of(engine.location().toString(), e);
    }

    // ---- optimizing

    /**
     * Merges all parts into one, or few where that would be larger than {@code maxPartBytes}, without deleted entries.
     */
    void optimize(long maxPartBytes) {
        engine.requireWriter("optimize");
        run("optimize", () -> {
            IndexWriter lucene = engine.ask("optimize", Writer::lucene);
            try {
                int parts = parts(maxPartBytes);
                lucene.forceMerge(parts);
                if (parts > 1) {
                    lucene.forceMergeDeletes();
                }
            } catch (IOException | IllegalStateException e) {
                if (engine.isClosed()) {
                    throw e;
                }
                if (lucene.getTragicException() != null) { // the disk is full, for instance
                    throw Failures.of(engine.location().toString(), lucene.getTragicException());
                }
                throw lucene.isOpen() ? e : givenUp(e);
            }
            return engine.write("optimize", writer -> {
                if (!lucene.isOpen()) {
                    throw givenUp(null);
                }
                if (writer.uncommitted() || lucene.hasUncommittedChanges()) {
                    writer.commit(Map.of());
                }
                engine.showApplied(); // else the files before stay until someone searches
                return true;
            });
        });
    }

    private IndexException givenUp(@Nullable Exception why) {
        return new IndexException(
                engine.location().toString(),
                "not optimized, for a write failed meanwhile; nothing is lost, try again",
                why);
    }

    private int parts(long maxPartBytes) throws IOException {
        long bytes = engine.onThread(
                "optimize",
                () -> engine.readApplied(now -> {
                    long sum = 0;
                    for (LeafReaderContext leaf : now.reader().leaves()) {
                        sum += ((SegmentReader) leaf.reader()).getSegmentInfo().sizeInBytes();
                    }
                    return sum;
                }));
        return Math.toIntExact(1 + bytes / maxPartBytes);
    }

    // ---- verifying

    private record Held(List<IndexCommit> commits, IndexVerifier.@Nullable LogEnd log) {}

    /** Verifies the newest commit, the named ones and the log. */
    VerifyReport verify(boolean thorough) {
        return run("verify", () -> {
            Location location = engine.location();
            IndexVerifier verifier =
                    new IndexVerifier(location.toString(), engine.directory(), location.logFiles(), pause("verify"));
            if (engine.readOnly()) {
                return verifier.verify(thorough);
            }
            IndexVerifier.LogEnd missing = null;
            while (true) {
                Held held = engine.ask("verify", Upkeep::hold);
                try {
                    List<String> files = held.commits().stream()
                            .map(IndexCommit::getSegmentsFileName)
                            .toList();
                    VerifyReport report = verifier.verify(files, held.log(), thorough);
                    if (report != null) {
                        return report;
                    }
                } finally {
                    letGo("verify", held.commits());
                }
                IndexVerifier.LogEnd gone = Objects.requireNonNull(held.log(), "log");
                if (missing != null && missing.generation() == gone.generation()) {
                    throw new NoSuchFileException(LogFiles.name(gone.generation()));
                }
                missing = gone;
            }
        });
    }

    private static Held hold(Writer writer) throws IOException {
        writer.lucene();
        return new Held(writer.commits().holdAll(), writer.logEnd());
    }

    private void letGo(String call, List<IndexCommit> commits) {
        if (!engine.isClosed()) { // else the next opening deletes what nothing keeps
            engine.ask(call, writer -> {
                writer.commits().letGo(commits);
                writer.lucene().deleteUnusedFiles();
                return true;
            });
        }
    }

    private Runnable pause(String call) {
        return () -> engine.requireOpen(call);
    }

    // ---- copying

    /** Copies the newest state to a folder that is not there, or empty. */
    void copyTo(Path target) {
        IndexCopy copy = new IndexCopy(engine.location(), target, pause("copyTo"));
        run("copyTo", () -> {
            if (engine.readOnly()) {
                copy.makeOfNewest(engine.directory());
                return true;
            }
            IndexCommit held = engine.write("copyTo", writer -> {
                if (writer.uncommitted()) {
                    writer.commit(Map.of());
                }
                return writer.commits().hold();
            });
            try {
                copy.make(engine.directory(), held.getSegmentsFileName());
            } finally {
                letGo("copyTo", List.of(held));
            }
            return true;
        });
    }

    // ---- rebuilding

    /** Registers the one rebuild that there may be. */
    void begin(Rebuild begun) {
        rebuild.set(begun);
    }

    void requireNoRebuild() {
        if (rebuild.get() != null) {
            throw new IllegalStateException(
                    "index " + engine.location() + " is being rebuilt already; swap or close that rebuild first");
        }
    }

    void end(Rebuild ended) {
        rebuild.compareAndSet(ended, null);
    }

    /** Closes the rebuild, whose folder stays, for the index is about to be closed. */
    void closing() {
        Rebuild open = rebuild.get();
        if (open != null) {
            open.index().close();
        }
    }

    /** Waits for what is under way, which ends soon once the index is closed. */
    @Override
    public void close() {
        thread.closeAndWait();
    }
}
