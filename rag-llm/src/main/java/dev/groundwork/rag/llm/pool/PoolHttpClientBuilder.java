package dev.groundwork.rag.llm.pool;

import dev.langchain4j.http.client.HttpClient;
import dev.langchain4j.http.client.HttpClientBuilder;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Makes {@link PoolHttpClient}s. Models set the time-outs themselves. Not thread-safe. */
public final class PoolHttpClientBuilder implements HttpClientBuilder {

    private @Nullable Duration connectTimeout;
    private @Nullable Duration readTimeout;
    private @Nullable ApiKey apiKey;

    PoolHttpClientBuilder() {}

    @Override
    public @Nullable Duration connectTimeout() {
        return connectTimeout;
    }

    @Override
    public HttpClientBuilder connectTimeout(@Nullable Duration timeout) {
        connectTimeout = timeout;
        return this;
    }

    @Override
    public @Nullable Duration readTimeout() {
        return readTimeout;
    }

    @Override
    public HttpClientBuilder readTimeout(@Nullable Duration timeout) {
        readTimeout = timeout;
        return this;
    }

    @Nullable
    ApiKey apiKey() {
        return apiKey;
    }

    PoolHttpClientBuilder apiKey(@Nullable ApiKey value) {
        apiKey = value;
        return this;
    }

    @Override
    public HttpClient build() {
        return new PoolHttpClient(this);
    }
}
