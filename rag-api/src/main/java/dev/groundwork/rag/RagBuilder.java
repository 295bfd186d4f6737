package dev.groundwork.rag;

import dev.langchain4j.model.embedding.EmbeddingModel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Wires a {@link Rag}. Not thread-safe.
 *
 * <p>With an index and an embedding model alone, questions are searched by vector and by words, and answered with the
 * sources' own sentences. What is handed in here is not closed by the {@link Rag}.
 */
public final class RagBuilder {

    private String name = "default";
    private @Nullable SegmentIndex index;
    private @Nullable EmbeddingModel embeddingModel;
    private @Nullable LlmPool llmPool;
    private final List<Retriever> retrievers = new ArrayList<>();
    private @Nullable QueryRewriter queryRewriter;
    private @Nullable Fusion fusion;
    private @Nullable RelevanceFeedback feedback;
    private @Nullable Reranker reranker;
    private @Nullable PromptAugmenter promptAugmenter;
    private @Nullable CitationChecker citationChecker;
    private @Nullable ExtractiveAnswerer extractiveAnswerer;
    private Answerability.Calibration calibration = Answerability.Calibration.DEFAULT;
    private final List<RagListener> listeners = new ArrayList<>();
    private Supplier<RagSettings> settings = RagSettings::defaults;

    RagBuilder() {}

    /** Sets the name in traces, events, metrics and thread names. {@code default} where none is given. */
    public RagBuilder name(String value) {
        name = Check.notBlank("name", value);
        return this;
    }

    /** Sets the index that documents are ingested into, and that is searched where no retriever is given. */
    public RagBuilder index(SegmentIndex value) {
        index = Objects.requireNonNull(value, "index");
        return this;
    }

    /** Sets the model that embeds documents and questions; the index must have been made with it. */
    public RagBuilder embeddingModel(EmbeddingModel value) {
        embeddingModel = Objects.requireNonNull(value, "embeddingModel");
        return this;
    }

    /** Sets the models that write answers. Without them answers are extractive. */
    public RagBuilder llmPool(LlmPool value) {
        llmPool = Objects.requireNonNull(value, "llmPool");
        return this;
    }

    /** Adds a leg; may be called several times. Where none is added, the index is searched by vector and by words. */
    public RagBuilder retriever(Retriever value) {
        retrievers.add(Objects.requireNonNull(value, "retriever"));
        return this;
    }

    /** Sets what makes of a question what is searched for. The question itself where none is given. */
    public RagBuilder queryRewriter(QueryRewriter value) {
        queryRewriter = Objects.requireNonNull(value, "queryRewriter");
        return this;
    }

    /** Sets how the legs' rankings become one. A {@link ConvexFusion} with the settings' weight where none is given. */
    public RagBuilder fusion(Fusion value) {
        fusion = Objects.requireNonNull(value, "fusion");
        return this;
    }

    /** Sets that the first hits make a second query. None where none is given. */
    public RagBuilder feedback(RelevanceFeedback value) {
        feedback = Objects.requireNonNull(value, "feedback");
        return this;
    }

    /** Sets a reranker. None where none is given. */
    public RagBuilder reranker(Reranker value) {
        reranker = Objects.requireNonNull(value, "reranker");
        return this;
    }

    /** Sets how the prompt is written. */
    public RagBuilder promptAugmenter(PromptAugmenter value) {
        promptAugmenter = Objects.requireNonNull(value, "promptAugmenter");
        return this;
    }

    /** Sets how citations are checked. */
    public RagBuilder citationChecker(CitationChecker value) {
        citationChecker = Objects.requireNonNull(value, "citationChecker");
        return this;
    }

    /** Sets how answers are made from the sources' own sentences. */
    public RagBuilder extractiveAnswerer(ExtractiveAnswerer value) {
        extractiveAnswerer = Objects.requireNonNull(value, "extractiveAnswerer");
        return this;
    }

    /** Sets what {@link Answerability#probability()} goes by, in traces and abstentions; fit one to questions of your own. */
    public RagBuilder calibration(Answerability.Calibration value) {
        calibration = Objects.requireNonNull(value, "calibration");
        return this;
    }

    /** Adds a listener; may be called several times. */
    public RagBuilder listener(RagListener value) {
        listeners.add(Objects.requireNonNull(value, "listener"));
        return this;
    }

    /** Sets fixed settings. {@link RagSettings#defaults()} where none are given. */
    public RagBuilder settings(RagSettings value) {
        Objects.requireNonNull(value, "settings");
        return settings(() -> value);
    }

    /**
     * Sets where settings come from: asked once for each question, so that they can change while questions are
     * answered. It must return at once. {@link RagSettings#maxHops()} is read only when the {@link Rag} is built.
     */
    public RagBuilder settings(Supplier<RagSettings> value) {
        settings = Objects.requireNonNull(value, "settings");
        return this;
    }

    /**
     * Builds it.
     *
     * @throws IllegalArgumentException if parts are missing or contradict each other; all problems are named together
     * @throws IndexMismatchException if the index was made with another embedding model
     */
    public Rag build() {
        List<String> problems = new ArrayList<>();
        if (retrievers.isEmpty() && index == null) {
            problems.add("index is missing: give an index and an embeddingModel, or retrievers");
        }
        if (retrievers.isEmpty() && embeddingModel == null) {
            problems.add("embeddingModel is missing: give one, or retrievers that need none");
        }
        Set<String> names = new HashSet<>();
        for (Retriever retriever : retrievers) {
            if (!names.add(retriever.name())) {
                problems.add("retriever '" + retriever.name() + "' is there twice: each leg needs a name of its own");
            }
        }
        boolean complete = promptAugmenter != null && citationChecker != null && extractiveAnswerer != null;
        RagDefaults defaults = complete ? null : firstDefaults();
        PromptAugmenter augmenter = or(promptAugmenter, defaults, RagDefaults::promptAugmenter);
        CitationChecker checker = or(citationChecker, defaults, RagDefaults::citationChecker);
        ExtractiveAnswerer extractive = or(extractiveAnswerer, defaults, RagDefaults::extractiveAnswerer);
        require(problems, "promptAugmenter", augmenter);
        require(problems, "citationChecker", checker);
        require(problems, "extractiveAnswerer", extractive);
        if (!problems.isEmpty() || augmenter == null || checker == null || extractive == null) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
        if (index != null && embeddingModel != null) {
            index.bind(EmbeddingSpec.of(embeddingModel));
        }
        HopExecutor executor = new HopExecutor(name, settings.get().maxHops());
        return new RagPipeline(
                name,
                settings,
                new Listeners(listeners),
                executor,
                new Retrieval(executor, queryRewriter, legs(), fusion, feedback, reranker, calibration),
                new Answering(executor, llmPool, augmenter, checker, extractive),
                index,
                embeddingModel,
                llmPool);
    }

    private List<Retriever> legs() {
        SegmentIndex searched = index;
        EmbeddingModel model = embeddingModel;
        if (!retrievers.isEmpty() || searched == null || model == null) {
            return retrievers;
        }
        return List.of(Retrievers.vector(searched, model), Retrievers.text(searched));
    }

    private static void require(List<String> problems, String part, @Nullable Object value) {
        if (value == null) {
            problems.add(part + " is missing: give one, or add dev.groundwork:rag-llm, which has a default");
        }
    }

    private static <T> @Nullable T or(
            @Nullable T given, @Nullable RagDefaults defaults, Function<RagDefaults, T> part) {
        return given != null || defaults == null ? given : part.apply(defaults);
    }

    private static @Nullable RagDefaults firstDefaults() {
        return ServiceLoader.load(RagDefaults.class, RagDefaults.class.getClassLoader())
                .findFirst()
                // A container may load rag-llm with another loader than rag-api.
                .or(() -> ServiceLoader.load(RagDefaults.class).findFirst())
                .orElse(null);
    }
}
