package dev.groundwork.rag.benchmarks.pool;

import dev.groundwork.rag.Deadline;
import dev.groundwork.rag.LlmAttempt;
import dev.groundwork.rag.LlmPool;
import dev.groundwork.rag.LlmReply;
import dev.groundwork.rag.llm.pool.ChatModelPool;
import dev.groundwork.rag.llm.pool.Limits;
import dev.groundwork.rag.llm.pool.PoolMember;
import dev.groundwork.rag.llm.pool.VirtualClock;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.model.TokenCountEstimator;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.ChatRequestOptions;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Ours, with the providers' limits told. */
final class PoolRouter implements Router {

    /** What an answer takes of a request's tokens. */
    private static final int ANSWER = 100;

    private final VirtualClock clock;
    private final Duration deadline;
    private final ChatModelPool pool;

    PoolRouter(VirtualClock clock, List<Provider> providers, Duration deadline, boolean tiers, long seed) {
        this.clock = clock;
        this.deadline = deadline;
        ChatModelPool.Builder builder = ChatModelPool.builder()
                .clock(clock)
                .executor(Runnable::run)
                .random(new SplittableRandom(seed))
                .tokenCounter(new ByLength())
                .maxConcurrentCalls(100_000)
                .maxWaiting(1_000)
                .closeTimeout(Duration.ZERO);
        int tier = 0;
        for (Provider provider : providers) {
            builder.member(PoolMember.of(provider.profile().name(), new ChatModel() {})
                    .streaming(new Model(provider))
                    .tier(tiers ? tier++ : 0)
                    .weight(Math.clamp(provider.profile().requestsPerMinute() / 100.0, 0.1, 1_000))
                    .limits(Limits.none()
                            .requestsPerMinute(provider.profile().requestsPerMinute())
                            .tokensPerMinute(provider.profile().tokensPerMinute()))
                    .build());
        }
        this.pool = builder.build();
    }

    @Override
    public String name() {
        return "the pool";
    }

    @Override
    public void send(int tokens, Done done) {
        ChatRequest request = ChatRequest.builder()
                .messages(UserMessage.from("x".repeat(tokens - ANSWER)))
                .maxOutputTokens(ANSWER)
                .build();
        LlmPool.LlmStream unused =
                pool.stream(request, Deadline.after(deadline, clock::nanoTime), new LlmPool.LlmStreamHandler() {
                    @Override
                    public void onPartial(String text) {
                        // Only the end counts.
                    }

                    @Override
                    public void onComplete(LlmReply reply) {
                        LlmAttempt served = reply.attempts().getLast();
                        done.ended(true, served.duration().toNanos());
                    }

                    @Override
                    public void onError(Throwable error) {
                        done.ended(false, 0);
                    }
                });
    }

    @Override
    public void close() {
        pool.close();
    }

    /** One character is one token here. */
    private static final class ByLength implements TokenCountEstimator {

        @Override
        public int estimateTokenCountInText(@Nullable String text) {
            return text == null ? 0 : text.length();
        }

        @Override
        public int estimateTokenCountInMessage(ChatMessage message) {
            return message instanceof UserMessage user ? user.singleText().length() : 0;
        }

        @Override
        public int estimateTokenCountInMessages(Iterable<ChatMessage> messages) {
            int tokens = 0;
            for (ChatMessage message : messages) {
                tokens += estimateTokenCountInMessage(message);
            }
            return tokens;
        }
    }

    private record Model(Provider of) implements StreamingChatModel {

        @Override
        public void chat(ChatRequest request, ChatRequestOptions options, StreamingChatResponseHandler handler) {
            int prompt =
                    ((UserMessage) request.messages().getFirst()).singleText().length();
            of.ask(prompt + ANSWER, outcome -> {
                if (outcome.status() == 200) {
                    handler.onPartialResponse("ok");
                    handler.onCompleteResponse(ChatResponse.builder()
                            .aiMessage(AiMessage.from("ok"))
                            .tokenUsage(new TokenUsage(prompt, ANSWER))
                            .finishReason(FinishReason.STOP)
                            .build());
                } else if (outcome.status() == 429) {
                    handler.onError(new RateLimitException(
                            new HttpException(429, "please try again in " + (int) outcome.retryAfterSeconds() + "s")));
                } else {
                    handler.onError(new RuntimeException(new HttpException(outcome.status(), "down")));
                }
            });
        }
    }
}
