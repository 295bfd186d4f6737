package dev.groundwork.rag.lucene;

import dev.groundwork.rag.EmbeddingSpec;
import dev.groundwork.rag.Health;
import dev.groundwork.rag.Hit;
import dev.groundwork.rag.IndexChange;
import dev.groundwork.rag.IndexException;
import dev.groundwork.rag.IndexStats;
import dev.groundwork.rag.IndexedSegment;
import dev.groundwork.rag.SegmentIndex;
import dev.groundwork.rag.SegmentReader;
import dev.groundwork.rag.SegmentSnapshot;
import dev.groundwork.rag.TokenVectors;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.store.embedding.EmbeddingStore;
import dev.langchain4j.store.embedding.filter.Filter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A {@link SegmentIndex} in one Lucene index: vectors, words, metadata, the segments themselves, the ledger and the
 * manifest, committed together.
 *
 * <p>Thread-safe. Searches run on the caller's thread, side by side; they heed no interrupt, and wait for nothing but the
 * opening of a newer state. Changes run one after the other on a thread of the index. A caller that is interrupted meanwhile
 * waits until its change is done or has failed, and then has its interrupt flag set: {@link #apply} always tells what
 * became of it.
 *
 * <p>On disk one index is written by one {@code LuceneIndex} at a time, of whatever process; any number opened
 * {@linkplain #openReadOnly read-only} search it meanwhile and follow its commits. Close it: it holds a lock, files and
 * threads.
 *
 * <p>Where at most 12,000 segments are to be looked at, because the index is small or the filter narrow, vector search is
 * exact; beyond it is approximate, as its {@link VectorProfile} says.
 */
public final class LuceneIndex implements SegmentIndex {

    private final IndexEngine engine;
    private final SegmentReader all;

    LuceneIndex(IndexEngine engine) {
        this.engine = engine;
        this.all = new LiveReader(engine, null);
    }

    /** Returns a builder, for all that {@link #open}, {@link #openReadOnly} and {@link #inMemory} leave at its default. */
    public static LuceneIndexBuilder builder() {
        return new LuceneIndexBuilder();
    }

    /**
     * Opens an index for reading and writing; makes it, with its folder, where there is none.
     *
     * @param path a folder that holds an index, or nothing, or that does not exist
     * @return the index, to be closed
     * @throws dev.groundwork.rag.IndexLockedException if another writer has it open
     * @throws IndexException if the path is a file, or a folder that holds something else, or the index is damaged or of
     *     another version; nothing is written then
     */
    public static LuceneIndex open(Path path) {
        return builder().path(path).open();
    }

    /**
     * Opens an index for reading. It follows the commits of whoever writes it: {@link LuceneIndexBuilder#commitAfter} says
     * how far it may lag behind.
     *
     * @param path a folder that holds an index
     * @return the index, to be closed
     * @throws IndexException if there is no index, or it is damaged or of another version
     */
    public static LuceneIndex openReadOnly(Path path) {
        return builder().path(path).openReadOnly();
    }

    /**
     * Makes an index in memory, gone when it is closed.
     *
     * @return the index, to be closed
     */
    public static LuceneIndex inMemory() {
        return builder().open();
    }

    @Override
    public void bind(EmbeddingSpec embedding) {
        engine.bind(embedding);
    }

    @Override
    public Optional<EmbeddingSpec> embedding() {
        EmbeddingSpec bound = engine.bound();
        return engine.read("embedding", snapshot -> {
            EmbeddingSpec made = snapshot.manifest().embedding();
            return Optional.ofNullable(made == null || (snapshot.segments() == 0 && bound != null) ? bound : made);
        });
    }

    /**
     * {@inheritDoc}
     *
     * <p>Blocks until the change is as durable as the index's {@link Durability} promises: by default until a log is on
     * disk, which takes a fraction of a millisecond and is shared by all who wait for it. Deletions by filter, and changes
     * of more than half a gigabyte, are committed instead, 10 to 60 ms on most machines.
     *
     * @throws IllegalStateException if the index was opened read-only
     */
    @Override
    public void apply(List<IndexChange> changes) {
        engine.apply(changes);
    }

    // ---- reading

    @Override
    public List<Hit> searchVector(Embedding query, int limit, @Nullable Filter filter) {
        return all.searchVector(query, limit, filter);
    }

    @Override
    public List<Hit> searchText(String text, int limit, @Nullable Filter filter) {
        return all.searchText(text, limit, filter);
    }

    @Override
    public List<Hit> searchHybrid(Embedding query, String text, int limit, @Nullable Filter filter) {
        return all.searchHybrid(query, text, limit, filter);
    }

    @Override
    public Map<String, Double> compareTokens(TokenVectors question, List<String> ids) {
        return all.compareTokens(question, ids);
    }

    @Override
    public Optional<TextSegment> get(String id) {
        return all.get(id);
    }

    @Override
    public long count(@Nullable Filter filter) {
        return all.count(filter);
    }

    @Override
    public List<IndexedSegment> scan(@Nullable String after, int limit, @Nullable Filter filter) {
        return all.scan(after, limit, filter);
    }

    /**
     * Says why a text finds a segment, or does not: which of its words the segment has, where, and what each counts.
     *
     * @param text any text, as for {@link #searchText}
     * @param id the segment
     * @return empty where there is no such segment
     */
    public Optional<TextExplanation> explain(String text, String id) {
        Objects.requireNonNull(text, "text");
        Objects.requireNonNull(id, "id");
        return engine.read("explain", snapshot -> engine.reads(snapshot, null).explain(text, id));
    }

    @Override
    public SegmentSnapshot snapshot() {
        return all.snapshot();
    }

    @Override
    public SegmentReader restrictedTo(Filter mandatory) {
        Objects.requireNonNull(mandatory, "mandatory");
        engine.requireOpen("restrictedTo");
        return new LiveReader(engine, FilterTranslator.translate(mandatory));
    }

    @Override
    public Map<String, String> ledger(String source) {
        Objects.requireNonNull(source, "source");
        return engine.read("ledger", snapshot -> snapshot.ledger(source));
    }

    // ---- as parts of LangChain4j

    /**
     * Returns this index as an embedding store of LangChain4j, for its ingestors, retrievers and AI Services.
     *
     * <pre>{@code
     * EmbeddingStore<TextSegment> store = index.asEmbeddingStore();
     * store.addAll(embeddings.embedAll(segments).content(), segments);
     * List<EmbeddingMatch<TextSegment>> matches = store.search(EmbeddingSearchRequest.builder()
     *                 .query(question)
     *                 .queryEmbedding(embeddings.embed(question).content())
     *                 .build())
     *         .matches();
     * }</pre>
     *
     * <p>Thread-safe; it does not close the index. What writes blocks as {@link #apply} does. Every {@code addAll} and
     * {@code removeAll} is made as a whole or not at all; one search sees one state of the index.
     *
     * <p>An entry whose id is there already is replaced. Vectors come back as they were given, whatever their length. An
     * entry without a segment has none in its match either, and counts as one without metadata for filters; other
     * searches of the index return it with a dash for its text and the metadata key {@code groundwork.vector_only}, which
     * is reserved. {@code removeAll()} empties the ledger too; to remove single segments of an ingested document leaves the
     * ledger as it is, so that the next ingest takes the document for unchanged.
     *
     * <p>A request whose {@code query} holds text, as that of LangChain4j's {@code EmbeddingStoreContentRetriever}
     * always does, is answered by vector and by words, ranked as by {@link #searchHybrid}; where the query's vector is a
     * {@link dev.groundwork.rag.TokenEmbedding}, its tokens then order the best ones, as they do in a
     * {@link dev.groundwork.rag.Rag}. A request says nothing of the model: one that does not know the language of the texts
     * is better used through {@link #asContentRetriever(EmbeddingModel)}. The score of a match is the relevance of its
     * vector, (cosine + 1) / 2, in any case, also where only words found it, and {@code minScore} is compared with that. So
     * matches are best first, but their scores need not fall from each to the next; without text in {@code query}, in an
     * index that compares by cosine, they do.
     *
     * <p>Its methods throw {@link IllegalArgumentException} for null, lists of different sizes, vectors and filters that
     * the index can't use, and a {@code maxResults} above {@link dev.groundwork.rag.Question#MAX_LIMIT}; nothing is
     * changed then. They throw {@link IllegalStateException} where the index is closed, or open read-only and to be
     * written, and {@link IndexException} where it can't be read or written.
     */
    public EmbeddingStore<TextSegment> asEmbeddingStore() {
        return new LuceneEmbeddingStore(this);
    }

    /** Returns a retriever by words alone with {@linkplain ContentRetrieverSettings#defaults() default settings}. */
    public ContentRetriever asContentRetriever() {
        return asContentRetriever(ContentRetrieverSettings.defaults());
    }

    /**
     * Returns this index as a content retriever of LangChain4j that searches by words alone.
     *
     * <p>Thread-safe; it does not close the index, and throws {@link IllegalStateException} once that is closed. Contents
     * have their id as {@code EMBEDDING_ID} and BM25 as {@code SCORE}, which compares within one query only.
     *
     * @throws IllegalArgumentException if {@code settings} have a {@code minScore}: there is no vector to compare
     */
    public ContentRetriever asContentRetriever(ContentRetrieverSettings settings) {
        return LuceneContentRetriever.byWords(this, settings);
    }

    /** Returns a hybrid retriever with {@linkplain ContentRetrieverSettings#defaults() default settings}. */
    public ContentRetriever asContentRetriever(EmbeddingModel model) {
        return asContentRetriever(model, ContentRetrieverSettings.defaults());
    }

    /**
     * Returns this index as a content retriever of LangChain4j that searches by vector and by words, and ranks as the search
     * of a {@link dev.groundwork.rag.Rag} with default settings does: vectors of a model that is not
     * {@linkplain dev.groundwork.rag.Fluent fluent} in the language of the texts count less, documents are looked for whose
     * titles the best ones name, and tokens are compared where model and index have some. The score of a content is the
     * relevance of its vector, as with {@link #asEmbeddingStore()}, so scores need not fall from each to the next. Entries
     * without a segment are left out.
     *
     * <pre>{@code
     * RetrievalAugmentor augmentor = DefaultRetrievalAugmentor.builder()
     *         .contentRetriever(index.asContentRetriever(embeddings))
     *         .build();
     * }</pre>
     *
     * <p>Thread-safe where the model is; closes neither index nor model. Each call embeds the query's text, as a query
     * where the model tells queries from documents, and lets through what the model throws.
     *
     * @param model the model that the index's vectors are of; the index is {@linkplain #bind bound} to it, for which it is
     *     asked for its dimension, which some models answer by embedding a word
     * @throws dev.groundwork.rag.IndexMismatchException if the index was made with another model
     */
    public ContentRetriever asContentRetriever(EmbeddingModel model, ContentRetrieverSettings settings) {
        return LuceneContentRetriever.hybrid(this, model, settings);
    }

    // ---- maintaining

    /**
     * Makes all that was applied a commit: readers of other processes see it, and whatever the {@link Durability}, it
     * survives a crash. Blocks 10 to 60 ms on most machines; does nothing where there is nothing to commit.
     *
     * @throws IndexException if the index can't be written
     * @throws IllegalStateException if the index was opened read-only
     */
    public void commit() {
        engine.write("commit", writer -> {
            if (writer.uncommitted()) {
                writer.commit(Map.of());
            }
            return true;
        });
    }

    /**
     * Commits as {@link #commit()} does, and keeps this state under a name until it is {@linkplain #forget forgotten}, also
     * when the index is opened again. What the state and later ones share is kept once; what is changed or merged later
     * takes room of its own. Blocks 10 to 60 ms on most machines.
     *
     * @param name 1 to 100 characters; the commit that had the name is forgotten in the same step
     * @throws IndexException if the index can't be written; the name is then as it was
     * @throws IllegalStateException if the index was opened read-only
     */
    public NamedCommit commit(String name) {
        return new NamedCommits(engine).make(name);
    }

    /** Returns the named commits, oldest first. */
    public List<NamedCommit> commits() {
        return new NamedCommits(engine).list();
    }

    /**
     * Forgets a named commit and frees what only it needs. On disk when this returns.
     *
     * @return whether there was one of that name
     * @throws IndexException if the index can't be written
     * @throws IllegalStateException if the index was opened read-only
     */
    public boolean forget(String name) {
        return new NamedCommits(engine).forget(name);
    }

    /**
     * Makes the state of a named commit the newest one, in one commit: segments, ledger, model and all. What has been
     * acknowledged since is gone on purpose, except in other named commits. A crash leaves the state before or the state
     * after; readers of other processes see one of them. The name stays. Blocks 10 to 60 ms on most machines.
     *
     * <p>A model that the index is bound to stays bound: if the commit was made with another one, searches and writes throw
     * {@link dev.groundwork.rag.IndexMismatchException} until {@link #bind} is called with that.
     *
     * @throws IllegalArgumentException if no commit has the name
     * @throws IndexException if the index can't be written; it is then as it was
     * @throws IllegalStateException if the index was opened read-only
     */
    public void rollBackTo(String name) {
        new NamedCommits(engine).rollBackTo(name);
    }

    /**
     * Merges all parts of the index into one, without deleted entries, and commits: searches are fastest then. Where the
     * index has more than 20 GB, into as many parts as are no larger than that. Worth it after much was written that is to
     * be searched for long; else the index merges by itself as it goes.
     *
     * <p>Blocks, for minutes with a million segments; searches and writes go on. Takes as much disk again as the index has,
     * until it is done. What is written meanwhile makes new parts. Closing the index ends it. In the end it is measured how
     * broad searches of the new graph have to be for the recall that the {@link VectorProfile} promises.
     *
     * @throws IndexException if the index can't be written, for instance because the disk is full; nothing is lost
     * @throws IllegalStateException if the index was opened read-only, or is closed meanwhile
     */
    public void optimize() {
        engine.upkeep().optimize(Upkeep.MAX_PART_BYTES);
        engine.calibrate();
    }

    /**
     * Reads all that is on disk of the newest commit, the named ones and the log, and compares checksums: finds what a disk
     * or a copy has damaged. Blocks, as long as it takes to read the files; searches and writes go on.
     *
     * @return what was read
     * @throws IndexException if anything is damaged or missing; the message names the first file
     * @throws IllegalStateException if the index is closed meanwhile
     */
    public VerifyReport verify() {
        return engine.upkeep().verify(false);
    }

    /**
     * Does what {@link #verify()} does and goes through the content, too: every term, vector and segment. Finds what was
     * wrong when it was written. Takes several times as long.
     *
     * @return what was read
     * @throws IndexException if anything is damaged or missing; the message names the first file or part
     * @throws IllegalStateException if the index is closed meanwhile
     */
    public VerifyReport verifyThoroughly() {
        return engine.upkeep().verify(true);
    }

    /**
     * Copies the index as it is now, without its named commits: a backup, which is an index like any other. Opened read-only
     * here, it copies the last commit. Every byte is compared with its checksum; when this returns, the copy is on disk. It
     * is there complete or, after a failure or a crash, not at all: until it is complete its folder is called
     * {@code .groundwork-copy} at the end, which cannot be opened, and is cleared by the next copy to the same target.
     *
     * <p>Blocks, as long as it takes to copy the files; searches and writes go on. Closing the index ends it.
     *
     * @param folder the copy's; empty, or one that does not exist
     * @throws IllegalArgumentException if the folder is in the index's own
     * @throws IndexException if the folder holds something, or the copy can't be written, or the index can't be read
     * @throws IllegalStateException if the index is closed meanwhile
     */
    public void copyTo(Path folder) {
        engine.upkeep().copyTo(folder);
    }

    /**
     * Copies a copy back. It may as well be opened where it is, which changes it; this leaves it as it was and verifies it
     * on the way.
     *
     * @param copy what {@link #copyTo} made, or any index; it may be in use
     * @param target where the index is to be; empty, or a folder that does not exist
     * @throws IndexException if the copy is none or damaged, or the target can't be written or holds something; there is no
     *     index in it then
     */
    public static void restore(Path copy, Path target) {
        try (LuceneIndex from = openReadOnly(copy)) {
            from.copyTo(target);
        }
    }

    /**
     * Begins to make the index anew beside this one, to be filled and then {@linkplain Rebuild#swap swapped in}: for another
     * embedding model, similarity or profile. Deletes what is left of a rebuild before. Blocks as a commit does.
     *
     * @param as similarity, profile and all that is to be otherwise than in this index; without a path
     * @return the rebuild, to be closed
     * @throws IllegalStateException if there is a rebuild already, or the index was opened read-only
     * @throws IndexException if the index can't be written
     */
    public Rebuild rebuild(LuceneIndexBuilder as) {
        return Rebuild.begin(engine, as);
    }

    /**
     * Goes on with a rebuild that was neither swapped nor closed when the index was closed or the process ended. It holds
     * what was acknowledged until then, so an ingest has only the rest to do. Changes of this index since it was begun
     * count: {@link Rebuild#swap}.
     *
     * @param as how to open it; without a path
     * @return the rebuild, to be closed; empty if there is none
     * @throws IllegalStateException if there is a rebuild already, or the index was opened read-only
     * @throws IndexException if it was begun with another similarity or profile, or is damaged
     */
    public Optional<Rebuild> resumeRebuild(LuceneIndexBuilder as) {
        return Rebuild.resume(engine, as);
    }

    @Override
    public IndexStats stats() {
        return engine.read("stats", snapshot -> IndexHealth.stats(engine, snapshot));
    }

    @Override
    public Health health() {
        return engine.readLast("health", snapshot -> IndexHealth.health(engine, snapshot));
    }

    @Override
    public void close() {
        engine.close();
    }

    /** For other classes of the index. */
    IndexEngine engine() {
        return engine;
    }

    /** Names where the index is. */
    @Override
    public String toString() {
        return "LuceneIndex[" + engine.location() + "]";
    }
}
