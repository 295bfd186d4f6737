package dev.groundwork.rag.benchmarks.engines;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.io.InputStream;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** bge-small in ONNX Runtime itself, set as ours is: what a text's vector costs beside tokens, threads and checks. */
public final class RawOnnx implements AutoCloseable {

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;

    /** Loads the weights from the class path. */
    public RawOnnx() throws IOException, OrtException {
        byte[] weights;
        try (InputStream in = resource("/bge-small-en-v1.5-q.onnx")) {
            weights = in.readAllBytes();
        }
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.EXTENDED_OPT);
            session = environment.createSession(weights, options);
        }
    }

    /** Returns a text's tokens, by Hugging Face's own tokenizer. */
    public static List<long[]> tokens(List<String> texts) throws IOException {
        // It would call home when it loads.
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("ai.djl.offline", "true");
        try (InputStream in = resource("/bge-small-en-v1.5-q-tokenizer.json");
                HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.newInstance(in, Map.of())) {
            return texts.stream().map(text -> tokenizer.encode(text).getIds()).toList();
        }
    }

    private static InputStream resource(String name) {
        return Objects.requireNonNull(RawOnnx.class.getResourceAsStream(name), name);
    }

    /** Returns the vector of [CLS], of length 1. */
    public float[] vector(long[] ids) {
        long[] shape = {1, ids.length};
        long[] ones = new long[ids.length];
        Arrays.fill(ones, 1);
        try (OnnxTensor input = OnnxTensor.createTensor(environment, LongBuffer.wrap(ids), shape);
                OnnxTensor mask = OnnxTensor.createTensor(environment, LongBuffer.wrap(ones), shape);
                OnnxTensor types = OnnxTensor.createTensor(environment, LongBuffer.allocate(ids.length), shape);
                OrtSession.Result result =
                        session.run(Map.of("input_ids", input, "attention_mask", mask, "token_type_ids", types))) {
            float[] vector = ((float[][][]) result.get(0).getValue())[0][0];
            double squares = 0;
            for (float value : vector) {
                squares += value * value;
            }
            for (int i = 0; i < vector.length; i++) {
                vector[i] /= (float) Math.sqrt(squares);
            }
            return vector;
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
