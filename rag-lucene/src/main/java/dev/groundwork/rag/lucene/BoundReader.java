package dev.groundwork.rag.lucene;

import dev.groundwork.rag.Hit;
import dev.groundwork.rag.IndexedSegment;
import dev.groundwork.rag.SegmentReader;
import dev.groundwork.rag.SegmentSnapshot;
import dev.groundwork.rag.TokenVectors;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.filter.Filter;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads snapshots, whichever they are, within a restriction that no call can escape. */
abstract class BoundReader implements SegmentReader {

    private final IndexEngine engine;
    private final @Nullable MetadataMatcher mandatory;

    BoundReader(IndexEngine engine, @Nullable MetadataMatcher mandatory) {
        this.engine = engine;
        this.mandatory = mandatory;
    }

    @FunctionalInterface
    private interface Call<T> {
        T on(Reads reads) throws IOException;
    }

    /** Reads a snapshot, which is held meanwhile. */
    abstract <T> T read(String name, IndexEngine.Reading<T> reading);

    private <T> T call(String name, Call<T> call) {
        return read(name, snapshot -> call.on(engine.reads(snapshot, mandatory)));
    }

    @Override
    public List<Hit> searchVector(Embedding query, int limit, @Nullable Filter filter) {
        Reads.checkLimit(limit);
        MetadataMatcher own = Reads.matcher(filter);
        return call("searchVector", reads -> {
            engine.requireBoundModel(reads.snapshot());
            return reads.searchVector(query, limit, own, engine.bound());
        });
    }

    @Override
    public List<Hit> searchText(String text, int limit, @Nullable Filter filter) {
        Objects.requireNonNull(text, "text");
        Reads.checkLimit(limit);
        MetadataMatcher own = Reads.matcher(filter);
        return call("searchText", reads -> reads.searchText(text, limit, own));
    }

    @Override
    public List<Hit> searchHybrid(Embedding query, String text, int limit, @Nullable Filter filter) {
        Objects.requireNonNull(text, "text");
        Reads.checkLimit(limit);
        MetadataMatcher own = Reads.matcher(filter);
        return call("searchHybrid", reads -> {
            engine.requireBoundModel(reads.snapshot());
            return reads.searchHybrid(query, text, limit, own, engine.bound());
        });
    }

    @Override
    public Map<String, Double> compareTokens(TokenVectors question, List<String> ids) {
        Objects.requireNonNull(question, "question");
        List<String> wanted = List.copyOf(ids);
        return call("compareTokens", reads -> reads.compareTokens(question, wanted));
    }

    @Override
    public Optional<TextSegment> get(String id) {
        Objects.requireNonNull(id, "id");
        return call("get", reads -> reads.get(id));
    }

    @Override
    public long count(@Nullable Filter filter) {
        MetadataMatcher own = Reads.matcher(filter);
        return call("count", reads -> reads.count(own));
    }

    @Override
    public List<IndexedSegment> scan(@Nullable String after, int limit, @Nullable Filter filter) {
        Reads.checkLimit(limit);
        MetadataMatcher own = Reads.matcher(filter);
        return call("scan", reads -> reads.scan(after, limit, own));
    }

    @Override
    public SegmentSnapshot snapshot() {
        return read("snapshot", snapshot -> {
            if (!snapshot.acquire()) {
                throw engine.closed("snapshot");
            }
            return new PinnedReader(engine, mandatory, snapshot);
        });
    }
}
