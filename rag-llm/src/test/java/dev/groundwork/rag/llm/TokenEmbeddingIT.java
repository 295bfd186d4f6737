package dev.groundwork.rag.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.groundwork.rag.TokenEmbedding;
import dev.groundwork.rag.TokenVectors;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.embedding.request.EmbeddingInputType;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.request.EmbeddingRequestParameters;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The vectors of tokens, with the weights of bge-small-en. */
class TokenEmbeddingIT {

    private static OnnxEmbeddingModel model;

    @BeforeAll
    static void load() {
        model = OnnxEmbeddingModel.bgeSmallEn();
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static EmbeddingRequest request(EmbeddingInputType type, String... texts) {
        return EmbeddingRequest.builder()
                .inputs(texts)
                .parameters(EmbeddingRequestParameters.builder()
                        .inputType(type)
                        .set(TokenEmbedding.WANTED, true)
                        .build())
                .build();
    }

    private static TokenVectors tokens(EmbeddingInputType type, String text) {
        return ((TokenEmbedding) model.embed(request(type, text)).embeddings().getFirst()).tokens();
    }

    private static double best(TokenVectors asked, int token, TokenVectors passage) {
        double best = -1;
        byte[] codes = new byte[asked.dimension()];
        byte[] others = new byte[asked.dimension()];
        asked.codes(token, codes);
        for (int i = 0; i < passage.size(); i++) {
            passage.codes(i, others);
            int dot = 0;
            for (int k = 0; k < codes.length; k++) {
                dot += codes[k] * others[k];
            }
            best = Math.max(best, TokenVectors.cosine(asked, token, passage, i, dot));
        }
        return best;
    }

    @Test
    void theVectorOfTheTextIsTheSameAsWithoutTokens() {
        for (EmbeddingInputType type : List.of(EmbeddingInputType.QUERY, EmbeddingInputType.DOCUMENT)) {
            Embedding with = model.embed(request(type, "How is a key rotated?"))
                    .embeddings()
                    .getFirst();
            Embedding without = model.embed(EmbeddingRequest.builder()
                            .inputs("How is a key rotated?")
                            .inputType(type)
                            .build())
                    .embeddings()
                    .getFirst();
            assertThat(with).isInstanceOf(TokenEmbedding.class);
            assertThat(without.getClass()).isEqualTo(Embedding.class);
            assertThat(with.vector()).containsExactly(without.vector());
        }
    }

    @Test
    void wordsThatFrameASentenceAndTheInstructionAreLeftOut() {
        TokenVectors question = tokens(EmbeddingInputType.QUERY, "How is the key rotated?");
        TokenVectors bare = tokens(EmbeddingInputType.DOCUMENT, "key rotated");
        assertThat(question.size()).isEqualTo(2);
        assertThat(List.of(question.id(0), question.id(1))).isEqualTo(List.of(bare.id(0), bare.id(1)));
        assertThat(tokens(EmbeddingInputType.QUERY, "What is it?").size()).isZero();
        assertThat(tokens(EmbeddingInputType.DOCUMENT, "word ".repeat(2_000)).size())
                .isEqualTo(510);
    }

    @Test
    void aTokenIsNearTheOneThatMeansTheSame() {
        TokenVectors asked = tokens(EmbeddingInputType.QUERY, "puppy");
        double dog = best(asked, 0, tokens(EmbeddingInputType.DOCUMENT, "My dog is small."));
        double loan = best(asked, 0, tokens(EmbeddingInputType.DOCUMENT, "The loan is small."));
        assertThat(dog).isGreaterThan(loan + 0.1);
        assertThat(best(asked, 0, asked)).isGreaterThan(0.98);
    }

    @Test
    void aModelThatIsToldNotToHasNone() {
        try (OnnxEmbeddingModel without =
                OnnxEmbeddingModel.builder().bgeSmallEn().tokenVectors(false).build()) {
            assertThat(without.supportedParameters()).doesNotContain(TokenEmbedding.WANTED);
            assertThatThrownBy(() -> without.embed(request(EmbeddingInputType.QUERY, "key")))
                    .isInstanceOf(UnsupportedFeatureException.class);
            assertThat(without.fingerprint()).isEqualTo(model.fingerprint());
        }
    }
}
