package dev.groundwork.rag.examples.offline;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.net.SocketImpl;

/**
 * Refuses as soon as the system would have to open a socket. An object that is never bound nor connected opens none; the JDK's own
 * HTTP client makes such a one, to see the defaults of TLS.
 */
final class RefusingSocket extends SocketImpl {

    @Override
    protected void create(boolean stream) throws IOException {
        throw ConnectionRecorder.refuse("java.net socket");
    }

    @Override
    protected void connect(String host, int port) throws IOException {
        throw ConnectionRecorder.refuse("java.net socket");
    }

    @Override
    protected void connect(InetAddress address, int port) throws IOException {
        throw ConnectionRecorder.refuse("java.net socket");
    }

    @Override
    protected void connect(SocketAddress address, int timeout) throws IOException {
        throw ConnectionRecorder.refuse("java.net socket");
    }

    @Override
    protected void bind(InetAddress host, int port) throws IOException {
        throw ConnectionRecorder.refuse("java.net socket");
    }

    @Override
    protected void listen(int backlog) throws IOException {
        throw ConnectionRecorder.refuse("java.net socket");
    }

    @Override
    protected void accept(SocketImpl socket) throws IOException {
        throw ConnectionRecorder.refuse("java.net socket");
    }

    @Override
    protected InputStream getInputStream() throws IOException {
        throw new IOException("not connected");
    }

    @Override
    protected OutputStream getOutputStream() throws IOException {
        throw new IOException("not connected");
    }

    @Override
    protected int available() {
        return 0;
    }

    @Override
    protected void close() {}

    @Override
    protected void sendUrgentData(int data) throws IOException {
        throw new IOException("not connected");
    }

    @Override
    public void setOption(int option, Object value) {}

    @Override
    public Object getOption(int option) {
        return 0;
    }
}
