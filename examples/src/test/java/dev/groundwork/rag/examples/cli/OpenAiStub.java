package dev.groundwork.rag.examples.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A server on loopback that speaks as much of OpenAI's protocol as a chat needs. */
final class OpenAiStub implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<String> authorizations = new CopyOnWriteArrayList<>();
    private final List<String> paths = new CopyOnWriteArrayList<>();

    private OpenAiStub(Reply reply) {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            paths.add(exchange.getRequestURI().getPath());
            JsonNode request = JSON.readTree(exchange.getRequestBody());
            reply.send(exchange, request.path("stream").asBoolean());
        });
        server.start();
    }

    @FunctionalInterface
    private interface Reply {
        void send(HttpExchange exchange, boolean stream) throws IOException;
    }

    /** A server whose model says these pieces, one after the other. */
    static OpenAiStub saying(String... pieces) {
        return new OpenAiStub((exchange, stream) -> {
            if (stream) {
                exchange.getResponseHeaders().add("Content-Type", "text/event-stream");
                exchange.sendResponseHeaders(200, 0);
                try (OutputStream body = exchange.getResponseBody()) {
                    for (String piece : pieces) {
                        event(body, "{\"choices\":[{\"index\":0,\"delta\":{\"content\":" + quoted(piece) + "}}]}");
                    }
                    event(body, "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}");
                    event(body, "[DONE]");
                }
                return;
            }
            send(
                    exchange,
                    200,
                    "{\"id\":\"1\",\"model\":\"stub\",\"choices\":[{\"index\":0,\"finish_reason\":\"stop\","
                            + "\"message\":{\"role\":\"assistant\",\"content\":" + quoted(String.join("", pieces))
                            + "}}],"
                            + "\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":5,\"total_tokens\":12}}");
        });
    }

    /** A server that answers every request with this status. */
    static OpenAiStub failing(int status) {
        return new OpenAiStub(
                (exchange, stream) -> send(exchange, status, "{\"error\":{\"message\":\"no\",\"type\":\"stub\"}}"));
    }

    /** A server that breaks every connection. */
    static OpenAiStub resetting() {
        return new OpenAiStub((exchange, stream) -> exchange.close());
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** Returns each request's Authorization header. */
    List<String> authorizations() {
        return authorizations;
    }

    /** Returns each request's path. */
    List<String> paths() {
        return paths;
    }

    private static String quoted(String text) throws IOException {
        return JSON.writeValueAsString(text);
    }

    private static void event(OutputStream body, String data) throws IOException {
        body.write(("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
        body.flush();
    }

    private static void send(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        try (OutputStream body = exchange.getResponseBody()) {
            body.write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
