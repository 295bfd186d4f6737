package dev.groundwork.rag.benchmarks.pool;

import dev.groundwork.rag.Deadline;
import dev.groundwork.rag.LlmReply;
import dev.groundwork.rag.llm.pool.ChatModelPool;
import dev.groundwork.rag.llm.pool.Limits;
import dev.groundwork.rag.llm.pool.PoolMember;
import dev.groundwork.rag.llm.pool.Price;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.TokenUsage;
import java.time.Duration;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Calls of a model that answers at once: directly, and through a pool with every policy on. Run by JMH. */
@State(Scope.Benchmark)
public class OverheadState {

    private static final ChatResponse RESPONSE = ChatResponse.builder()
            .aiMessage(AiMessage.from("ok"))
            .tokenUsage(new TokenUsage(5, 1))
            .build();
    private static final ChatRequest REQUEST = ChatRequest.builder()
            .messages(UserMessage.from("why is the sky blue?"))
            .build();

    private static final class AtOnce implements ChatModel {
        @Override
        public ChatResponse doChat(ChatRequest request) {
            return RESPONSE;
        }
    }

    private final ChatModel model = new AtOnce();
    private ChatModelPool lent = pool(true);
    private ChatModelPool own = pool(false);

    /** Made by JMH. */
    public OverheadState() {}

    private static ChatModelPool pool(boolean onCallersThread) {
        Limits limits = Limits.none()
                .requestsPerMinute(2_000_000_000)
                .tokensPerMinute(1L << 60)
                .adaptiveConcurrency(8, 200)
                .budget(1e9, Duration.ofDays(1));
        ChatModelPool.Builder builder = ChatModelPool.builder()
                .hedging(0.05)
                .listener(event -> {})
                .quotaGroup("both", Limits.none().concurrency(1_000));
        for (String name : new String[] {"a", "b"}) {
            builder.member(PoolMember.of(name, new AtOnce())
                    .tier(0)
                    .quotaGroup("both")
                    .price(new Price(1e-6, 1e-6))
                    .limits(limits)
                    .obeysInterruption(onCallersThread)
                    .build());
        }
        return builder.build();
    }

    /** Opens the pools. */
    @Setup
    public void open() {
        close();
        lent = pool(true);
        own = pool(false);
    }

    /** Closes the pools. */
    @TearDown
    public void close() {
        lent.close();
        own.close();
    }

    /** The model without a pool. */
    @Benchmark
    public ChatResponse direct() {
        return model.chat(REQUEST);
    }

    /** A member that is called on the caller's thread. */
    @Benchmark
    public LlmReply callersThread() {
        return lent.chat(REQUEST, Deadline.after(Duration.ofSeconds(30)));
    }

    /** A member that is called on a thread of the pool's. */
    @Benchmark
    public LlmReply poolsThread() {
        return own.chat(REQUEST, Deadline.after(Duration.ofSeconds(30)));
    }
}
