package dev.groundwork.rag;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingInputType;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.request.EmbeddingRequestParameters;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Embeds questions as a {@link Rag} does, and says how far their vectors can be trusted. For indexes that search by
 * themselves with a model; an application has no need of it. Thread-safe where the model is; does not close it.
 */
public final class QuestionEmbedder {

    /** So many of the texts that words found tell the language; more need not be read. */
    public static final int TEXTS = 5;

    /**
     * From this fluency on, vectors count in full. For bge-small-en, passages about medicine and biology have .73 and more, all
     * but one of a hundred German ones .58 and less, Chinese ones none.
     */
    private static final double ENOUGH_FLUENCY = 0.65;

    /** Up to this fluency, vectors count next to nothing: some words are the same in most languages. */
    private static final double NO_FLUENCY = 0.2;

    /** What is left to vectors where the model knows no word, to order what words can't tell apart. */
    private static final double LEAST_WEIGHT = 0.05;

    private final EmbeddingModel model;
    private final boolean knowsQueries;
    private final boolean knowsTokens;

    private QuestionEmbedder(EmbeddingModel model) {
        this.model = Objects.requireNonNull(model, "model");
        this.knowsTokens = model.supportedParameters().contains(TokenEmbedding.WANTED);
        this.knowsQueries = model.supportedParameters().contains(EmbeddingRequestParameters.INPUT_TYPE);
    }

    /** Makes one. */
    public static QuestionEmbedder of(EmbeddingModel model) {
        return new QuestionEmbedder(model);
    }

    /**
     * Embeds a question: as one where the model tells questions from documents, and then with its tokens where the model
     * gives them. Blocks as the model does.
     *
     * @param question any text that the model takes
     * @return its vector, a {@link TokenEmbedding} where there are tokens
     * @throws EmbeddingFailedException if the model gives no vector; what the model throws is let through
     */
    public Embedding embed(String question) {
        @Nullable Embedding embedding;
        if (knowsQueries) {
            var parameters = EmbeddingRequestParameters.builder().inputType(EmbeddingInputType.QUERY);
            if (knowsTokens) {
                parameters.set(TokenEmbedding.WANTED, true);
            }
            List<Embedding> embeddings = model.embed(EmbeddingRequest.builder()
                            .input(question)
                            .parameters(parameters.build())
                            .build())
                    .embeddings();
            embedding = embeddings.isEmpty() ? null : embeddings.getFirst();
        } else {
            embedding = model.embed(question).content();
        }
        return checked(embedding);
    }

    /** Embeds what an answer may look like, as the passage of a document. */
    Embedding embedPassage(String passage) {
        return checked(model.embed(passage).content());
    }

    private Embedding checked(@Nullable Embedding embedding) {
        if (embedding == null) {
            throw new EmbeddingFailedException(model.modelName(), "gave no vector for a question", null);
        }
        return embedding;
    }

    /**
     * Returns how much of a question the model understands: what its vectors count beside what they count where it
     * understands all. Tokens count a fifth less at most; see {@link HybridRanking#refine}. A model that is not {@link Fluent} is taken for one that does.
     *
     * @param question the question's text
     * @param found the first {@value #TEXTS} texts or more that words found, best first; asked for only where the model can
     *     tell its fluency. They tell their language better than a question of a few words; the question itself is judged
     *     where there are none
     * @return from .05, where it knows hardly a word, to 1
     */
    public double understood(String question, Supplier<List<String>> found) {
        if (!(model instanceof Fluent fluent)) {
            return 1;
        }
        double fluency = found.get().stream()
                .limit(TEXTS)
                .mapToDouble(fluent::fluency)
                .average()
                .orElseGet(() -> fluent.fluency(question));
        return Math.clamp((fluency - NO_FLUENCY) / (ENOUGH_FLUENCY - NO_FLUENCY), LEAST_WEIGHT, 1);
    }

    /** Returns the name of the model. */
    String modelName() {
        return model.modelName();
    }
}
