package dev.groundwork.rag.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.groundwork.rag.CancelledException;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.listener.EmbeddingModelErrorContext;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import dev.langchain4j.model.embedding.listener.EmbeddingModelRequestContext;
import dev.langchain4j.model.embedding.listener.EmbeddingModelResponseContext;
import dev.langchain4j.model.embedding.onnx.bgesmallenv15q.BgeSmallEnV15QuantizedEmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingInputType;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.request.EmbeddingRequestParameters;
import dev.langchain4j.model.output.Response;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class OnnxEmbeddingModelIT {

    private static final String LONG_TEXT = "A text that goes on and on. ".repeat(100);

    private static final List<String> TEXTS = List.of(
            "How is an API key rotated?",
            "a",
            "Keys are rotated with `rotate-key`; the old one stays valid for 24 hours (see chapter 3.2).",
            "Die Schlüssel werden täglich gewechselt. 东京は日本の首都です。 👩‍👧 naïve façade",
            "The quick brown fox jumps over the lazy dog. ".repeat(40));

    private static OnnxEmbeddingModel model;

    @BeforeAll
    static void load() {
        BgeSmall.keepDjlFromCallingHome();
        model = OnnxEmbeddingModel.builder().bgeSmallEn().parallelism(3).build();
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void givesTheVectorsOfLangChain4jBitForBit() {
        EmbeddingModel reference = new BgeSmallEnV15QuantizedEmbeddingModel();
        for (String text : TEXTS) {
            Response<Embedding> expected = reference.embed(text);
            Response<Embedding> actual = model.embed(text);

            assertThat(actual.content().vector()).isEqualTo(expected.content().vector());
            assertThat(actual.tokenUsage()).isEqualTo(expected.tokenUsage());
        }
    }

    @Test
    void embedsManyTextsInOrderAsOneByOne() {
        List<TextSegment> segments = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            segments.add(TextSegment.from(TEXTS.get(i % 4) + " " + i));
        }
        List<Embedding> together = model.embedAll(segments).content();

        assertThat(together)
                .isEqualTo(segments.stream()
                        .map(segment -> model.embed(segment).content())
                        .toList());
    }

    @Test
    void putsTheInstructionBeforeAQueryOnly() {
        String question = "How is an API key rotated?";

        assertThat(embed(question, EmbeddingInputType.QUERY))
                .isEqualTo(model.embed("Represent this sentence for searching relevant passages: " + question)
                        .content())
                .isNotEqualTo(model.embed(question).content());
        assertThat(embed(question, EmbeddingInputType.DOCUMENT))
                .isEqualTo(model.embed(question).content());
    }

    private static Embedding embed(String text, EmbeddingInputType type) {
        EmbeddingRequestParameters parameters =
                EmbeddingRequestParameters.builder().inputType(type).build();
        return model.embed(EmbeddingRequest.builder()
                        .input(text)
                        .parameters(parameters)
                        .build())
                .embeddings()
                .get(0);
    }

    @Test
    void refusesAParameterThatItCannotHonour() {
        EmbeddingRequest request = EmbeddingRequest.builder()
                .input("text")
                .parameters(EmbeddingRequestParameters.builder().dimensions(64).build())
                .build();

        assertThatThrownBy(() -> model.embed(request)).isInstanceOf(UnsupportedFeatureException.class);
    }

    @Test
    void knowsItsNameAndDimension() {
        assertThat(model.dimension()).isEqualTo(384);
        assertThat(model.modelName()).isEqualTo("bge-small-en-v1.5-q");
        assertThat(model.embed("text").content().dimension()).isEqualTo(384);
    }

    @Test
    void givesATextWithoutTokensTheVectorOfAnEmptySequence() {
        assertThat(model.embed("\u200b").content())
                .isEqualTo(model.embed("\ufeff").content());
        assertThatThrownBy(() -> model.embed("  ")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void namesTheArgumentThatIsNull() {
        List<TextSegment> withNull = new ArrayList<>(List.of(TextSegment.from("text")));
        withNull.add(null);

        assertThatThrownBy(() -> model.embed((String) null)).hasMessage("text");
        assertThatThrownBy(() -> model.embed((TextSegment) null)).hasMessage("textSegment");
        assertThatThrownBy(() -> model.embedAll(null)).hasMessage("textSegments");
        assertThatThrownBy(() -> model.embedAll(withNull)).hasMessage("textSegments[1]");
    }

    @Test
    void countsTheTextsThatItTruncates() {
        long before = model.truncatedTexts();

        Response<Embedding> response = model.embed(LONG_TEXT);

        assertThat(model.truncatedTexts()).isEqualTo(before + 1);
        assertThat(response.tokenUsage().inputTokenCount()).isEqualTo(510);
        assertThat(response.content())
                .isEqualTo(model.embed(LONG_TEXT + "with another end").content());
    }

    @Test
    void failsOnALongTextWhereToldTo() throws IOException {
        try (OnnxEmbeddingModel strict = bge().longTexts(LongTextPolicy.FAIL).build()) {
            assertThatThrownBy(() -> strict.embedAll(List.of(TextSegment.from("short"), TextSegment.from(LONG_TEXT))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("text 1 has more than 512 tokens");
        }
    }

    @Test
    void hasAFingerprintOfWeightsAndSettings() throws IOException {
        String fingerprint = model.fingerprint();

        assertThat(fingerprint).matches("onnx-[0-9a-f]{32}");
        try (OnnxEmbeddingModel same = bge().queryInstruction(
                                "Represent this sentence for searching relevant passages: ")
                        .build();
                OnnxEmbeddingModel mean = bge().pooling(Pooling.MEAN).build()) {
            assertThat(same.fingerprint()).isEqualTo(fingerprint);
            assertThat(mean.fingerprint()).isNotEqualTo(fingerprint);
            assertThat(mean.embed("text").content())
                    .isNotEqualTo(same.embed("text").content());
        }
    }

    private static OnnxEmbeddingModel.Builder bge() throws IOException {
        return OnnxEmbeddingModel.builder()
                .model(BgeSmall.weights())
                .tokenizer(BgeSmall.tokenizerJson())
                .pooling(Pooling.CLS);
    }

    @Test
    void countsTokensAsTheModelReadsThem() {
        assertThat(model.tokenCountEstimator().estimateTokenCountInText(TEXTS.get(0)))
                .isEqualTo(model.embed(TEXTS.get(0)).tokenUsage().inputTokenCount());
        assertThat(model.tokenCountEstimator()
                        .estimateTokenCountInMessages(List.of(UserMessage.from("one two"), UserMessage.from("three"))))
                .isEqualTo(3);
    }

    @Test
    void tellsItsListenersOfEachCallOnce() throws IOException {
        Queue<String> calls = new ConcurrentLinkedQueue<>();
        EmbeddingModelListener listener = new EmbeddingModelListener() {
            @Override
            public void onRequest(EmbeddingModelRequestContext context) {
                calls.add("request " + context.textSegments().size());
            }

            @Override
            public void onResponse(EmbeddingModelResponseContext context) {
                calls.add("response " + context.response().content().size());
            }

            @Override
            public void onError(EmbeddingModelErrorContext context) {
                calls.add("error " + context.error().getClass().getSimpleName());
            }
        };
        OnnxEmbeddingModel listened = bge().listeners(List.of(listener)).build();

        listened.embedAll(List.of(TextSegment.from("one"), TextSegment.from("two")));
        listened.close();
        assertThatThrownBy(() -> listened.embed("three")).isInstanceOf(IllegalStateException.class);

        assertThat(calls).containsExactly("request 2", "response 2", "request 1", "error IllegalStateException");
    }

    @Test
    void stopsWhereTheCallerIsInterrupted() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> model.embedAll(List.of(TextSegment.from("one"), TextSegment.from("two"))))
                .isInstanceOf(CancelledException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void closesOnlyAfterTheTextsUnderWay() throws Exception {
        OnnxEmbeddingModel closing = bge().build();
        CountDownLatch started = new CountDownLatch(4);
        Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            callers.add(Thread.ofPlatform().start(() -> {
                try {
                    closing.embed("first");
                    started.countDown();
                    while (true) {
                        closing.embed(TEXTS.get(2));
                    }
                } catch (Throwable e) {
                    failures.add(e);
                    started.countDown();
                }
            }));
        }
        started.await();
        closing.close();
        closing.close();
        for (Thread caller : callers) {
            caller.join();
        }

        assertThat(failures)
                .hasSize(4)
                .allSatisfy(failure -> assertThat(failure)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage("the embedding model is closed"));
    }
}
