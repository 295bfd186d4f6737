package dev.groundwork.rag.llm;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A BERT-like graph in ONNX Runtime: token ids in, floats out. Thread-safe; a run blocks its thread in native code for
 * milliseconds. {@link #close()} waits for the runs under way, so native memory is never freed beneath one.
 */
final class OnnxSession implements AutoCloseable {

    private static final String INPUT_IDS = "input_ids";

    private static final String ATTENTION_MASK = "attention_mask";
    private static final String TOKEN_TYPE_IDS = "token_type_ids";
    private static final Set<String> KNOWN_INPUTS = Set.of(INPUT_IDS, ATTENTION_MASK, TOKEN_TYPE_IDS);

    private final String name;
    private final OrtEnvironment environment;
    private final OrtSession session;
    private final Map<String, NodeInfo> inputs;
    private final Map<String, NodeInfo> outputs;
    private final long weightBytes;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private volatile boolean closing;
    private boolean closed;

    private OnnxSession(String name, OrtEnvironment environment, OrtSession session, String location, long weightBytes)
            throws OrtException {
        this.name = name;
        this.environment = environment;
        this.session = session;
        this.weightBytes = weightBytes;
        this.inputs = checked(session.getInputInfo(), location);
        this.outputs = Collections.unmodifiableMap(session.getOutputInfo());
    }

    /**
     * Starts a session of a graph.
     *
     * @param name what it is, for messages
     * @param location where the weights are from, for messages
     * @throws OnnxModelException if ONNX Runtime doesn't accept the graph, or its inputs are others
     */
    static OnnxSession start(
            String name, OrtEnvironment environment, byte[] weights, String location, int intraOpThreads) {
        OrtSession session;
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(intraOpThreads);
            options.setInterOpNumThreads(1);
            // The same vectors bit for bit as with ALL_OPT, and at times a third sooner.
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.EXTENDED_OPT);
            session = environment.createSession(weights, options);
        } catch (OrtException e) {
            throw new OnnxModelException(location, "ONNX Runtime doesn't load it: " + e.getMessage(), e);
        }
        try {
            return new OnnxSession(name, environment, session, location, weights.length);
        } catch (OrtException | RuntimeException e) {
            try {
                session.close();
            } catch (OrtException closing) {
                e.addSuppressed(closing);
            }
            throw e instanceof RuntimeException unchecked
                    ? unchecked
                    : new OnnxModelException(location, "its inputs and outputs can't be read", e);
        }
    }

    private static Map<String, NodeInfo> checked(Map<String, NodeInfo> inputs, String location) {
        boolean known = inputs.containsKey(INPUT_IDS)
                && KNOWN_INPUTS.containsAll(inputs.keySet())
                && inputs.values().stream()
                        .allMatch(input ->
                                input.getInfo() instanceof TensorInfo tensor && tensor.type == OnnxJavaType.INT64);
        if (!known) {
            throw new OnnxModelException(
                    location,
                    "expected int64 inputs input_ids, attention_mask and token_type_ids, found " + inputs.values(),
                    null);
        }
        return Map.copyOf(inputs);
    }

    /** Returns how many sequences a run may have: what the graph declares, or any number. */
    int maxBatch() {
        NodeInfo ids = Objects.requireNonNull(inputs.get(INPUT_IDS));
        long batch = ((TensorInfo) ids.getInfo()).getShape()[0];
        return batch > 0 ? Math.toIntExact(batch) : Integer.MAX_VALUE;
    }

    /** Returns the graph's outputs by their names, in its order. */
    Map<String, NodeInfo> outputs() {
        return outputs;
    }

    /** Returns the size of the weights, which the session holds until it is closed; 0 since then. */
    long memoryBytes() {
        return closing ? 0 : weightBytes;
    }

    /**
     * Runs sequences of one length, one after the other in each array. What the graph does not ask for is left out.
     *
     * @param shape how many sequences, and of how many tokens
     * @param mask 1 for what is to be read, 0 for what only fills
     * @param types 0 for the first text of a sequence, 1 for the second
     * @param output the output that is wanted, of floats
     * @throws IllegalStateException if it is closed
     */
    FloatBuffer run(long[] shape, long[] ids, long[] mask, long[] types, String output) throws OrtException {
        // Seen before the lock, so that a stream of new calls can't keep close() waiting.
        if (closing) {
            throw closedException();
        }
        lock.readLock().lock();
        try {
            if (closed) {
                throw closedException();
            }
            return runOpen(shape, ids, mask, types, output);
        } finally {
            lock.readLock().unlock();
        }
    }

    private IllegalStateException closedException() {
        return new IllegalStateException("the " + name + " is closed");
    }

    private FloatBuffer runOpen(long[] shape, long[] ids, long[] mask, long[] types, String output)
            throws OrtException {
        try (OnnxTensor idTensor = OnnxTensor.createTensor(environment, LongBuffer.wrap(ids), shape);
                OnnxTensor maskTensor = OnnxTensor.createTensor(environment, LongBuffer.wrap(mask), shape);
                OnnxTensor typeTensor = OnnxTensor.createTensor(environment, LongBuffer.wrap(types), shape)) {
            Map<String, OnnxTensor> feed = new HashMap<>();
            feed.put(INPUT_IDS, idTensor);
            feed.put(ATTENTION_MASK, maskTensor);
            feed.put(TOKEN_TYPE_IDS, typeTensor);
            feed.keySet().retainAll(inputs.keySet());
            try (OrtSession.Result result = session.run(feed, Set.of(output))) {
                return ((OnnxTensor) result.get(0)).getFloatBuffer();
            }
        }
    }

    @Override
    public void close() {
        closing = true;
        lock.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                session.close();
            }
        } catch (OrtException e) {
            throw new IllegalStateException("the session of the " + name + " can't be closed", e);
        } finally {
            lock.writeLock().unlock();
        }
    }
}
