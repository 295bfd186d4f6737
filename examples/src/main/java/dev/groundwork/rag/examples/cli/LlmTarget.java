package dev.groundwork.rag.examples.cli;

import dev.groundwork.rag.llm.pool.OpenAiMembers;
import dev.groundwork.rag.llm.pool.PoolMember;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
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

    /**
     * Returns the model as a member of a pool.
     *
     * @param name how the pool calls it
     * @param key where its key comes from, asked at each request; an empty one for none
     * @param healthCheck whether its list of models is asked for before it is used again after a rest
     * @param jsonSchema whether it answers by a JSON schema
     */
    PoolMember.Builder member(
            String name, Supplier<String> key, Duration timeout, boolean healthCheck, boolean jsonSchema) {
        OpenAiMembers members = OpenAiMembers.at(baseUrl, model)
                .timeout(timeout)
                .healthCheck(healthCheck)
                .jsonSchema(jsonSchema);
        if (userInfo == null) {
            members.apiKey(() -> {
                String found = key.get();
                return found.isBlank() ? NO_KEY : found;
            });
        } else {
            String encoded = Base64.getEncoder().encodeToString(userInfo.getBytes(StandardCharsets.UTF_8));
            members.header("Authorization", "Basic " + encoded);
        }
        return members.member(name);
    }

    /**
     * Returns the key from the environment; empty where there is none.
     *
     * @param variable the variable that holds it; {@code null} for the usual ones
     */
    static String key(Map<String, String> environment, @Nullable String variable) {
        String[] names =
                variable == null ? new String[] {"RAG_LLM_API_KEY", "OPENAI_API_KEY"} : new String[] {variable};
        for (String name : names) {
            String key = environment.get(name);
            if (key != null && !key.isBlank()) {
                return key.strip();
            }
        }
        return "";
    }

    @Override
    public String toString() {
        return name();
    }
}
