package dev.groundwork.rag.examples.cli;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A model behind an endpoint that speaks OpenAI's protocol, as {@code --llm MODEL@BASE_URL} names it.
 *
 * @param model the model's name, as the endpoint knows it; may hold {@code @}
 * @param baseUrl the endpoint, without user, password and query
 * @param userInfo user and password of the URL, sent as basic authentication; {@code null} where there are none
 */
record LlmTarget(String model, String baseUrl, @Nullable String userInfo) {

    /** Some servers refuse a request without a key, and take any. */
    private static final String NO_KEY = "none";

    private static final Pattern FORM = Pattern.compile("(.+?)@(https?://.*)", Pattern.CASE_INSENSITIVE);

    /**
     * Reads the form of the command line.
     *
     * @throws IllegalArgumentException if it has another form; the message repeats nothing that may be secret
     */
    static LlmTarget parse(String text) {
        Matcher matcher = FORM.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "must have the form MODEL@BASE_URL, for instance" + " llama3.2@http://localhost:11434/v1");
        }
        URI uri;
        try {
            uri = new URI(matcher.group(2));
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("the part behind the model is not a URL: " + e.getReason());
        }
        if (uri.getHost() == null || uri.getPort() > 65_535) {
            throw new IllegalArgumentException("the part behind the model is not a URL with a host and a legal port");
        }
        if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw new IllegalArgumentException("the URL must have no query and no fragment");
        }
        String path = uri.getRawPath().replaceAll("/+$", "");
        String base = uri.getScheme().toLowerCase(Locale.ROOT) + "://" + uri.getHost()
                + (uri.getPort() < 0 ? "" : ":" + uri.getPort()) + path;
        return new LlmTarget(matcher.group(1).strip(), base, uri.getUserInfo());
    }

    /** Returns what names it in traces and messages: model and endpoint, without user and password. */
    String name() {
        return model + "@" + baseUrl;
    }

    /** Returns the model for whole answers. */
    ChatModel chatModel(Map<String, String> environment, Duration timeout) {
        return OpenAiChatModel.builder()
                .baseUrl(baseUrl)
                .apiKey(apiKey(environment))
                .customHeaders(headers())
                .modelName(model)
                .timeout(timeout)
                // The pool decides who is asked again.
                .maxRetries(0)
                .logRequests(false)
                .logResponses(false)
                .build();
    }

    /** Returns the model for answers that are shown while they are written. */
    StreamingChatModel streamingModel(Map<String, String> environment, Duration timeout) {
        return OpenAiStreamingChatModel.builder()
                .baseUrl(baseUrl)
                .apiKey(apiKey(environment))
                .customHeaders(headers())
                .modelName(model)
                .timeout(timeout)
                .logRequests(false)
                .logResponses(false)
                .build();
    }

    private Map<String, String> headers() {
        if (userInfo == null) {
            return Map.of();
        }
        String encoded = Base64.getEncoder().encodeToString(userInfo.getBytes(StandardCharsets.UTF_8));
        return Map.of("Authorization", "Basic " + encoded);
    }

    private static String apiKey(Map<String, String> environment) {
        for (String name : new String[] {"RAG_LLM_API_KEY", "OPENAI_API_KEY"}) {
            String key = environment.get(name);
            if (key != null && !key.isBlank()) {
                return key.strip();
            }
        }
        return NO_KEY;
    }

    @Override
    public String toString() {
        return name();
    }
}
