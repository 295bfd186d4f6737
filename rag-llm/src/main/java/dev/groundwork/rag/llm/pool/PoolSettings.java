package dev.groundwork.rag.llm.pool;

import dev.groundwork.rag.llm.O200kTokenCounter;
import dev.langchain4j.model.TokenCountEstimator;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a pool behaves; filled by its builder, and read only from then on. */
final class PoolSettings {

    MemberChoice choice = MemberChoice.leastInFlight();

    @Nullable
    Duration attemptTimeout;

    @Nullable
    Duration firstTokenTimeout;

    Duration streamIdleTimeout = ChatModelPool.DEFAULT_STREAM_IDLE_TIMEOUT;
    Duration defaultTimeout = ChatModelPool.DEFAULT_TIMEOUT;
    Duration closeTimeout = ChatModelPool.DEFAULT_CLOSE_TIMEOUT;
    int maxConcurrentCalls = ChatModelPool.DEFAULT_MAX_CONCURRENT_CALLS;
    int maxWaiting = ChatModelPool.DEFAULT_MAX_WAITING;
    int maxAttempts = ChatModelPool.DEFAULT_MAX_ATTEMPTS;
    double hedgeShare;
    boolean filteredElsewhere;
    StreamRecovery recovery = StreamRecovery.RESTART;
    TokenCountEstimator tokenCounter = O200kTokenCounter.shared();
    ChatRequestParameters parameters = DefaultChatRequestParameters.EMPTY;
    List<PoolListener> listeners = new ArrayList<>();

    PoolSettings copy() {
        PoolSettings copy = new PoolSettings();
        copy.choice = choice;
        copy.attemptTimeout = attemptTimeout;
        copy.firstTokenTimeout = firstTokenTimeout;
        copy.streamIdleTimeout = streamIdleTimeout;
        copy.defaultTimeout = defaultTimeout;
        copy.closeTimeout = closeTimeout;
        copy.maxConcurrentCalls = maxConcurrentCalls;
        copy.maxWaiting = maxWaiting;
        copy.maxAttempts = maxAttempts;
        copy.hedgeShare = hedgeShare;
        copy.filteredElsewhere = filteredElsewhere;
        copy.recovery = recovery;
        copy.tokenCounter = tokenCounter;
        copy.parameters = parameters;
        copy.listeners = List.copyOf(listeners);
        return copy;
    }
}
