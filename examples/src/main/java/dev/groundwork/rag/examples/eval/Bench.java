package dev.groundwork.rag.examples.eval;

import dev.groundwork.rag.IngestProgress;
import dev.groundwork.rag.IngestReport;
import dev.groundwork.rag.RagBuilder;
import dev.groundwork.rag.RagSettings;
import dev.groundwork.rag.ReciprocalRankFusion;
import dev.groundwork.rag.RelevanceFeedback;
import dev.groundwork.rag.Reranker;
import dev.groundwork.rag.Retrievers;
import dev.groundwork.rag.llm.LateInteractionReranker;
import dev.groundwork.rag.llm.OnnxEmbeddingModel;
import dev.groundwork.rag.lucene.ingest.TextDocuments;
import dev.groundwork.rag.observability.evaluation.BeirCollection;
import dev.langchain4j.model.TokenCountEstimator;
import dev.langchain4j.model.embedding.EmbeddingModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A collection made ready for every method that is to be tried on it. */
public final class Bench implements AutoCloseable {

    /** The library as it comes. */
    public static final String DEFAULT = "default";

    /** The methods that a comparison may name. */
    public static final List<String> METHODS = List.of(
            "easy-rag",
            "bm25",
            DEFAULT,
            "hybrid",
            "vector",
            "text",
            "rrf",
            "dense",
            "fused",
            "expanded",
            "reranked",
            "feedback",
            "no-fluency",
            "no-title-hop",
            "no-late",
            "no-titles");

    /** What the default is shown beside: the peers, and the steps on the way to it and beyond. */
    public static final List<String> TABLE =
            List.of("bm25", "easy-rag", "dense", "rrf", "fused", "expanded", "reranked");

    /** The default with one thing else, each; {@link #difference} says which. */
    public static final List<String> ABLATION = List.of(
            "text", "vector", "rrf", "no-fluency", "no-title-hop", "no-late", "no-titles", "reranked", "feedback");

    private final BeirCollection collection;
    private final List<TextDocuments.Text> documents = new ArrayList<>();
    private final CachedEmbeddings model;
    private final RagSettings settings;
    private final IngestProgress progress;
    private Groundwork.@Nullable Corpus corpus;
    private Groundwork.@Nullable Corpus untitled;

    /**
     * Reads the collection's documents.
     *
     * @throws IOException if the corpus can't be read
     */
    public Bench(BeirCollection collection, CachedEmbeddings model, RagSettings settings, IngestProgress progress)
            throws IOException {
        this.collection = collection;
        this.model = model;
        this.settings = settings;
        this.progress = progress;
        collection.forEachDocument(
                document -> documents.add(new TextDocuments.Text(document.id(), document.title(), document.text())));
    }

    /** Returns the collection. */
    public BeirCollection collection() {
        return collection;
    }

    /** Returns the collection's documents. */
    public List<TextDocuments.Text> documents() {
        return List.copyOf(documents);
    }

    /** Returns how many vectors of passages were not in the cache. */
    public long embedded() {
        return model.computed();
    }

    /** Returns the library with its defaults but for what the wiring changes. */
    public Groundwork groundwork(String name, UnaryOperator<RagBuilder> wiring, boolean packs) throws IOException {
        return corpus().method(name, settings, wiring, packs);
    }

    /**
     * Returns a method by its name.
     *
     * @throws IllegalArgumentException if there is no such method
     */
    public Method method(String name, UnaryOperator<RagBuilder> wiring, boolean packs) throws IOException {
        return switch (name) {
            case "easy-rag" -> EasyRag.of(documents, model, tokens(model.model()));
            case "bm25" -> PlainBm25.of(documents);
            case DEFAULT, "hybrid" -> groundwork(name, wiring, packs);
            case "vector" ->
                groundwork(name, rag -> wiring.apply(rag).retriever(Retrievers.vector(corpus().index(), model)), packs);
            case "text" ->
                groundwork(name, rag -> wiring.apply(rag).retriever(Retrievers.text(corpus().index())), packs);
            case "rrf" -> groundwork(name, rag -> wiring.apply(rag).fusion(new ReciprocalRankFusion()), packs);
            case "dense" ->
                corpus().method(
                                name,
                                settings.toBuilder().titleHops(0).lateWeight(0).build(),
                                rag -> wiring.apply(rag).retriever(Retrievers.vector(corpus().index(), model)),
                                packs);
            case "fused" ->
                corpus().method(
                                name,
                                settings.toBuilder().titleHops(0).lateWeight(0).build(),
                                wiring,
                                packs);
            case "expanded", "no-late" ->
                corpus().method(name, settings.toBuilder().lateWeight(0).build(), wiring, packs);
            case "no-title-hop" ->
                corpus().method(name, settings.toBuilder().titleHops(0).build(), wiring, packs);
            case "reranked" -> groundwork(name, rag -> wiring.apply(rag).reranker(lateInteraction()), packs);
            case "feedback" -> groundwork(name, rag -> wiring.apply(rag).feedback(RelevanceFeedback.DEFAULT), packs);
            case "no-fluency" ->
                groundwork(name, rag -> wiring.apply(rag).embeddingModel(new UnweighedModel(model)), packs);
            case "no-titles" -> untitled().method(name, settings, wiring, packs);
            default ->
                throw new IllegalArgumentException(
                        "method is '" + name + "', must be one of " + String.join(", ", METHODS));
        };
    }

    /** Returns in what a method differs from the default; empty for a peer. */
    public static String difference(String method) {
        return switch (method) {
            case "text" -> "no vectors";
            case "vector" -> "no words";
            case "rrf" -> "ranks instead of scores";
            case "no-fluency" -> "vectors count the same in every language";
            case "no-title-hop" -> "titles that hits name are not followed";
            case "no-late" -> "tokens are not compared";
            case "no-titles" -> "documents without titles";
            case "feedback" -> "first hits make a second query";
            case "reranked" -> "first hits compared whole, token by token";
            default -> "";
        };
    }

    /** Returns the documents of the collection that could not be read for the methods tried so far, each once. */
    public List<IngestReport.Failure> failed() {
        return corpus == null ? List.of() : corpus.report().failed();
    }

    /**
     * Returns a reranker over the model's own token vectors.
     *
     * @throws IllegalArgumentException if the model has none
     */
    public Reranker lateInteraction() {
        if (model.model() instanceof OnnxEmbeddingModel onnx) {
            return LateInteractionReranker.of(onnx);
        }
        throw new IllegalArgumentException("--rerank late needs an ONNX model, not " + model.modelName());
    }

    /** Returns a judge of passages by evidence; it counts tokens as the embedding model does, or else four characters as one. */
    SpanJudge spanJudge() {
        TokenCountEstimator counting =
                model.model() instanceof OnnxEmbeddingModel onnx ? onnx.tokenCountEstimator() : new RoughTokens();
        return new SpanJudge(documents, counting);
    }

    private static TokenCountEstimator tokens(EmbeddingModel model) {
        if (model instanceof OnnxEmbeddingModel onnx) {
            return onnx.tokenCountEstimator();
        }
        throw new IllegalArgumentException("easy-rag needs the tokenizer of bge-small, not of " + model.modelName());
    }

    /** Indexes other documents than the collection's, by the same model. */
    Groundwork.Corpus index(List<TextDocuments.Text> others) throws IOException {
        return Groundwork.Corpus.index(others, model, settings, progress);
    }

    /** Returns the library with its defaults over other documents than the collection's. */
    Groundwork groundwork(String name, Groundwork.Corpus other) {
        return other.method(name, settings, UnaryOperator.identity(), false);
    }

    private Groundwork.Corpus corpus() {
        Groundwork.Corpus ready = corpus;
        if (ready == null) {
            try {
                ready = Groundwork.Corpus.index(documents, model, settings, progress);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            corpus = ready;
        }
        return ready;
    }

    private Groundwork.Corpus untitled() throws IOException {
        Groundwork.Corpus ready = untitled;
        if (ready == null) {
            ready = index(documents.stream()
                    .map(document -> new TextDocuments.Text(document.id(), "", document.text()))
                    .toList());
            untitled = ready;
        }
        return ready;
    }

    @Override
    public void close() {
        if (corpus != null) {
            corpus.close();
        }
        if (untitled != null) {
            untitled.close();
        }
    }
}
