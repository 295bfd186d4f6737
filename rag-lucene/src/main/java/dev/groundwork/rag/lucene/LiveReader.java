package dev.groundwork.rag.lucene;

import org.jspecify.annotations.Nullable;

/** Reads the newest state with each call. */
final class LiveReader extends BoundReader {

    private final IndexEngine engine;

    LiveReader(IndexEngine engine, @Nullable MetadataMatcher mandatory) {
        super(engine, mandatory);
        this.engine = engine;
    }

    @Override
    <T> T read(String name, IndexEngine.Reading<T> reading) {
        return engine.read(name, reading);
    }
}
