package dev.groundwork.rag.examples.offline;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.stream.Stream;

/** Knows no name, and notes which it was asked for. */
public final class RecordingResolver extends InetAddressResolverProvider implements InetAddressResolver {

    /** Called by the JDK. */
    public RecordingResolver() {}

    @Override
    public InetAddressResolver get(Configuration configuration) {
        return this;
    }

    @Override
    public String name() {
        return "recording";
    }

    @Override
    public Stream<InetAddress> lookupByName(String host, LookupPolicy policy) throws UnknownHostException {
        ConnectionRecorder.refuse("look-up of " + host);
        throw new UnknownHostException(host);
    }

    @Override
    public String lookupByAddress(byte[] address) throws UnknownHostException {
        ConnectionRecorder.refuse("look-up of an address");
        throw new UnknownHostException();
    }
}
