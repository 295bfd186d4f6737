package dev.groundwork.rag.examples.offline;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** Attempts that the recorder has to see. */
enum DeliberateConnection {
    SOCKET {
        @Override
        void connect() throws IOException {
            new Socket("192.0.2.1", 80).close();
        }
    },
    SERVER_SOCKET {
        @Override
        void connect() throws IOException {
            new ServerSocket(0).close();
        }
    },
    DATAGRAM_SOCKET {
        @Override
        void connect() throws IOException {
            new DatagramSocket().close();
        }
    },
    CHANNEL {
        @Override
        void connect() throws IOException {
            SocketChannel.open(new InetSocketAddress("192.0.2.1", 80)).close();
        }
    },
    SERVER_CHANNEL {
        @Override
        void connect() throws IOException {
            ServerSocketChannel.open().close();
        }
    },
    DATAGRAM_CHANNEL {
        @Override
        void connect() throws IOException {
            DatagramChannel.open().close();
        }
    },
    NAME {
        @Override
        void connect() throws IOException {
            InetAddress.getAllByName("telemetry.example.com");
        }
    },
    URL {
        @Override
        void connect() throws IOException {
            URI.create("http://192.0.2.1/").toURL().openStream().close();
        }
    },
    /** As native code would: Java knows nothing of it. */
    OUTSIDE_OF_JAVA {
        @Override
        void connect() throws IOException {
            Process process = new ProcessBuilder("bash", "-c", "exec 3<>/dev/tcp/192.0.2.1/80").start();
            try {
                process.waitFor();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    },
    /** The test has opened one before this process began. */
    INHERITED {
        @Override
        void connect() {
            ConnectionRecorder.awaitOpenSocket();
        }
    };

    abstract void connect() throws IOException;

    /** Tries, and is refused. */
    void open() {
        try {
            connect();
        } catch (IOException | UncheckedIOException refused) {
            // What counts is what the recorder has noted.
        }
    }
}
