package dev.groundwork.rag.llm;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.TensorInfo;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Map;

/** A graph that gives one vector a token. Thread-safe; a run blocks its thread in native code for milliseconds. */
final class OnnxTokenEncoder implements AutoCloseable {

    private static final String USUAL_OUTPUT = "last_hidden_state";

    private final OnnxSession session;
    private final String output;
    private final int dimension;

    private OnnxTokenEncoder(OnnxSession session, String location) {
        this.session = session;
        NodeInfo node = tokenVectors(session.outputs(), location);
        this.output = node.getName();
        this.dimension = Math.toIntExact(((TensorInfo) node.getInfo()).getShape()[2]);
    }

    /**
     * Starts a session of a graph.
     *
     * @param location where the weights are from, for messages
     * @throws OnnxModelException if ONNX Runtime doesn't accept the graph, or its inputs or outputs are others
     */
    static OnnxTokenEncoder start(OrtEnvironment environment, byte[] weights, String location, int intraOpThreads) {
        OnnxSession session = OnnxSession.start("embedding model", environment, weights, location, intraOpThreads);
        try {
            return new OnnxTokenEncoder(session, location);
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
    }

    /** Returns the length of a token's vector. */
    int dimension() {
        return dimension;
    }

    /** Returns how many sequences a run may have: what the graph declares, or any number. */
    int maxBatch() {
        return session.maxBatch();
    }

    /** Returns the size of the weights, which the session holds until it is closed; 0 since then. */
    long memoryBytes() {
        return session.memoryBytes();
    }

    /**
     * Runs sequences together; shorter ones are filled up to the length of the longest, and what fills them is masked.
     *
     * @return the tokens' vectors one after the other, those that fill included: {@link #dimension()} numbers each
     * @throws IllegalStateException if it is closed
     */
    FloatBuffer run(long[]... sequences) throws OrtException {
        int length = 0;
        for (long[] sequence : sequences) {
            length = Math.max(length, sequence.length);
        }
        long[] ids = new long[sequences.length * length];
        long[] read = new long[ids.length];
        for (int i = 0; i < sequences.length; i++) {
            System.arraycopy(sequences[i], 0, ids, i * length, sequences[i].length);
            Arrays.fill(read, i * length, i * length + sequences[i].length, 1);
        }
        return session.run(new long[] {sequences.length, length}, ids, read, new long[ids.length], output);
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
        session.close();
    }
}
