package dev.groundwork.rag.llm;

import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import java.net.SocketTimeoutException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * What a member's failure means for the call and for the member.
 *
 * @param kind what is to be done about it
 * @param errorType the failure's simple class name with the HTTP status, without the provider's words
 * @param retryAfter how long the member asked to be left alone; {@code null} where it did not say
 * @param trace the failure without any message, for whoever has to find its place; {@code null} where nothing was thrown
 */
record MemberFault(
        Kind kind,
        String errorType,
        @Nullable Duration retryAfter,
        @Nullable SanitisedFailure trace) {

    /** What a failure is about. */
    enum Kind {
        /** Too many calls or too much text: the member rests, others serve. */
        RATE_LIMITED,
        /** The member's key, quota or model is refused: it rests long, others serve. */
        DENIED,
        /** The member did not answer in time. */
        TIMED_OUT,
        /** Anything else that another member may not have. */
        FAILED,
        /** The member can't do what this request needs; it is well otherwise. */
        UNSUITED,
        /** The request itself is at fault: no other member is tried. */
        REJECTED
    }

    static final MemberFault EMPTY_ANSWER = new MemberFault(Kind.FAILED, "EmptyAnswer", null, null);
    static final MemberFault CUT_STREAM = new MemberFault(Kind.FAILED, "CutStream", null, null);
    static final MemberFault TIME_LIMIT = new MemberFault(Kind.TIMED_OUT, "TimeLimit", null, null);

    private static final int CHAIN_LIMIT = 20;

    /** Tells what a failure means. Unknown ones count as the member's. */
    static MemberFault of(Throwable thrown) {
        List<Throwable> chain = chain(thrown);
        int status = chain.stream()
                .filter(HttpException.class::isInstance)
                .mapToInt(e -> ((HttpException) e).statusCode())
                .findFirst()
                .orElse(0);
        String name = chain.getFirst().getClass().getSimpleName();
        if (name.isEmpty()) {
            name = "Exception";
        }
        Kind kind = kind(chain, status);
        Duration retryAfter = kind == Kind.RATE_LIMITED
                ? chain.stream()
                        .map(e -> RetryHint.in(e.getMessage()))
                        .flatMap(Optional::stream)
                        .findFirst()
                        .orElse(null)
                : null;
        String errorType = status == 0 ? name : name + " (" + status + ")";
        return new MemberFault(kind, errorType, retryAfter, SanitisedFailure.of(chain, errorType));
    }

    private static Kind kind(List<Throwable> chain, int status) {
        if (status == 429 || has(chain, RateLimitException.class)) {
            return chain.stream().anyMatch(MemberFault::saysQuotaIsUsedUp) ? Kind.DENIED : Kind.RATE_LIMITED;
        }
        if (status == 401
                || status == 402
                || status == 403
                || status == 404
                || has(chain, AuthenticationException.class)
                || has(chain, ModelNotFoundException.class)) {
            return Kind.DENIED;
        }
        if (status == 408
                || has(chain, TimeoutException.class)
                || has(chain, HttpTimeoutException.class)
                || has(chain, SocketTimeoutException.class)
                || has(chain, java.util.concurrent.TimeoutException.class)) {
            return Kind.TIMED_OUT;
        }
        if (status == 400 || status == 413 || status == 422 || has(chain, InvalidRequestException.class)) {
            return Kind.REJECTED;
        }
        return has(chain, UnsupportedFeatureException.class) ? Kind.UNSUITED : Kind.FAILED;
    }

    /** OpenAI answers 429 also where the account has no money left, which no waiting mends. */
    private static boolean saysQuotaIsUsedUp(Throwable e) {
        String message = e.getMessage();
        return message != null && message.toLowerCase(Locale.ROOT).contains("insufficient_quota");
    }

    private static boolean has(List<Throwable> chain, Class<? extends Throwable> type) {
        return chain.stream().anyMatch(type::isInstance);
    }

    private static List<Throwable> chain(Throwable thrown) {
        List<Throwable> chain = new ArrayList<>();
        for (Throwable e = thrown; e != null && chain.size() < CHAIN_LIMIT; e = e.getCause()) {
            boolean wrapper = e instanceof ExecutionException
                    || e instanceof CompletionException
                    || (e.getClass() == RuntimeException.class && e.getCause() != null);
            if (!wrapper || e.getCause() == null) {
                chain.add(e);
            }
        }
        return chain;
    }
}
