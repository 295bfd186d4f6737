package dev.groundwork.rag.examples.offline;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;

/** Refuses channels of a network. Selectors and pipes, which alone reach nobody, are those of the JDK. */
public final class RecordingSelectorProvider extends SelectorProvider {

    private final SelectorProvider own;

    /** Called by the JDK. */
    public RecordingSelectorProvider() throws ReflectiveOperationException {
        own = (SelectorProvider) Class.forName("sun.nio.ch.DefaultSelectorProvider")
                .getMethod("get")
                .invoke(null);
    }

    @Override
    public DatagramChannel openDatagramChannel() throws IOException {
        throw ConnectionRecorder.refuse("DatagramChannel");
    }

    @Override
    public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
        throw ConnectionRecorder.refuse("DatagramChannel");
    }

    @Override
    public ServerSocketChannel openServerSocketChannel() throws IOException {
        throw ConnectionRecorder.refuse("ServerSocketChannel");
    }

    @Override
    public ServerSocketChannel openServerSocketChannel(ProtocolFamily family) throws IOException {
        throw ConnectionRecorder.refuse("ServerSocketChannel");
    }

    @Override
    public SocketChannel openSocketChannel() throws IOException {
        throw ConnectionRecorder.refuse("SocketChannel");
    }

    @Override
    public SocketChannel openSocketChannel(ProtocolFamily family) throws IOException {
        throw ConnectionRecorder.refuse("SocketChannel");
    }

    @Override
    public Pipe openPipe() throws IOException {
        return own.openPipe();
    }

    @Override
    public AbstractSelector openSelector() throws IOException {
        return own.openSelector();
    }
}
