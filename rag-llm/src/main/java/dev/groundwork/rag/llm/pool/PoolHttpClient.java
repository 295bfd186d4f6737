package dev.groundwork.rag.llm.pool;

import dev.langchain4j.exception.HttpException;
import dev.langchain4j.http.client.HttpClient;
import dev.langchain4j.http.client.HttpRequest;
import dev.langchain4j.http.client.SuccessfulHttpResponse;
import dev.langchain4j.http.client.sse.ServerSentEventListener;
import dev.langchain4j.http.client.sse.ServerSentEventParser;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP client for LangChain4j's models through which a pool sees and does what their exceptions and handles can't: it
 * reads {@code Retry-After} and {@code x-ratelimit-*} headers, ends an exchange at any time, also before a stream's first
 * token, and notices a model that retries by itself. Give {@link #builder()} to a model's {@code httpClientBuilder}; the
 * members of {@link OpenAiMembers} have it.
 *
 * <p>On Java's own client. A stream is read on the thread that asks for it, and on a thread of its own where that is not a
 * pool's. Plain {@code http} is spoken as HTTP/1.1, because some servers stumble over the offer of HTTP/2. Multipart
 * bodies are not supported. Thread-safe.
 */
public final class PoolHttpClient implements HttpClient {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final HttpResponse.BodyHandler<InputStream> STREAM = BodyHandlers.ofInputStream();

    private final java.net.http.HttpClient client;
    private final @Nullable Duration readTimeout;
    private final @Nullable ApiKey apiKey;

    PoolHttpClient(PoolHttpClientBuilder builder) {
        Duration connect = builder.connectTimeout();
        this.client = java.net.http.HttpClient.newBuilder()
                .connectTimeout(connect == null ? CONNECT_TIMEOUT : connect)
                .build();
        this.readTimeout = builder.readTimeout();
        this.apiKey = builder.apiKey();
    }

    /** Returns a builder, to be given to a model's builder. */
    public static PoolHttpClientBuilder builder() {
        return new PoolHttpClientBuilder();
    }

    @Override
    public SuccessfulHttpResponse execute(HttpRequest request) {
        Wire wire = Wire.current();
        try {
            HttpResponse<String> response = send(request, BodyHandlers.ofString(), wire);
            if (!isSuccess(response)) {
                throw new HttpException(response.statusCode(), response.body());
            }
            return SuccessfulHttpResponse.builder()
                    .statusCode(response.statusCode())
                    .headers(response.headers().map())
                    .body(response.body())
                    .build();
        } catch (IOException e) {
            throw asUnchecked(e);
        }
    }

    @Override
    public void execute(HttpRequest request, ServerSentEventParser parser, ServerSentEventListener listener) {
        Wire wire = Wire.current();
        if (wire != null) {
            stream(request, parser, listener, wire);
        } else {
            Thread unused =
                    Thread.ofVirtual().name("rag-llm-http").start(() -> stream(request, parser, listener, null));
        }
    }

    private void stream(
            HttpRequest request, ServerSentEventParser parser, ServerSentEventListener listener, @Nullable Wire wire) {
        try {
            HttpResponse<InputStream> response = send(request, wire == null ? STREAM : ended(wire), wire);
            try (InputStream body = response.body()) {
                if (!isSuccess(response)) {
                    String text = new String(body.readAllBytes(), StandardCharsets.UTF_8);
                    tell(() -> listener.onError(new HttpException(response.statusCode(), text)));
                    return;
                }
                tell(() -> listener.onOpen(SuccessfulHttpResponse.builder()
                        .statusCode(response.statusCode())
                        .headers(response.headers().map())
                        .build()));
                Ends ends = new Ends(listener);
                parser.parse(body, ends);
                if (!ends.failed) {
                    tell(listener::onClose);
                }
            }
        } catch (IOException e) {
            tell(() -> listener.onError(asUnchecked(e)));
        } catch (RuntimeException e) {
            tell(() -> listener.onError(e));
        }
    }

    /**
     * Lets the wire end the body from the moment that there is one. Later would be too late where the thread is interrupted
     * as the response begins: then it gets no response, and nobody but this would know of the body.
     */
    private static HttpResponse.BodyHandler<InputStream> ended(Wire wire) {
        return info -> {
            HttpResponse.BodySubscriber<InputStream> subscriber = STREAM.apply(info);
            InputStream body = subscriber.getBody().toCompletableFuture().join(); // There from the start.
            wire.body(() -> closeQuietly(body));
            return subscriber;
        };
    }

    /** Sees whether the parser has told of a failure, after which a stream has not ended well. */
    private static final class Ends implements ServerSentEventListener {

        private final ServerSentEventListener listener;
        private boolean failed;

        Ends(ServerSentEventListener listener) {
            this.listener = listener;
        }

        @Override
        public void onEvent(
                dev.langchain4j.http.client.sse.ServerSentEvent event,
                dev.langchain4j.http.client.sse.ServerSentEventContext context) {
            listener.onEvent(event, context);
        }

        @Override
        public void onError(Throwable error) {
            failed = true;
            listener.onError(error);
        }
    }

    private <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler, @Nullable Wire wire)
            throws IOException {
        java.net.http.HttpRequest sent = jdkRequest(request);
        if (wire != null) {
            wire.sending();
        }
        try {
            // Not sendAsync: what it returns is completed on the common pool, which may be full.
            HttpResponse<T> response = client.send(sent, handler);
            if (wire != null) {
                wire.answered(lowerCase(response.headers().map()));
            }
            return response;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // The exchange has been cancelled by it.
            throw new IOException("interrupted", e);
        }
    }

    private java.net.http.HttpRequest jdkRequest(HttpRequest request) {
        URI uri = URI.create(request.url());
        java.net.http.HttpRequest.Builder builder = java.net.http.HttpRequest.newBuilder(uri);
        if ("http".equalsIgnoreCase(uri.getScheme())) {
            builder.version(java.net.http.HttpClient.Version.HTTP_1_1);
        }
        ApiKey key = apiKey;
        request.headers().forEach((name, values) -> {
            if (values != null && !(key != null && name.equalsIgnoreCase("Authorization"))) {
                values.forEach(value -> builder.header(name, value));
            }
        });
        if (key != null) {
            builder.header("Authorization", "Bearer " + key.forRequest());
        }
        if (!request.formDataFields().isEmpty() || !request.formDataFiles().isEmpty()) {
            throw new UnsupportedOperationException("multipart bodies are not supported by this client");
        }
        String body = request.body();
        builder.method(request.method().name(), body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (readTimeout != null) {
            builder.timeout(readTimeout);
        }
        return builder.build();
    }

    private static RuntimeException asUnchecked(IOException e) {
        return e instanceof HttpTimeoutException
                ? new dev.langchain4j.exception.TimeoutException(e)
                : new RuntimeException(e);
    }

    private static Map<String, List<String>> lowerCase(Map<String, List<String>> headers) {
        Map<String, List<String>> lower = new TreeMap<>();
        headers.forEach((name, values) -> lower.put(name.toLowerCase(Locale.ROOT), values));
        return lower;
    }

    private static boolean isSuccess(HttpResponse<?> response) {
        return response.statusCode() >= 200 && response.statusCode() < 300;
    }

    private static void closeQuietly(InputStream body) {
        try {
            body.close();
        } catch (IOException e) {
            // It is given up in any case.
        }
    }

    /** A listener that throws must not end the exchange: the stream's own rules say what becomes of it. */
    private static void tell(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            // Told by the model where it matters.
        }
    }
}
