package dev.groundwork.rag.lucene;

import dev.groundwork.rag.Hit;
import dev.groundwork.rag.HybridRanking;
import dev.groundwork.rag.MinMax;
import dev.groundwork.rag.QuestionEmbedder;
import dev.groundwork.rag.SegmentReader;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.EmbeddingMatch;
import dev.langchain4j.store.embedding.RelevanceScore;
import dev.langchain4j.store.embedding.filter.Filter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.apache.lucene.search.ScoreDoc;
import org.jspecify.annotations.Nullable;

/**
 * Finds entries as LangChain4j has them: best first as Groundwork ranks, each with the relevance of its vector, (cosine + 1) /
 * 2. Each search reads one state of the index. Thread-safe.
 */
final class MatchSearch {

    private final IndexEngine engine;
    private final HybridRanking ranking;

    MatchSearch(IndexEngine engine, HybridRanking ranking) {
        this.engine = engine;
        this.ranking = ranking;
    }

    /**
     * A question.
     *
     * @param vector its vector, with tokens or without
     * @param text its text, not blank
     * @param understood says how much of it the vector's model understands, from 0 to 1, given the texts that words found
     */
    record Asked(Embedding vector, String text, ToDoubleFunction<Supplier<List<String>>> understood) {}

    /** Carries what can't be read out of a supplier. */
    private static final class Unreadable extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final transient IOException reason;

        Unreadable(IOException reason) {
            super(reason);
            this.reason = reason;
        }
    }

    /**
     * Finds by vector alone.
     *
     * @param limit from 1 to {@link dev.groundwork.rag.Question#MAX_LIMIT}
     * @param minScore the least relevance, 0 to 1
     */
    List<EmbeddingMatch<TextSegment>> byVector(Embedding query, int limit, double minScore, @Nullable Filter filter) {
        MetadataMatcher matcher = Reads.matcher(filter);
        return engine.read("search", snapshot -> {
            engine.requireBoundModel(snapshot);
            List<ScoreDoc> found = engine.reads(snapshot, null).findVector(query, limit, matcher, engine.bound());
            List<EmbeddingMatch<TextSegment>> matches = read(snapshot, found, query, minScore);
            if (snapshot.manifest().layout().similarity() == VectorSimilarity.COSINE) {
                // ranked by products of floats, which may miss by a last place
                matches.sort(
                        Comparator.comparing(EmbeddingMatch<TextSegment>::score).reversed());
            }
            return List.copyOf(matches);
        });
    }

    /**
     * Finds by vector and by words.
     *
     * @param limit from 1 to {@link dev.groundwork.rag.Question#MAX_LIMIT}
     * @param minScore the least relevance, 0 to 1
     */
    List<EmbeddingMatch<TextSegment>> hybrid(Asked question, int limit, double minScore, @Nullable Filter filter) {
        MetadataMatcher matcher = Reads.matcher(filter);
        return engine.read("search", snapshot -> {
            engine.requireBoundModel(snapshot);
            Reads reads = engine.reads(snapshot, null);
            int candidates = Math.max(limit, SegmentReader.HYBRID_CANDIDATES);
            int wanted = minScore > 0 ? 2 * candidates : limit; // of the first ones, too few may pass
            HybridSearch.Legs legs =
                    reads.findLegs(question.vector, question.text, candidates, matcher, engine.bound());
            double understood = understood(snapshot, question, legs);
            boolean refines = ranking.refines(question.vector);
            List<HybridSearch.Fused> fused = HybridSearch.fuse(
                    snapshot, legs, ranking.vectorWeight(understood), refines ? ranking.depth(wanted) : wanted);
            List<? extends ScoreDoc> ranked =
                    refines ? refined(reads, question.vector, filter, legs, fused, understood, wanted) : fused;
            List<EmbeddingMatch<TextSegment>> matches = read(snapshot, ranked, question.vector, minScore);
            return List.copyOf(matches.subList(0, Math.min(limit, matches.size())));
        });
    }

    private static double understood(Snapshot snapshot, Asked question, HybridSearch.Legs legs) throws IOException {
        List<ScoreDoc> best = legs.text()
                .subList(0, Math.min(QuestionEmbedder.TEXTS, legs.text().size()));
        try {
            return question.understood.applyAsDouble(() -> texts(snapshot, best));
        } catch (Unreadable e) {
            throw e.reason;
        }
    }

    private static List<String> texts(Snapshot snapshot, List<ScoreDoc> found) {
        try {
            List<String> texts = new ArrayList<>();
            for (SegmentRecord record : Hits.read(snapshot, found)) {
                texts.add(record.segment().text());
            }
            return texts;
        } catch (IOException e) {
            throw new Unreadable(e);
        }
    }

    private List<ScoreDoc> refined(
            Reads reads,
            Embedding query,
            @Nullable Filter filter,
            HybridSearch.Legs legs,
            List<HybridSearch.Fused> fused,
            double understood,
            int limit)
            throws IOException {
        Snapshot snapshot = reads.snapshot();
        VectorSimilarity similarity = snapshot.manifest().layout().similarity();
        MinMax nearest = MinMax.of(legs.vector().stream()
                .mapToDouble(doc -> similarity.value(doc.score))
                .toArray());
        List<Hit> hits = reads.read(fused);
        Map<String, ScoreDoc> docs = HashMap.newHashMap(hits.size());
        for (int i = 0; i < fused.size(); i++) {
            docs.put(hits.get(i).id(), fused.get(i));
        }
        List<ScoreDoc> ranked = new ArrayList<>(hits.size());
        SegmentReader state = new HeldReader(engine, snapshot);
        for (Hit hit : ranking.refine(state, query, filter, hits, nearest, understood, limit)) {
            ScoreDoc known = docs.get(hit.id());
            ranked.add(known == null ? new ScoreDoc(snapshot.find(hit.id()), 0) : known);
        }
        return ranked;
    }

    /** Reads those entries that are relevant enough. */
    private static List<EmbeddingMatch<TextSegment>> read(
            Snapshot snapshot, List<? extends ScoreDoc> found, Embedding query, double minScore) throws IOException {
        SegmentRecord[] records = Hits.read(snapshot, found);
        List<EmbeddingMatch<TextSegment>> matches = new ArrayList<>(records.length);
        for (int i = 0; i < records.length; i++) {
            SegmentRecord record = records[i];
            float[] vector = GivenVector.restore(IdScan.vector(snapshot, found.get(i).doc), record.difference());
            double score = RelevanceScore.fromCosineSimilarity(Vectors.cosine(query.vector(), vector));
            if (score >= minScore) {
                TextSegment segment = VectorOnly.is(record.segment()) ? null : record.segment();
                matches.add(new EmbeddingMatch<>(score, record.id(), Embedding.from(vector), segment));
            }
        }
        return matches;
    }
}
