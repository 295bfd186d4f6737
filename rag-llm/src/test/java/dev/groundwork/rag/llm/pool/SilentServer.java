package dev.groundwork.rag.llm.pool;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;

/** Accepts connections, reads whatever comes, never answers, and tells when a client has gone. */
final class SilentServer implements AutoCloseable {

    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

    /** Counted down when a request has begun to arrive. */
    final CountDownLatch asked = new CountDownLatch(1);

    /** Counted down when a client closed its connection. */
    final CountDownLatch gone = new CountDownLatch(1);

    SilentServer() throws IOException {
        Thread.ofVirtual().start(() -> {
            while (!socket.isClosed()) {
                try {
                    Socket client = socket.accept();
                    Thread.ofVirtual().start(() -> read(client));
                } catch (IOException e) {
                    return;
                }
            }
        });
    }

    private void read(Socket client) {
        try (client;
                InputStream in = client.getInputStream()) {
            byte[] buffer = new byte[1024];
            while (in.read(buffer) >= 0) {
                asked.countDown();
            }
        } catch (IOException e) {
            // A reset is a way to go, too.
        }
        gone.countDown();
    }

    String baseUrl() {
        return "http://127.0.0.1:" + socket.getLocalPort() + "/v1";
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
