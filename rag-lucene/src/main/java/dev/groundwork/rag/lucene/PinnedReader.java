package dev.groundwork.rag.lucene;

import dev.groundwork.rag.SegmentSnapshot;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Reads one state, until it is closed. */
final class PinnedReader extends BoundReader implements SegmentSnapshot {

    private final IndexEngine engine;
    private final Snapshot snapshot;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * Takes over a snapshot.
     *
     * @param snapshot held for this reader, which releases it
     */
    PinnedReader(IndexEngine engine, @Nullable MetadataMatcher mandatory, Snapshot snapshot) {
        super(engine, mandatory);
        this.engine = engine;
        this.snapshot = snapshot;
    }

    @Override
    <T> T read(String name, IndexEngine.Reading<T> reading) {
        engine.requireOpen(name);
        if (closed.get() || !snapshot.acquire()) {
            throw new IllegalStateException(
                    "snapshot of " + engine.location() + " is closed, " + name + " needs it open");
        }
        try {
            try {
                return reading.of(snapshot);
            } finally {
                snapshot.release();
            }
        } catch (IOException e) {
            throw Failures.of(engine.location().toString(), e);
        }
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            try {
                snapshot.release();
            } catch (IOException e) {
                throw Failures.of(engine.location().toString(), e);
            }
        }
    }
}
