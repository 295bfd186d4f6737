package dev.groundwork.rag.lucene;

import java.io.IOException;

/** Reads one state, which whoever made this one holds as long as it is used. */
final class HeldReader extends BoundReader {

    private final IndexEngine engine;
    private final Snapshot snapshot;

    HeldReader(IndexEngine engine, Snapshot snapshot) {
        super(engine, null);
        this.engine = engine;
        this.snapshot = snapshot;
    }

    @Override
    <T> T read(String name, IndexEngine.Reading<T> reading) {
        try {
            return reading.of(snapshot);
        } catch (IOException e) {
            throw Failures.of(engine.location().toString(), e);
        }
    }
}
