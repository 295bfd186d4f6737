package dev.groundwork.rag.llm.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.groundwork.rag.Deadline;
import dev.groundwork.rag.Hit;
import dev.groundwork.rag.Question;
import dev.groundwork.rag.Retriever;
import dev.groundwork.rag.Score;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class FaultsTest {

    private static final ChatModel SAYS = new ChatModel() {
        @Override
        public ChatResponse doChat(ChatRequest request) {
            return response("hello");
        }
    };

    private static final StreamingChatModel STREAMS = new StreamingChatModel() {
        @Override
        public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
            for (int i = 0; i < 20; i++) {
                handler.onPartialResponse("t" + i + " ");
            }
            handler.onCompleteResponse(response("t0 ... t19"));
        }
    };

    private static ChatResponse response(String text) {
        return ChatResponse.builder().aiMessage(AiMessage.from(text)).build();
    }

    private static final class Recorded implements StreamingChatResponseHandler {
        private final List<String> partials = new ArrayList<>();
        private int completed;
        private int failed;

        @Override
        public void onPartialResponse(String partial) {
            partials.add(partial);
        }

        @Override
        public void onCompleteResponse(ChatResponse response) {
            completed++;
        }

        @Override
        public void onError(Throwable error) {
            failed++;
        }
    }

    private static List<String> fates(long seed) {
        ChatModel model = Faults.seeded(seed)
                .error(0.2, () -> new RateLimitException("injected"))
                .garbage(0.2)
                .cut(0.1)
                .into(SAYS);
        return IntStream.range(0, 1_000)
                .mapToObj(i -> {
                    try {
                        return model.chat("why?");
                    } catch (RuntimeException e) {
                        return e.getClass().getSimpleName();
                    }
                })
                .toList();
    }

    @Test
    void theSameSeedGivesTheSameFaultsAndAnotherSeedOthers() {
        assertThat(fates(1)).isEqualTo(fates(1)).isNotEqualTo(fates(2));
    }

    @Test
    void asManyCallsFailAsWasAskedFor() {
        List<String> fates = fates(7);
        assertThat(fates.stream().filter("RateLimitException"::equals)).hasSizeBetween(150, 250);
        assertThat(fates.stream().filter("UncheckedIOException"::equals)).hasSizeBetween(70, 130);
        assertThat(fates.stream().filter("hello"::equals)).hasSizeBetween(430, 570);
    }

    @Test
    void aSwitchTurnsThemOff() {
        Faults faults = Faults.seeded(1).error(1, IllegalStateException::new);
        ChatModel model = faults.into(SAYS);
        assertThatThrownBy(() -> model.chat("why?")).isInstanceOf(IllegalStateException.class);
        faults.enabled(false);
        assertThat(model.chat("why?")).isEqualTo("hello");
        assertThat(faults.injected(Faults.Kind.ERROR)).isEqualTo(1);
    }

    @Test
    void aCutStreamBreaksOffOnceAndNeverCompletes() {
        StreamingChatModel model = Faults.seeded(3).cut(1).into(STREAMS);
        for (int i = 0; i < 50; i++) {
            Recorded record = new Recorded();
            model.chat("why?", record);
            assertThat(record.completed).isZero();
            assertThat(record.failed).isEqualTo(1);
            assertThat(record.partials).hasSizeLessThanOrEqualTo(8);
        }
    }

    @Test
    void aGarbledStreamCompletesWithOtherWords() {
        Recorded record = new Recorded();
        Faults.seeded(3).garbage(1).into(STREAMS).chat("why?", record);
        assertThat(record.partials).hasSize(20).doesNotContain("t0 ");
        assertThat(record.completed).isEqualTo(1);
    }

    @Test
    void aHangEndsWithAnInterruptAndAStreamSaysNothing() throws Exception {
        ChatModel model = Faults.seeded(3).hang(1).into(SAYS);
        List<Throwable> thrown = new ArrayList<>();
        Thread caller = Thread.ofPlatform().start(() -> {
            try {
                model.chat("why?");
            } catch (RuntimeException e) {
                thrown.add(e);
            }
        });
        caller.interrupt();
        caller.join();
        assertThat(thrown).hasSize(1);

        Recorded record = new Recorded();
        Faults.seeded(3).hang(1).into(STREAMS).chat("why?", record);
        assertThat(record.failed + record.completed + record.partials.size()).isZero();
    }

    @Test
    void aRetrieverLosesHitsOrTheirOrder() throws Exception {
        List<Hit> hits = IntStream.range(0, 20)
                .mapToObj(i -> new Hit(
                        "id" + i,
                        TextSegment.from("text " + i),
                        List.of(new Score("x", Score.Kind.OTHER, 1.0 - i / 100.0, i + 1))))
                .toList();
        Retriever retriever = new Retriever() {
            @Override
            public String name() {
                return "fixed";
            }

            @Override
            public List<Hit> retrieve(Question question, int limit, Deadline deadline) {
                return hits;
            }
        };
        Deadline deadline = Deadline.after(Duration.ofSeconds(5));
        Question question = Question.of("why?");
        assertThat(Faults.seeded(1).cut(1).into(retriever).retrieve(question, 20, deadline))
                .hasSize(10);
        assertThat(Faults.seeded(1).garbage(1).into(retriever).retrieve(question, 20, deadline))
                .hasSize(20)
                .isNotEqualTo(hits)
                .containsExactlyInAnyOrderElementsOf(hits);
        Retriever fails = Faults.seeded(1).error(1, IllegalStateException::new).into(retriever);
        assertThatThrownBy(() -> fails.retrieve(question, 20, deadline)).isInstanceOf(IllegalStateException.class);
        assertThat(fails.name()).isEqualTo("fixed");
    }

    @Test
    void badSettingsAreRefused() {
        assertThatThrownBy(() -> Faults.seeded(1).cut(1.1)).hasMessage("rate is 1.1, must be from 0 to 1");
        assertThatThrownBy(() -> Faults.seeded(1).cut(0.6).hang(0.5)).hasMessageContaining("more than 1");
        assertThatThrownBy(() -> Faults.seeded(1).delay(0.5, Duration.ofDays(1)))
                .hasMessageContaining("most is PT24H");
    }
}
