package dev.groundwork.rag.examples.offline;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Notes every attempt of this process to open a connection, and refuses those of Java: of the classes of java.net and of channels,
 * and of names that are looked up. What native code opens is seen where the system has {@code /proc}: among the open files, if it
 * stays open for two looks at them, and by the counters of a network namespace, which must be the process's own.
 */
final class ConnectionRecorder {

    private static final Queue<String> ATTEMPTS = new ConcurrentLinkedQueue<>();
    private static final Path OPEN_FILES = Path.of("/proc/self/fd");

    private ConnectionRecorder() {}

    /**
     * Begins to record. Channels and names are recorded where the process was started with {@link RecordingSelectorProvider} and
     * {@link RecordingResolver}.
     */
    @SuppressWarnings("deprecation") // There is no other way to see what java.net opens.
    static void install() throws IOException {
        Socket.setSocketImplFactory(RefusingSocket::new);
        ServerSocket.setSocketFactory(RefusingSocket::new);
        DatagramSocket.setDatagramSocketImplFactory(() -> {
            throw new UncheckedIOException(refuse("java.net datagram socket"));
        });
        if (Files.isDirectory(OPEN_FILES)) {
            Thread.ofPlatform().name("open-files").daemon().start(ConnectionRecorder::watchOpenFiles);
        }
    }

    /** Notes an attempt with the code that makes it. */
    static IOException refuse(String what) {
        StringBuilder attempt = new StringBuilder(what);
        StackTraceElement[] stack = new Throwable().getStackTrace();
        for (int i = 1; i < Math.min(stack.length, 20); i++) {
            attempt.append(" < ").append(stack[i]);
        }
        ATTEMPTS.add(attempt.toString());
        return new IOException("refused: " + what);
    }

    /** Returns what was recorded so far, and in a namespace of its own what the system counted. */
    static List<String> attempts(boolean ownNetwork) throws IOException {
        List<String> all = new ArrayList<>(ATTEMPTS);
        if (ownNetwork) {
            all.addAll(counted());
        }
        return all;
    }

    /** Waits, 30 seconds at most, until an open socket was seen among the open files. */
    static void awaitOpenSocket() {
        long end = System.nanoTime() + 30_000_000_000L;
        while (ATTEMPTS.stream().noneMatch(attempt -> attempt.startsWith("open ")) && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    private static void watchOpenFiles() {
        Set<String> before = new HashSet<>();
        while (true) {
            Set<String> now = openSockets();
            for (String socket : now) {
                if (before.contains(socket) && ATTEMPTS.stream().noneMatch(socket::equals)) {
                    ATTEMPTS.add(socket);
                }
            }
            before = now;
        }
    }

    private static Set<String> openSockets() {
        Set<String> sockets = new HashSet<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(OPEN_FILES)) {
            for (Path file : files) {
                try {
                    String target = Files.readSymbolicLink(file).toString();
                    if (target.startsWith("socket:")) {
                        sockets.add("open " + target);
                    }
                } catch (IOException closed) {
                    // It was closed between the two calls.
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return sockets;
    }

    /** Returns what the system counted of connections and datagrams: in an empty network each attempt finds no route. */
    private static List<String> counted() throws IOException {
        List<String> all = new ArrayList<>();
        List<String> lines = Files.readAllLines(Path.of("/proc/self/net/snmp"));
        for (int i = 0; i + 1 < lines.size(); i += 2) {
            String[] names = lines.get(i).split(" ", -1);
            String[] values = lines.get(i + 1).split(" ", -1);
            for (int j = 1; j < names.length; j++) {
                count(names[0] + names[j], values[j], all);
            }
        }
        for (String line : Files.readAllLines(Path.of("/proc/self/net/snmp6"))) {
            String[] parts = line.split("\\s+", -1);
            count(parts[0], parts[1], all);
        }
        return all;
    }

    private static void count(String counter, String value, List<String> all) {
        boolean tells = counter.endsWith("OutNoRoutes")
                || counter.endsWith("ActiveOpens")
                || counter.equals("Udp:OutDatagrams")
                || counter.equals("Udp6OutDatagrams");
        if (tells && !value.equals("0")) {
            all.add("counted " + counter + " " + value);
        }
    }
}
