package dev.groundwork.rag.llm.pool;

import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.ContentFilteredException;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.exception.UnresolvedModelServerException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
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
        /** Too many calls or too much text: the member and its quota group rest, others serve. */
        RATE_LIMITED,
        /** The money is used up, which no short wait mends: the quota group rests long, others serve. */
        USED_UP,
        /** The member's key or model is refused: it rests long, others serve. */
        DENIED,
        /** The member did not answer in time. */
        TIMED_OUT,
        /** A hiccup that the same member may not have again: it is tried once more. */
        HICCUP,
        /** The member can't be reached at all. */
        UNREACHABLE,
        /** Anything else that another member may not have. */
        FAILED,
        /** The member can't do what this request needs; it is well otherwise. */
        UNSUITED,
        /** The prompt is too long for this member. */
        TOO_LONG,
        /** The provider's filter refused the content. */
        FILTERED,
        /** The request itself is at fault: no other member is tried. */
        REJECTED;

        /** Returns whether the provider can't have counted tokens for it, unless some of the answer came. */
        boolean costsNothing() {
            return this != TIMED_OUT && this != FILTERED;
        }
    }

    static final MemberFault EMPTY_ANSWER = new MemberFault(Kind.FAILED, "EmptyAnswer", null, null);
    static final MemberFault CUT_STREAM = new MemberFault(Kind.FAILED, "CutStream", null, null);
    static final MemberFault TIME_LIMIT = new MemberFault(Kind.TIMED_OUT, "TimeLimit", null, null);
    static final MemberFault STALLED = new MemberFault(Kind.TIMED_OUT, "StalledStream", null, null);
    static final MemberFault FILTERED_ANSWER = new MemberFault(Kind.FILTERED, "ContentFilter", null, null);

    private static final int CHAIN_LIMIT = 20;
    private static final int CHARS_READ = 8_000;

    private static final Pattern TOO_LONG = Pattern.compile(
            "context_length_exceeded|string_above_max_length|maximum context length|context window|prompt is too"
                    + " long|input is too long|too many (?:input )?tokens|exceeds? the (?:model'?s )?(?:maximum|limit)"
                    + " (?:context|number of tokens)");
    private static final Pattern FILTER =
            Pattern.compile("content_filter|content_policy_violation|content management policy|responsible_ai_policy");
    private static final Pattern NO_MONEY =
            Pattern.compile("insufficient_quota|billing_hard_limit|credit balance is too low|billing_not_active");
    private static final Pattern NEVER_FITS = Pattern.compile("request too large|request is too large");

    /** Tells what a failure means. Unknown ones count as the member's. */
    static MemberFault of(Throwable thrown) {
        return of(thrown, Map.of(), Instant.EPOCH);
    }

    /**
     * Tells what a failure means. Unknown ones count as the member's.
     *
     * @param headers of the response, with names in lower case; empty where not known
     * @param now the time of day
     */
    static MemberFault of(Throwable thrown, Map<String, List<String>> headers, Instant now) {
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
        String errorType = status == 0 ? name : name + " (" + status + ")";
        return new MemberFault(
                kind, errorType, retryAfter(kind, chain, headers, now), SanitisedFailure.of(chain, errorType));
    }

    private static @Nullable Duration retryAfter(
            Kind kind, List<Throwable> chain, Map<String, List<String>> headers, Instant now) {
        boolean may = kind == Kind.RATE_LIMITED || kind == Kind.FAILED || kind == Kind.HICCUP || kind == Kind.USED_UP;
        if (!may) {
            return null;
        }
        Duration told = headers.isEmpty() ? null : RetryAfter.of(headers, now);
        if (told != null || kind != Kind.RATE_LIMITED) {
            return told;
        }
        return chain.stream()
                .map(e -> RetryHint.in(e.getMessage()))
                .flatMap(Optional::stream)
                .findFirst()
                .orElse(null);
    }

    private static Kind kind(List<Throwable> chain, int status) {
        if (status == 429 || has(chain, RateLimitException.class)) {
            return says(chain, NO_MONEY) ? Kind.USED_UP : says(chain, NEVER_FITS) ? Kind.UNSUITED : Kind.RATE_LIMITED;
        }
        if (status == 402) {
            return Kind.USED_UP;
        }
        if (status == 401
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
        if ((status >= 400 && status < 500) || has(chain, InvalidRequestException.class)) {
            return rejected(chain, status);
        }
        if (has(chain, ConnectException.class)
                || has(chain, UnknownHostException.class)
                || has(chain, UnresolvedAddressException.class)
                || has(chain, UnresolvedModelServerException.class)
                || has(chain, SSLException.class)) {
            return Kind.UNREACHABLE;
        }
        if (has(chain, UnsupportedFeatureException.class)) {
            return Kind.UNSUITED;
        }
        return status == 500 ? Kind.HICCUP : Kind.FAILED;
    }

    private static Kind rejected(List<Throwable> chain, int status) {
        if (has(chain, ContentFilteredException.class) || says(chain, FILTER)) {
            return Kind.FILTERED;
        }
        if (status == 413 || says(chain, TOO_LONG)) {
            return Kind.TOO_LONG;
        }
        if (says(chain, NO_MONEY)) {
            return Kind.USED_UP;
        }
        return status == 409 || status == 425 ? Kind.HICCUP : Kind.REJECTED;
    }

    private static boolean says(List<Throwable> chain, Pattern pattern) {
        return chain.stream()
                .map(Throwable::getMessage)
                .filter(message -> message != null)
                .map(message -> message.substring(0, Math.min(message.length(), CHARS_READ)))
                .anyMatch(message ->
                        pattern.matcher(message.toLowerCase(Locale.ROOT)).find());
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
