package dev.groundwork.rag.lucene;

import dev.groundwork.rag.SegmentSnapshot;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;

/** Reads one state, until it is closed. */
final class PinnedReader extends BoundReader implements SegmentSnapshot {

    private final IndexEngine engine;
    private final Snapshot snapshot;
    private final AtomicBoolean closed = new AtomicBoolean();

    PinnedReader(IndexEngine engine) {
        super(engine, null);
        this.engine = engine;
        this.snapshot = engine.acquire("snapshot");
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
