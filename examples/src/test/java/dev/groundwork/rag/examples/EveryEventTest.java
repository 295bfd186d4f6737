package dev.groundwork.rag.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.groundwork.rag.Answer;
import dev.groundwork.rag.AnswerHandler;
import dev.groundwork.rag.Deadline;
import dev.groundwork.rag.Hit;
import dev.groundwork.rag.Hop;
import dev.groundwork.rag.Question;
import dev.groundwork.rag.Rag;
import dev.groundwork.rag.RagEvent;
import dev.groundwork.rag.RagException;
import dev.groundwork.rag.RagSettings;
import dev.groundwork.rag.Retriever;
import dev.groundwork.rag.Score;
import dev.groundwork.rag.Trace;
import dev.groundwork.rag.llm.pool.ChatModelPool;
import dev.groundwork.rag.llm.pool.PoolEvent;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Questions at once, streamed and not, with hedges, failures and time-outs: what is told of each is its own, and once. */
@Timeout(60)
class EveryEventTest {

    private static final int QUESTIONS = 240;

    private static final String WARM_UP = "How long do you take?";

    /** Finds one segment that is named after the question; or fails, or hangs, as the question says. */
    private record Leg(String name) implements Retriever {

        @Override
        public List<Hit> retrieve(Question question, int limit, Deadline deadline) throws InterruptedException {
            if (question.text().contains("nowhere") || (question.text().contains("half") && name.equals("two"))) {
                throw new IllegalStateException("no leg");
            }
            if (question.text().contains("hanging") && name.equals("two")) {
                new CountDownLatch(1).await();
            }
            TextSegment segment = TextSegment.from("About " + question.text() + ".");
            return List.of(Hit.of(question.text(), segment, new Score(name, Score.Kind.OTHER, 0.5, 1)));
        }
    }

    /** Says what it was asked; one call of 37 is slow, so that it is hedged, and every fifth one fails. */
    private static final class Model implements ChatModel {

        private final AtomicInteger calls = new AtomicInteger();

        @Override
        public ChatResponse doChat(ChatRequest request) {
            ChatMessage last = request.messages().getLast();
            String asked = last instanceof UserMessage user ? user.singleText() : "";
            if (asked.equals(WARM_UP)) {
                return answer(asked);
            }
            int call = calls.incrementAndGet();
            if (call % 37 == 0) {
                try {
                    Thread.sleep(300);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("interrupted", e);
                }
            }
            if (call % 5 == 0) {
                throw new InternalServerException("busy");
            }
            return answer(asked);
        }

        private static ChatResponse answer(String asked) {
            return ChatResponse.builder()
                    .aiMessage(AiMessage.from(
                            "It is [1]. " + asked.lines().toList().getLast()))
                    .build();
        }
    }

    private static String text(int i) {
        return switch (i % 6) {
            case 1 -> "half " + i;
            case 2 -> "nowhere " + i;
            case 3 -> "hanging " + i;
            default -> "fine " + i;
        };
    }

    @Test
    void isTheQuestionsOwnAndComesOnce() throws Exception {
        Map<String, ConcurrentLinkedQueue<RagEvent>> events = new ConcurrentHashMap<>();
        Map<String, Trace> traces = new ConcurrentHashMap<>();
        AtomicInteger hedges = new AtomicInteger();
        try (ChatModelPool pool = ChatModelPool.builder()
                        .member("first", new Model(), null)
                        .member("second", new Model(), null)
                        .hedging(0.2)
                        .listener(event -> {
                            if (event instanceof PoolEvent.AttemptEnded attempt && attempt.hedge()) {
                                hedges.incrementAndGet();
                            }
                        })
                        .build();
                Rag rag = Rag.builder()
                        .retriever(new Leg("one"))
                        .retriever(new Leg("two"))
                        .llmPool(pool)
                        .settings(RagSettings.builder()
                                .timeout(Duration.ofSeconds(2))
                                .build())
                        .listener(event -> events.computeIfAbsent(id(event), id -> new ConcurrentLinkedQueue<>())
                                .add(event))
                        .build();
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 80; i++) {
                pool.chat(WARM_UP); // what is slow shows against what was usual
            }
            List<Future<?>> asked = new ArrayList<>();
            for (int i = 0; i < QUESTIONS; i++) {
                Question question = Question.of(text(i)).withRequestId("id of " + text(i));
                boolean streamed = i % 2 == 0;
                asked.add(callers.submit(() -> {
                    if (streamed) {
                        rag.askStreaming(question, keeping(question, traces)).await();
                    } else {
                        try {
                            traces.put(question.requestId(), rag.ask(question).trace());
                        } catch (RagException e) {
                            assertThat(question.text()).contains("nowhere");
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> future : asked) {
                future.get();
            }
        }

        assertThat(hedges).as("second attempts beside slow ones").hasPositiveValue();
        assertThat(events).hasSize(QUESTIONS);
        for (int i = 0; i < QUESTIONS; i++) {
            String id = "id of " + text(i);
            List<RagEvent> own = List.copyOf(events.getOrDefault(id, new ConcurrentLinkedQueue<>()));
            assertThat(own.getFirst()).isInstanceOf(RagEvent.QuestionStarted.class);
            assertThat(own)
                    .filteredOn(
                            event -> event instanceof RagEvent.AskCompleted || event instanceof RagEvent.QuestionFailed)
                    .hasSize(1);
            List<RagEvent.HopCompleted> hops = own.stream()
                    .filter(RagEvent.HopCompleted.class::isInstance)
                    .map(RagEvent.HopCompleted.class::cast)
                    .toList();
            assertThat(hops)
                    .extracting(RagEvent.HopCompleted::sequence)
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.rangeClosed(1, hops.size()).boxed().toList());
            String text = text(i);
            assertThat(hops)
                    .flatExtracting(hop -> hop.hop().candidates())
                    .extracting(Hop.Candidate::id)
                    .allMatch(text::equals);
            assertThat(hops).extracting(hop -> hop.hop().name()).contains("one", "two");
            Trace trace = traces.get(id);
            if (trace == null) {
                assertThat(text).contains("nowhere");
            } else {
                assertThat(trace.requestId()).isEqualTo(id);
                assertThat(hops)
                        .extracting(RagEvent.HopCompleted::hop)
                        .containsExactlyInAnyOrderElementsOf(trace.hops());
            }
        }
    }

    private static AnswerHandler keeping(Question question, Map<String, Trace> traces) {
        return new AnswerHandler() {
            @Override
            public void onPartial(String text) {
                // The whole answer counts.
            }

            @Override
            public void onComplete(Answer answer) {
                traces.put(question.requestId(), answer.trace());
            }

            @Override
            public void onError(Throwable error) {
                // Told by the events.
            }
        };
    }

    private static String id(RagEvent event) {
        return switch (event) {
            case RagEvent.QuestionStarted started -> started.question().requestId();
            case RagEvent.HopCompleted completed -> completed.requestId();
            case RagEvent.AskCompleted done -> done.question().requestId();
            case RagEvent.QuestionFailed failed -> failed.question().requestId();
            default -> "other";
        };
    }
}
