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
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A BERT-like graph in ONNX Runtime: token ids in, one vector a token out. Thread-safe; a run blocks its thread in native
 * code for milliseconds. {@link #close()} waits for the runs under way, so native memory is never freed beneath one.
 */
final class OnnxTokenEncoder implements AutoCloseable {

    private static final String INPUT_IDS = "input_ids";
    private static final String ATTENTION_MASK = "attention_mask";
    private static final String TOKEN_TYPE_IDS = "token_type_ids";
    private static final Set<String> KNOWN_INPUTS = Set.of(INPUT_IDS, ATTENTION_MASK, TOKEN_TYPE_IDS);
    private static final String USUAL_OUTPUT = "last_hidden_state";

    private final OrtEnvironment environment;
    private final OrtSession session;
    private final Set<String> inputs;
    private final String output;
    private final int dimension;
    private final int maxBatch;
    private final long weightBytes;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private volatile boolean closing;
    private boolean closed;

    private OnnxTokenEncoder(OrtEnvironment environment, OrtSession session, String location, long weightBytes)
            throws OrtException {
        this.environment = environment;
        this.weightBytes = weightBytes;
        this.session = session;
        this.inputs = checkedInputs(session.getInputInfo(), location);
        NodeInfo node = tokenVectors(session.getOutputInfo(), location);
        this.output = node.getName();
        long[] shape = ((TensorInfo) node.getInfo()).getShape();
        this.dimension = Math.toIntExact(shape[2]);
        NodeInfo ids = Objects.requireNonNull(session.getInputInfo().get(INPUT_IDS));
        long batch = ((TensorInfo) ids.getInfo()).getShape()[0];
        this.maxBatch = batch > 0 ? Math.toIntExact(batch) : Integer.MAX_VALUE;
    }

    /**
     * Starts a session of a graph.
     *
     * @param location where the weights are from, for messages
     * @throws OnnxModelException if ONNX Runtime doesn't accept the graph, or its inputs or outputs are others
     */
    static OnnxTokenEncoder start(OrtEnvironment environment, byte[] weights, String location, int intraOpThreads) {
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
            return new OnnxTokenEncoder(environment, session, location, weights.length);
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

    /** Returns the length of a token's vector. */
    int dimension() {
        return dimension;
    }

    /** Returns how many sequences a run may have: what the graph declares, or any number. */
    int maxBatch() {
        return maxBatch;
    }

    /** Returns the size of the weights, which the session holds until it is closed; 0 since then. */
    long memoryBytes() {
        return closing ? 0 : weightBytes;
    }

    /** Returns the name of the output that the vectors come from. */
    String output() {
        return output;
    }

    /**
     * Runs sequences together; shorter ones are filled up to the length of the longest, and what fills them is masked.
     *
     * @return the tokens' vectors one after the other, those that fill included: {@link #dimension()} numbers each
     * @throws IllegalStateException if it is closed
     */
    FloatBuffer run(long[]... sequences) throws OrtException {
        // Seen before the lock, so that a stream of new calls can't keep close() waiting.
        if (closing) {
            throw closedException();
        }
        lock.readLock().lock();
        try {
            if (closed) {
                throw closedException();
            }
            return runOpen(sequences);
        } finally {
            lock.readLock().unlock();
        }
    }

    private static IllegalStateException closedException() {
        return new IllegalStateException("the embedding model is closed");
    }

    private FloatBuffer runOpen(long[]... sequences) throws OrtException {
        int length = 0;
        for (long[] sequence : sequences) {
            length = Math.max(length, sequence.length);
        }
        long[] shape = {sequences.length, length};
        long[] ids = new long[sequences.length * length];
        long[] read = new long[ids.length];
        for (int i = 0; i < sequences.length; i++) {
            System.arraycopy(sequences[i], 0, ids, i * length, sequences[i].length);
            Arrays.fill(read, i * length, i * length + sequences[i].length, 1);
        }
        try (OnnxTensor idTensor = OnnxTensor.createTensor(environment, LongBuffer.wrap(ids), shape);
                OnnxTensor mask = OnnxTensor.createTensor(environment, LongBuffer.wrap(read), shape);
                OnnxTensor types = OnnxTensor.createTensor(environment, LongBuffer.allocate(ids.length), shape)) {
            Map<String, OnnxTensor> feed = new HashMap<>();
            feed.put(INPUT_IDS, idTensor);
            feed.put(ATTENTION_MASK, mask);
            feed.put(TOKEN_TYPE_IDS, types);
            feed.keySet().retainAll(inputs);
            try (OrtSession.Result result = session.run(feed, Set.of(output))) {
                return ((OnnxTensor) result.get(0)).getFloatBuffer();
            }
        }
    }

    /** Returns the names of a BERT-like model's inputs; throws if it has others. */
    static Set<String> checkedInputs(Map<String, NodeInfo> inputs, String location) {
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
        return Set.copyOf(inputs.keySet());
    }

    private static NodeInfo tokenVectors(Map<String, NodeInfo> outputs, String location) {
        NodeInfo usual = outputs.get(USUAL_OUTPUT);
        if (usual != null && isTokenVectors(usual)) {
            return usual;
        }
        return outputs.values().stream()
                .filter(OnnxTokenEncoder::isTokenVectors)
                .findFirst()
                .orElseThrow(() -> new OnnxModelException(
                        location,
                        "expected a float output [batch, tokens, dimension] of fixed dimension, found "
                                + outputs.values(),
                        null));
    }

    private static boolean isTokenVectors(NodeInfo node) {
        return node.getInfo() instanceof TensorInfo tensor
                && tensor.type == OnnxJavaType.FLOAT
                && tensor.getShape().length == 3
                && tensor.getShape()[2] > 0;
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
            throw new IllegalStateException("the session of the embedding model can't be closed", e);
        } finally {
            lock.writeLock().unlock();
        }
    }
}
