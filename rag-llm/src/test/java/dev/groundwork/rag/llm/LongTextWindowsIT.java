package dev.groundwork.rag.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.groundwork.rag.CancelledException;
import dev.groundwork.rag.TokenEmbedding;
import dev.groundwork.rag.TokenVectors;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.request.EmbeddingInputType;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.request.EmbeddingRequestParameters;
import dev.langchain4j.store.embedding.CosineSimilarity;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Texts that are too long, read in windows, with the weights of bge-small-en. */
class LongTextWindowsIT {

    /** Of one token each, and none of them frames a sentence. */
    private static final List<String> WORDS =
            List.of("key", "river", "bread", "music", "engine", "doctor", "law", "snow");

    private static OnnxEmbeddingModel.Builder windows(int maxTokens) {
        return OnnxEmbeddingModel.builder()
                .bgeSmallEn()
                .maxTokens(maxTokens)
                .longTexts(LongTextPolicy.WINDOWS)
                .parallelism(2);
    }

    /** Returns words number {@code from} to {@code to}, one token each. */
    private static String words(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> WORDS.get((i + i / WORDS.size()) % WORDS.size()))
                .collect(Collectors.joining(" "));
    }

    private static TokenEmbedding withTokens(OnnxEmbeddingModel model, EmbeddingInputType type, String text) {
        return (TokenEmbedding) model.embed(EmbeddingRequest.builder()
                        .inputs(text)
                        .parameters(EmbeddingRequestParameters.builder()
                                .inputType(type)
                                .set(TokenEmbedding.WANTED, true)
                                .build())
                        .build())
                .embeddings()
                .getFirst();
    }

    private static float[] mean(int firstWeight, float[] first, int secondWeight, float[] second) {
        float[] mean = new float[first.length];
        double squares = 0;
        for (int i = 0; i < mean.length; i++) {
            mean[i] = (firstWeight * first[i] + secondWeight * second[i]) / (firstWeight + secondWeight);
            squares += mean[i] * mean[i];
        }
        for (int i = 0; i < mean.length; i++) {
            mean[i] /= (float) Math.sqrt(squares);
        }
        return mean;
    }

    @Test
    void aTextThatFitsExactlyHasTheVectorOfAnyPolicyAndOneMoreTokenIsReadInTwoWindows() {
        try (OnnxEmbeddingModel cutting = OnnxEmbeddingModel.bgeSmallEn();
                OnnxEmbeddingModel model = windows(512).build()) {
            assertThat(model.embed(words(0, 510))).isEqualTo(cutting.embed(words(0, 510)));
            assertThat(withTokens(model, EmbeddingInputType.DOCUMENT, words(0, 510)))
                    .isEqualTo(withTokens(cutting, EmbeddingInputType.DOCUMENT, words(0, 510)));
            assertThat(withTokens(model, EmbeddingInputType.QUERY, words(0, 502)))
                    .isEqualTo(withTokens(cutting, EmbeddingInputType.QUERY, words(0, 502)));
            assertThat(model.windowedTexts()).isZero();

            Embedding longer = model.embed(words(0, 511)).content();
            assertThat(longer).isNotEqualTo(cutting.embed(words(0, 511)).content());
            assertThat(model.windowedTexts()).isEqualTo(1);
            assertThat(model.truncatedTexts()).isZero();
            withTokens(model, EmbeddingInputType.QUERY, words(0, 503));
            assertThat(model.windowedTexts()).isEqualTo(2);
        }
    }

    /** Of 30 tokens a window has room for, three overlap: the windows are words 0 to 27 and 24 to 50. */
    @Test
    void theVectorIsTheWeightedMeanOfTheWindowsAndEachTokenIsThereOnce() {
        try (OnnxEmbeddingModel model = windows(32).build()) {
            TokenEmbedding first = withTokens(model, EmbeddingInputType.DOCUMENT, words(0, 27));
            TokenEmbedding second = withTokens(model, EmbeddingInputType.DOCUMENT, words(24, 50));

            TokenEmbedding together = withTokens(model, EmbeddingInputType.DOCUMENT, words(0, 50));

            assertThat(together.vector()).containsExactly(mean(27, first.vector(), 26, second.vector()), within(1e-6f));
            TokenVectors tokens = together.tokens();
            assertThat(tokens.size()).isEqualTo(50);
            for (int i = 0; i < 50; i++) {
                TokenVectors from = i < 25 ? first.tokens() : second.tokens();
                int there = i < 25 ? i : i - 24;
                assertThat(tokens.id(i)).as("token %s", i).isEqualTo(from.id(there));
                assertThat(tokens.vector(i)).as("token %s", i).containsExactly(from.vector(there));
            }
            assertThat(model.embed(words(0, 50)).tokenUsage().inputTokenCount()).isEqualTo(53);
        }
    }

    /** The instruction has 8 tokens and leaves room for 22, 2 of which overlap. */
    @Test
    void eachWindowOfAQueryHasTheInstructionBeforeIt() {
        try (OnnxEmbeddingModel model = windows(32).build()) {
            TokenEmbedding first = withTokens(model, EmbeddingInputType.QUERY, words(0, 21));
            TokenEmbedding second = withTokens(model, EmbeddingInputType.QUERY, words(19, 40));

            TokenEmbedding together = withTokens(model, EmbeddingInputType.QUERY, words(0, 40));

            assertThat(together.vector()).containsExactly(mean(21, first.vector(), 21, second.vector()), within(1e-6f));
            assertThat(together.tokens().size()).isEqualTo(40);
        }
    }

    /** Each word has three tokens; behind an instruction of two, windows are words 0 to 7, 6 to 13 and 12 to 20. */
    @Test
    void windowsEndBetweenWordsBehindAnInstructionToo() {
        try (OnnxEmbeddingModel model = windows(32).passageInstruction("find: ").build()) {
            float[] seven = model.embed("embedding ".repeat(7)).content().vector();
            float[] eight = model.embed("embedding ".repeat(8)).content().vector();

            assertThat(model.embed("embedding ".repeat(20)).content().vector())
                    .containsExactly(mean(42, seven, 24, eight), within(1e-6f));
        }
    }

    @Test
    void whatALongTextSaysAtItsEndCounts() {
        String end = " The violin concerto was played by the orchestra in the concert hall.";
        String text = "The patient was given an antibiotic for the infection. ".repeat(60) + end.repeat(10);
        try (OnnxEmbeddingModel cutting = OnnxEmbeddingModel.bgeSmallEn();
                OnnxEmbeddingModel model = windows(512).build()) {
            Embedding asked = cutting.embed("violin concerto").content();

            double cut = CosineSimilarity.between(asked, cutting.embed(text).content());
            double windowed = CosineSimilarity.between(asked, model.embed(text).content());

            assertThat(windowed).isGreaterThan(cut + 0.02);
        }
    }

    @Test
    void aHugeTextIsReadInSoManyWindowsAndTheRestReported() {
        try (OnnxEmbeddingModel model = windows(18).build()) {
            String huge = "key ".repeat(1_000_000);

            TokenEmbedding embedding = withTokens(model, EmbeddingInputType.DOCUMENT, huge);

            int read = LongTextPolicy.MAX_WINDOWS * 14 + 2;
            assertThat(embedding.tokens().size()).isEqualTo(read);
            assertThat(model.truncatedTexts()).isEqualTo(1);
            assertThat(model.windowedTexts()).isEqualTo(1);
            model.embed("key ".repeat(read));
            assertThat(model.truncatedTexts()).isEqualTo(1);
            model.embed("key ".repeat(read + 1));
            assertThat(model.truncatedTexts()).isEqualTo(2);
        }
    }

    @Test
    void aWordThatIsLongerThanAWindowIsCut() {
        try (OnnxEmbeddingModel model = windows(8).queryInstruction("").build()) {
            assertThat(model.embed("pneumonoultramicroscopicsilicovolcanoconiosis")
                            .content()
                            .dimension())
                    .isEqualTo(384);
            assertThat(model.windowedTexts()).isEqualTo(1);
        }
    }

    @Test
    void refusesAnInstructionThatLeavesNoRoomInAWindow() {
        String instruction = words(0, 30) + " ";

        assertThatThrownBy(() -> windows(32).queryInstruction(instruction).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "queryInstruction has 30 tokens, must have 29 or fewer to leave room for the text in windows"
                                + " of maxTokens 32");
        assertThatThrownBy(() -> windows(32).passageInstruction(instruction).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("passageInstruction has 30 tokens");
        try (OnnxEmbeddingModel just =
                windows(32).passageInstruction(words(0, 29) + " ").build()) {
            assertThat(just.embed("key river bread").content().dimension()).isEqualTo(384);
            assertThat(just.windowedTexts()).isEqualTo(1);
        }
    }

    @Test
    void isPartOfTheFingerprint() {
        try (OnnxEmbeddingModel cutting = OnnxEmbeddingModel.bgeSmallEn();
                OnnxEmbeddingModel failing = OnnxEmbeddingModel.builder()
                        .bgeSmallEn()
                        .longTexts(LongTextPolicy.FAIL)
                        .build();
                OnnxEmbeddingModel model = windows(512).build()) {
            assertThat(model.fingerprint()).isNotEqualTo(cutting.fingerprint());
            assertThat(failing.fingerprint()).isEqualTo(cutting.fingerprint());
        }
    }

    /** A model of floats does not round by what is in the batch, so the vectors show whether windows are mixed up. */
    @Test
    void windowsAndShortTextsMayGoTogether() throws IOException {
        OnnxEmbeddingModel.Builder builder = OnnxEmbeddingModel.builder()
                .model(OnnxGraph.sines(30_522, 16, -1))
                .tokenizer(BgeSmall.tokenizerJson())
                .pooling(Pooling.MEAN)
                .maxTokens(16)
                .longTexts(LongTextPolicy.WINDOWS);
        List<TextSegment> texts = IntStream.range(0, 40)
                .mapToObj(i -> TextSegment.from(words(i, i + 1 + i % 7 * 9)))
                .toList();
        try (OnnxEmbeddingModel alone = builder.build();
                OnnxEmbeddingModel together = builder.batchShortTexts(8).build()) {
            List<Embedding> expected = alone.embedAll(texts).content();
            List<Embedding> actual = together.embedAll(texts).content();

            for (int i = 0; i < texts.size(); i++) {
                assertThat(actual.get(i).vector())
                        .containsExactly(expected.get(i).vector(), within(1e-5f));
            }
            assertThat(alone.windowedTexts())
                    .isEqualTo(texts.stream()
                            .filter(text -> text.text().split(" ").length > 14)
                            .count());
        }
    }

    @Test
    void stopsBetweenTwoWindowsWhereTheCallerIsInterrupted() throws InterruptedException {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        try (OnnxEmbeddingModel model = windows(512).parallelism(1).build()) {
            Thread caller = Thread.ofPlatform().start(() -> {
                try {
                    model.embed("key ".repeat(20_000));
                } catch (RuntimeException e) {
                    failure.set(e);
                }
            });
            while (model.windowedTexts() == 0) {
                Thread.onSpinWait();
            }
            caller.interrupt();
            caller.join();
        }
        assertThat(failure.get()).isInstanceOf(CancelledException.class);
    }
}
