package dev.groundwork.rag;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.model.embedding.EmbeddingModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The vector leg; its two steps, embedding and search, are hops of their own in the trace. */
final class VectorRetriever implements IndexLeg {

    private final SegmentReader index;
    private final QuestionEmbedder embedder;

    VectorRetriever(SegmentReader index, EmbeddingModel model) {
        this.index = Objects.requireNonNull(index, "index");
        this.embedder = QuestionEmbedder.of(model);
    }

    @Override
    public String name() {
        return Hop.VECTOR;
    }

    @Override
    public SegmentReader reader() {
        return index;
    }

    @Override
    public List<Hit> retrieve(Question question, int limit, Deadline deadline) {
        Embedding embedding = embedder.embed(question.text());
        deadline.check(Hop.VECTOR);
        return index.searchVector(embedding, limit, question.filter());
    }

    /**
     * Retrieves, and writes both steps down.
     *
     * @param queries what to search for
     * @param from gives the state of the index to search, once the question is embedded
     * @param embedded takes the vector of the first text
     */
    List<Hit> retrieve(
            Question question,
            QueryRewriter.Rewrite queries,
            int limit,
            Deadline deadline,
            Recorder recorder,
            Supplier<SegmentReader> from,
            Consumer<Embedding> embedded) {
        int inputs = queries.texts().size() + queries.passages().size();
        Recorder.OpenHop embedHop = recorder.begin(this, Hop.EMBED, inputs).model(embedder.modelName());
        List<Embedding> embeddings;
        try {
            embeddings = embedHop.work(() -> embed(queries));
            embedHop.ok(inputs);
            embedded.accept(embeddings.getFirst());
        } catch (RuntimeException e) {
            embedHop.failed(e);
            throw e;
        }
        deadline.check(Hop.VECTOR);
        Recorder.OpenHop searchHop = recorder.begin(this, Hop.VECTOR, embeddings.size());
        try {
            List<Hit> hits = searchHop.work(() -> search(from.get(), embeddings, limit, question));
            searchHop.ok(hits);
            return hits;
        } catch (RuntimeException e) {
            searchHop.failed(e);
            throw e;
        }
    }

    private static List<Hit> search(SegmentReader from, List<Embedding> embeddings, int limit, Question question) {
        List<List<Hit>> rankings = new ArrayList<>(embeddings.size());
        for (Embedding embedding : embeddings) {
            rankings.add(from.searchVector(embedding, limit, question.filter()));
        }
        return BestOf.of(rankings, limit);
    }

    /** Returns the vectors of the texts, the first one moved towards the passages. */
    private List<Embedding> embed(QueryRewriter.Rewrite queries) {
        List<Embedding> embeddings = new ArrayList<>(queries.texts().size());
        queries.texts().forEach(text -> embeddings.add(embedder.embed(text)));
        if (!queries.passages().isEmpty()) {
            List<Embedding> near = new ArrayList<>(List.of(embeddings.getFirst()));
            queries.passages().forEach(passage -> near.add(embedder.embedPassage(passage)));
            embeddings.set(0, mean(near));
        }
        return embeddings;
    }

    /** Returns the mean of the vectors' directions. */
    private static Embedding mean(List<Embedding> embeddings) {
        float[] sum = new float[embeddings.getFirst().dimension()];
        for (Embedding embedding : embeddings) {
            float[] vector = embedding.vector();
            double square = 0;
            for (float value : vector) {
                square += (double) value * value;
            }
            double scale = square == 0 ? 0 : 1 / Math.sqrt(square) / embeddings.size();
            for (int i = 0; i < sum.length; i++) {
                sum[i] += (float) (vector[i] * scale);
            }
        }
        return Embedding.from(sum);
    }

    /** Returns how much of a question the model understands; see {@link QuestionEmbedder#understood}. */
    double understood(Question question, List<Hit> found) {
        return embedder.understood(
                question.text(),
                () -> found.stream().map(hit -> hit.segment().text()).toList());
    }
}
