package dev.groundwork.rag.llm;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** The weights and the tokenizer that the tests run on, from the class path. */
final class BgeSmall {

    private BgeSmall() {}

    static byte[] weights() throws IOException {
        return resource("/bge-small-en-v1.5-q.onnx");
    }

    static byte[] tokenizerJson() throws IOException {
        return resource("/bge-small-en-v1.5-q-tokenizer.json");
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(BgeSmall.class.getResourceAsStream(name), name)) {
            return in.readAllBytes();
        }
    }

    /** DJL calls home when it loads unless told not to before; call this ahead of anything that loads it. */
    static void keepDjlFromCallingHome() {
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("ai.djl.offline", "true");
    }
}
