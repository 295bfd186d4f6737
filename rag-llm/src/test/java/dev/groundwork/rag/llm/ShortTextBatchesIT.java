package dev.groundwork.rag.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.groundwork.rag.CancelledException;
import dev.groundwork.rag.TokenEmbedding;
import dev.groundwork.rag.TokenVectors;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import dev.langchain4j.model.embedding.listener.EmbeddingModelRequestContext;
import dev.langchain4j.model.embedding.request.EmbeddingInputType;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.request.EmbeddingRequestParameters;
import dev.langchain4j.store.embedding.CosineSimilarity;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several short texts in one run, which a user has to ask for. */
class ShortTextBatchesIT {

    private static final int VOCABULARY = 30_522;

    private static OnnxEmbeddingModel single;
    private static OnnxEmbeddingModel batching;

    @BeforeAll
    static void load() {
        single = OnnxEmbeddingModel.bgeSmallEn();
        batching = bge().build();
    }

    @AfterAll
    static void close() {
        single.close();
        batching.close();
    }

    private static OnnxEmbeddingModel.Builder bge() {
        return OnnxEmbeddingModel.builder().bgeSmallEn().batchShortTexts(8).parallelism(2);
    }

    private static List<TextSegment> questions(int count) {
        List<TextSegment> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add(TextSegment.from("How is the key number " + i + " rotated" + " every month".repeat(i % 4) + "?"));
        }
        return texts;
    }

    /** A model of floats does not round by what is in the batch, so the vectors show whether texts are mixed up. */
    @ParameterizedTest
    @EnumSource(Pooling.class)
    void aModelOfFloatsGivesTheVectorsOfSingleTexts(Pooling pooling) throws IOException {
        OnnxEmbeddingModel.Builder builder = OnnxEmbeddingModel.builder()
                .model(OnnxGraph.sines(VOCABULARY, 16, -1))
                .tokenizer(BgeSmall.tokenizerJson())
                .pooling(pooling);
        List<TextSegment> texts = questions(50);
        try (OnnxEmbeddingModel alone = builder.build();
                OnnxEmbeddingModel together = builder.batchShortTexts(16).build()) {
            List<Embedding> expected = alone.embedAll(texts).content();
            List<Embedding> actual = together.embedAll(texts).content();

            assertThat(actual).hasSize(50);
            for (int i = 0; i < 50; i++) {
                assertThat(CosineSimilarity.between(actual.get(i), expected.get(i)))
                        .isCloseTo(1, within(1e-6));
                assertThat(CosineSimilarity.between(actual.get(i), expected.get((i + 1) % 50)))
                        .isLessThan(0.999999);
            }
            assertThat(together.embedAll(texts).tokenUsage())
                    .isEqualTo(alone.embedAll(texts).tokenUsage());
        }
    }

    /** Quantised weights round by what is in the whole batch: near, and not the same, which also shows that there is one. */
    @Test
    void quantisedWeightsGiveNearVectorsAndTheSameForTheSameCall() {
        List<TextSegment> texts = questions(40);

        List<Embedding> together = batching.embedAll(texts).content();

        List<Embedding> alone = single.embedAll(texts).content();
        assertThat(together)
                .isNotEqualTo(alone)
                .isEqualTo(batching.embedAll(texts).content());
        double sum = 0;
        for (int i = 0; i < texts.size(); i++) {
            double cosine = CosineSimilarity.between(together.get(i), alone.get(i));
            assertThat(cosine).isGreaterThan(0.95);
            sum += cosine;
        }
        assertThat(sum / texts.size()).isGreaterThan(0.99);
    }

    private static List<TokenVectors> tokens(OnnxEmbeddingModel model, List<TextSegment> texts) {
        EmbeddingRequest request = EmbeddingRequest.builder()
                .inputs(texts.stream().map(TextSegment::text).toArray(String[]::new))
                .parameters(EmbeddingRequestParameters.builder()
                        .inputType(EmbeddingInputType.QUERY)
                        .set(TokenEmbedding.WANTED, true)
                        .build())
                .build();
        return model.embed(request).embeddings().stream()
                .map(embedding -> ((TokenEmbedding) embedding).tokens())
                .toList();
    }

    /** Returns the cosine of each token's vector with that of the same token in the other list. */
    private static double[] cosines(List<TokenVectors> some, List<TokenVectors> others) {
        assertThat(some).hasSameSizeAs(others);
        List<Double> cosines = new ArrayList<>();
        for (int i = 0; i < some.size(); i++) {
            assertThat(some.get(i).size()).isEqualTo(others.get(i).size()).isPositive();
            for (int token = 0; token < some.get(i).size(); token++) {
                assertThat(some.get(i).id(token)).isEqualTo(others.get(i).id(token));
                cosines.add(CosineSimilarity.between(
                        Embedding.from(some.get(i).vector(token)),
                        Embedding.from(others.get(i).vector(token))));
            }
        }
        return cosines.stream().mapToDouble(Double::doubleValue).toArray();
    }

    @Test
    void tokensOfAModelOfFloatsAreThoseOfSingleTexts() throws IOException {
        OnnxEmbeddingModel.Builder builder = OnnxEmbeddingModel.builder()
                .model(OnnxGraph.sines(VOCABULARY, 16, -1))
                .tokenizer(BgeSmall.tokenizerJson())
                .pooling(Pooling.CLS)
                .queryInstruction("Find this: ");
        try (OnnxEmbeddingModel alone = builder.build();
                OnnxEmbeddingModel together = builder.batchShortTexts(16).build()) {
            List<TextSegment> texts = questions(50);

            double[] cosines = cosines(tokens(together, texts), tokens(alone, texts));

            assertThat(Arrays.stream(cosines).min().orElseThrow()).isCloseTo(1, within(0.005));
        }
    }

    /** Nearly as near as the texts' vectors, though what all tokens have in common is taken off: .97 and more here. */
    @Test
    void tokensOfQuantisedWeightsAreNearThoseOfSingleTexts() {
        double[] cosines = cosines(tokens(batching, questions(40)), tokens(single, questions(40)));
        assertThat(Arrays.stream(cosines).average().orElseThrow())
                .isGreaterThan(0.97)
                .isLessThan(1);
        assertThat(Arrays.stream(cosines).min().orElseThrow()).isGreaterThan(0.9);
    }

    @Test
    void aTextAloneAndLongTextsHaveTheVectorsOfAModelWithoutBatches() {
        TextSegment question = questions(1).getFirst();
        List<TextSegment> longOnes = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            longOnes.add(TextSegment.from("Text " + i + " is not short. ".repeat(10)));
        }

        assertThat(batching.embed(question)).isEqualTo(single.embed(question));
        assertThat(batching.embedAll(longOnes)).isEqualTo(single.embedAll(longOnes));
    }

    @Test
    void anIndexIsToldThatVectorsAreOthers() {
        assertThat(batching.fingerprint()).isNotEqualTo(single.fingerprint());
    }

    @Test
    void refusesAGraphThatTakesOneTextAtATime() throws IOException {
        OnnxEmbeddingModel.Builder builder = OnnxEmbeddingModel.builder()
                .model(OnnxGraph.sines(VOCABULARY, 4, 1))
                .tokenizer(BgeSmall.tokenizerJson())
                .pooling(Pooling.CLS);

        builder.build().close();
        assertThatThrownBy(() -> builder.batchShortTexts(2).build())
                .isInstanceOf(OnnxModelException.class)
                .hasMessage("model bytes: batchShortTexts is 2, but the graph takes 1 at a time");
        assertThatThrownBy(() -> builder.batchShortTexts(0).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("batchShortTexts is 0, not 1 or more");
    }

    /** One is interrupted, one has a text that is too long, and the others get what each gets by itself. */
    @Test
    void aCallThatFailsHurtsNoOther() throws Exception {
        List<TextSegment> texts = questions(24);
        List<TextSegment> withLong = new ArrayList<>(texts);
        withLong.add(TextSegment.from("long ".repeat(600)));
        CountDownLatch together = new CountDownLatch(4);
        try (OnnxEmbeddingModel strict = bge().longTexts(LongTextPolicy.FAIL).build();
                ExecutorService callers = Executors.newFixedThreadPool(4)) {
            List<Embedding> expected = strict.embedAll(texts).content();
            Future<List<Embedding>> first =
                    callers.submit(with(together, () -> strict.embedAll(texts).content()));
            Future<List<Embedding>> failing = callers.submit(
                    with(together, () -> strict.embedAll(withLong).content()));
            Future<List<Embedding>> cancelled = callers.submit(with(together, () -> {
                Thread.currentThread().interrupt();
                return strict.embedAll(texts).content();
            }));
            Future<List<Embedding>> last =
                    callers.submit(with(together, () -> strict.embedAll(texts).content()));

            assertThat(first.get()).isEqualTo(expected);
            assertThat(last.get()).isEqualTo(expected);
            assertThatThrownBy(failing::get).hasRootCauseInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(cancelled::get).hasRootCauseInstanceOf(CancelledException.class);
        }
    }

    private static <T> Callable<T> with(CountDownLatch others, Callable<T> call) {
        return () -> {
            others.countDown();
            others.await();
            return call.call();
        };
    }

    @Test
    void closingWaitsForTheRunsUnderWayAndEndsTheCall() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        OnnxEmbeddingModel closing = bge().listeners(List.of(new EmbeddingModelListener() {
                    @Override
                    public void onRequest(EmbeddingModelRequestContext context) {
                        asked.countDown();
                    }
                }))
                .build();
        Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        Thread caller = Thread.ofPlatform().start(() -> {
            try {
                while (true) {
                    assertThat(closing.embedAll(questions(64)).content()).hasSize(64);
                }
            } catch (Throwable e) {
                failures.add(e);
            }
        });
        asked.await();

        closing.close();
        caller.join();

        assertThat(failures)
                .singleElement()
                .isInstanceOfSatisfying(
                        IllegalStateException.class, e -> assertThat(e).hasMessage("the embedding model is closed"));
    }
}
