package dev.groundwork.rag.llm.pool;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Speaks as much of the OpenAI protocol on the loopback interface as chat models need, in JSON and in server-sent
 * events, and misbehaves as told: each call takes the next reply of the script; the last one stays.
 */
final class OpenAiTestServer implements AutoCloseable {

    /** How a call is answered. */
    @FunctionalInterface
    interface Reply {
        void answer(OpenAiTestServer server, HttpExchange exchange, boolean stream) throws Exception;
    }

    private final HttpServer server;
    private final ExecutorService executor = Executors.newCachedThreadPool();
    private final Deque<Reply> script = new ConcurrentLinkedDeque<>();
    private final AtomicInteger calls = new AtomicInteger();
    private final List<String> keys = new CopyOnWriteArrayList<>();
    private final List<String> bodies = new CopyOnWriteArrayList<>();
    private final CountDownLatch closing = new CountDownLatch(1);

    /** Counted down when a call has arrived that is not answered. */
    final CountDownLatch hanging = new CountDownLatch(1);

    /** Counted down when a client of a stream went away. */
    final CountDownLatch disconnected = new CountDownLatch(1);

    OpenAiTestServer(Reply... replies) throws IOException {
        script.addAll(List.of(replies));
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(executor);
        server.createContext("/v1/chat/completions", this::handle);
        server.start();
    }

    String baseUrl() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
    }

    int calls() {
        return calls.get();
    }

    /** Returns each request's Authorization header. */
    List<String> keys() {
        return keys;
    }

    /** Returns each request's body. */
    List<String> bodies() {
        return bodies;
    }

    /** Replaces what is to come. */
    void then(Reply... replies) {
        script.clear();
        script.addAll(List.of(replies));
    }

    private void handle(HttpExchange exchange) {
        calls.incrementAndGet();
        try (exchange) {
            keys.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            byte[] bytes = exchange.getRequestBody().readAllBytes();
            String body = new String(bytes, StandardCharsets.UTF_8);
            bodies.add(body);
            exchange.setStreams(new ByteArrayInputStream(bytes), null); // For replies that read it.
            boolean stream = body.replace(" ", "").contains("\"stream\":true");
            Reply reply = script.size() > 1 ? script.poll() : script.peek();
            reply.answer(this, exchange, stream);
        } catch (Exception e) {
            // The client went away or the server is closing: what the test is about.
        }
    }

    /** Answers with this text, in a stream word by word. */
    static Reply says(String text) {
        return (server, exchange, stream) -> {
            if (stream) {
                OutputStream out = startStream(exchange);
                for (String token : text.split("(?<= )", -1)) {
                    sendToken(out, token);
                }
                send(out, "{\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}");
                send(out, "[DONE]");
                out.close();
            } else {
                respond(
                        exchange,
                        200,
                        "{\"id\":\"1\",\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
                                + "\"content\":\"" + text + "\"},\"finish_reason\":\"stop\"}],"
                                + "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2,\"total_tokens\":5}}");
            }
        };
    }

    /** Refuses with this status and message. */
    static Reply fails(int status, String message) {
        return (server, exchange, stream) -> {
            if (status == 429) {
                exchange.getResponseHeaders().add("Retry-After", "2");
            }
            respond(exchange, status, "{\"error\":{\"message\":\"" + message + "\",\"type\":\"test\"}}");
        };
    }

    /** Refuses with this status, message and header. */
    static Reply fails(int status, String message, String header, String value) {
        return (server, exchange, stream) -> {
            exchange.getResponseHeaders().add(header, value);
            respond(exchange, status, "{\"error\":{\"message\":\"" + message + "\",\"type\":\"test\"}}");
        };
    }

    /** Closes the connection without a word. */
    static Reply resets() {
        return (server, exchange, stream) -> {
            throw new IOException("reset");
        };
    }

    /** Says something that is no JSON. */
    static Reply garbles() {
        return (server, exchange, stream) -> {
            if (stream) {
                OutputStream out = startStream(exchange);
                send(out, "{\"choices\": [{{{ no json");
                out.close();
            } else {
                respond(exchange, 200, "<html>oops</html>");
            }
        };
    }

    /** Says nothing until the server is closed. */
    static Reply hangs() {
        return (server, exchange, stream) -> {
            server.hanging.countDown();
            server.closing.await(30, TimeUnit.SECONDS);
        };
    }

    /** Streams some tokens, then closes the connection; politely or in the middle of a chunk. */
    static Reply cutsAfter(int tokens, boolean politely) {
        return (server, exchange, stream) -> {
            OutputStream out = startStream(exchange);
            for (int i = 0; i < tokens; i++) {
                sendToken(out, "t" + i + " ");
            }
            if (politely) {
                out.close();
            } else {
                throw new IOException("cut");
            }
        };
    }

    /** Streams some tokens, then says nothing more, and counts {@link #disconnected} down when the client is gone. */
    static Reply stallsAfter(int tokens) {
        return (server, exchange, stream) -> {
            OutputStream out = startStream(exchange);
            for (int i = 0; i < tokens; i++) {
                sendToken(out, "t" + i + " ");
            }
            server.hanging.countDown();
            try {
                // Comments keep the connection busy, which is how the server notices that its client is gone.
                while (!server.closing.await(20, TimeUnit.MILLISECONDS)) {
                    out.write(": still there\n\n".getBytes(StandardCharsets.UTF_8));
                    out.flush();
                }
            } catch (IOException e) {
                server.disconnected.countDown();
            }
        };
    }

    /** Returns the address of a port that nobody listens on. */
    static String deadUrl() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return "http://127.0.0.1:" + socket.getLocalPort() + "/v1";
        }
    }

    static OutputStream startStream(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().add("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        return exchange.getResponseBody();
    }

    static void sendToken(OutputStream out, String token) throws IOException {
        send(out, "{\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + token + "\"}}]}");
    }

    static void send(OutputStream out, String data) throws IOException {
        out.write(("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    static void respond(HttpExchange exchange, int status, String json) throws IOException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
        executor.shutdownNow();
    }
}
