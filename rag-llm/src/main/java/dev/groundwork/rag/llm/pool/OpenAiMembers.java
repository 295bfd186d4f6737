package dev.groundwork.rag.llm.pool;

import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes members of endpoints that speak OpenAI's protocol, as they should be under a pool: no retries of their own,
 * headers read, ended at any time, and a key that is asked for at each request.
 *
 * <pre>{@code
 * PoolMember west = OpenAiMembers.at("https://west.example.com/v1", "gpt-4o-mini")
 *         .apiKey(secrets::current)
 *         .member("west")
 *         .build();
 * }</pre>
 *
 * <p>Not thread-safe; what it makes is.
 */
public final class OpenAiMembers {

    /** Some servers refuse a request without a key, and take any. */
    private static final String NO_KEY = "none";

    private static final Duration HEALTH_TIMEOUT = Duration.ofSeconds(5);

    private final String baseUrl;
    private final String model;
    private final Map<String, String> headers = new LinkedHashMap<>();
    private @Nullable ApiKey apiKey;
    private boolean jsonSchema;
    private boolean healthCheck;
    private Duration timeout = Duration.ofMinutes(10);
    private Consumer<OpenAiChatModel.OpenAiChatModelBuilder> chat = unchanged -> {};
    private Consumer<OpenAiStreamingChatModel.OpenAiStreamingChatModelBuilder> streaming = unchanged -> {};

    private OpenAiMembers(String baseUrl, String model) {
        this.baseUrl = baseUrl;
        this.model = model;
    }

    /**
     * Starts one.
     *
     * @param baseUrl the endpoint, up to and without {@code /chat/completions}
     * @param model the model's name, as the endpoint knows it
     * @throws IllegalArgumentException if the URL is none of http or https with a host, or the name is blank
     */
    public static OpenAiMembers at(String baseUrl, String model) {
        Checks.notBlank("model", model);
        URI uri;
        try {
            uri = URI.create(baseUrl);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("baseUrl is not a URL", e);
        }
        String scheme = uri.getScheme();
        if (uri.getHost() == null || !("http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme))) {
            throw new IllegalArgumentException("baseUrl must be a URL of http or https with a host");
        }
        return new OpenAiMembers(baseUrl.replaceAll("/+$", ""), model);
    }

    /**
     * Sets where its key comes from: asked at each request, so a key that is rotated is used from then on; and every few
     * seconds while the provider refuses the last one. Must be thread-safe and quick, so let it keep what it fetched. No
     * key by default.
     */
    public OpenAiMembers apiKey(Supplier<String> supplier) {
        apiKey = new ApiKey(supplier);
        return this;
    }

    /** Sends this header with every request. */
    public OpenAiMembers header(String name, String value) {
        headers.put(Checks.notBlank("name", name), Objects.requireNonNull(value, "value"));
        return this;
    }

    /** Says that it answers by a JSON schema where one is asked for. Not by default. */
    public OpenAiMembers jsonSchema(boolean value) {
        jsonSchema = value;
        return this;
    }

    /** Asks for the list of its models before it is used again after a rest. Not by default: not all endpoints have one. */
    public OpenAiMembers healthCheck(boolean value) {
        healthCheck = value;
        return this;
    }

    /** Sets the longest exchange, beside the deadlines of calls; 10 min by default. */
    public OpenAiMembers timeout(Duration value) {
        timeout = Checks.duration("timeout", value, Duration.ofMillis(1), Duration.ofDays(1));
        return this;
    }

    /** Sets whatever else LangChain4j's model has, for whole answers. Retries, client and key are set after it. */
    public OpenAiMembers chatModel(Consumer<OpenAiChatModel.OpenAiChatModelBuilder> value) {
        chat = Objects.requireNonNull(value, "chatModel");
        return this;
    }

    /** Sets whatever else LangChain4j's model has, for streams. Client and key are set after it. */
    public OpenAiMembers streamingModel(Consumer<OpenAiStreamingChatModel.OpenAiStreamingChatModelBuilder> value) {
        streaming = Objects.requireNonNull(value, "streamingModel");
        return this;
    }

    /**
     * Returns the member's builder, for limits, price, tier and the like.
     *
     * @param name how it is called in replies, errors, events and states
     */
    public PoolMember.Builder member(String name) {
        ApiKey key = apiKey;
        Map<String, String> sent = Map.copyOf(headers);
        OpenAiChatModel.OpenAiChatModelBuilder whole = OpenAiChatModel.builder();
        OpenAiStreamingChatModel.OpenAiStreamingChatModelBuilder pieces = OpenAiStreamingChatModel.builder();
        chat.accept(whole);
        streaming.accept(pieces);
        if (jsonSchema) {
            whole.supportedCapabilities(Capability.RESPONSE_FORMAT_JSON_SCHEMA).strictJsonSchema(true);
            pieces.strictJsonSchema(true);
        }
        OpenAiChatModel chatModel = whole.baseUrl(baseUrl)
                .modelName(model)
                .apiKey(NO_KEY)
                .customHeaders(sent)
                .timeout(timeout)
                .maxRetries(0)
                .httpClientBuilder(PoolHttpClient.builder().apiKey(key))
                .build();
        OpenAiStreamingChatModel streamingModel = pieces.baseUrl(baseUrl)
                .modelName(model)
                .apiKey(NO_KEY)
                .customHeaders(sent)
                .timeout(timeout)
                .httpClientBuilder(PoolHttpClient.builder().apiKey(key))
                .build();
        PoolMember.Builder builder =
                PoolMember.of(name, chatModel).streaming(streamingModel).obeysInterruption(true);
        if (key != null) {
            builder.apiKey(key);
        }
        if (healthCheck) {
            builder.healthCheck(() -> listModels(key, sent));
        }
        return builder;
    }

    private void listModels(@Nullable ApiKey key, Map<String, String> sent) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(baseUrl + "/models"))
                .timeout(HEALTH_TIMEOUT)
                .GET();
        sent.forEach(request::header);
        if (key != null) {
            request.setHeader("Authorization", "Bearer " + key.forRequest());
        }
        try (HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(HEALTH_TIMEOUT)
                .build()) {
            int status = client.send(request.build(), BodyHandlers.discarding()).statusCode();
            if (status >= 300) {
                throw new IOException("status " + status);
            }
        }
    }
}
