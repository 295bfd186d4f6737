package dev.groundwork.rag.llm.pool;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.ChatRequestOptions;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/** A model in virtual time that does what a script says: each call takes the next act; the last one stays. */
final class ScriptedModel implements StreamingChatModel {

    /** What one call does. */
    @FunctionalInterface
    interface Act {
        void play(ScriptedModel model, ChatRequest request, StreamingChatResponseHandler handler);
    }

    private final VirtualClock clock;
    private final Deque<Act> script = new ArrayDeque<>();

    /** When it was called, in nanoseconds of the clock. */
    final List<Long> calls = new ArrayList<>();

    final List<ChatRequest> requests = new ArrayList<>();
    int underWay;
    int mostUnderWay;

    ScriptedModel(VirtualClock clock, Act... acts) {
        this.clock = clock;
        script.addAll(List.of(acts));
    }

    /** Replaces what is to come. */
    void then(Act... acts) {
        script.clear();
        script.addAll(List.of(acts));
    }

    /** Whole answers are not asked for in virtual time. */
    ChatModel whole() {
        return new ChatModel() {};
    }

    @Override
    public void chat(ChatRequest request, ChatRequestOptions options, StreamingChatResponseHandler handler) {
        calls.add(clock.nanoTime());
        requests.add(request);
        underWay++;
        mostUnderWay = Math.max(mostUnderWay, underWay);
        Act act = script.size() > 1 ? script.poll() : script.peek();
        java.util.Objects.requireNonNull(act).play(this, request, handler);
    }

    private void after(Duration time, Runnable run) {
        PoolClock.Timer unused = clock.schedule(time.toNanos(), run);
    }

    /** Says a text after a while, in one piece. */
    static Act says(String text, Duration after) {
        return (model, request, handler) -> model.after(after, () -> {
            model.underWay--;
            handler.onPartialResponse(text);
            handler.onCompleteResponse(response(text, 10, 5));
        });
    }

    /** Fails after a while. */
    static Act fails(Throwable error, Duration after) {
        return fails(error, after, Map.of());
    }

    /** Fails after a while, with these headers. */
    static Act fails(Throwable error, Duration after, Map<String, String> headers) {
        return (model, request, handler) -> {
            Wire wire = Wire.current();
            model.after(after, () -> {
                model.underWay--;
                if (wire != null) {
                    wire.answered(listed(headers));
                }
                handler.onError(error);
            });
        };
    }

    static Map<String, List<String>> listed(Map<String, String> headers) {
        Map<String, List<String>> listed = new java.util.HashMap<>();
        headers.forEach((name, value) -> listed.put(name, List.of(value)));
        return listed;
    }

    /** Says nothing, ever. */
    static Act hangs() {
        return (model, request, handler) -> {};
    }

    /** Says so many tokens, one each interval, and then does what {@code end} does. */
    static Act streams(int tokens, Duration interval, Act end) {
        return (model, request, handler) -> model.token(0, tokens, interval, request, handler, end);
    }

    private void token(
            int at, int tokens, Duration interval, ChatRequest request, StreamingChatResponseHandler handler, Act end) {
        if (at == tokens) {
            end.play(this, request, handler);
            return;
        }
        after(interval, () -> {
            handler.onPartialResponse("t" + at + " ");
            token(at + 1, tokens, interval, request, handler, end);
        });
    }

    static ChatResponse response(String text, int in, int out) {
        return ChatResponse.builder()
                .aiMessage(AiMessage.from(text))
                .tokenUsage(new TokenUsage(in, out))
                .finishReason(FinishReason.STOP)
                .build();
    }

    static RuntimeException status(int status, String body) {
        return status == 429
                ? new RateLimitException(new HttpException(429, body))
                : new RuntimeException(new HttpException(status, body));
    }
}
