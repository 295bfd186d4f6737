package dev.groundwork.rag.examples.cli;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.model.embedding.EmbeddingModel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Runs commands in this process and keeps what they print. */
final class Shell {

    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final Map<String, String> environment = new HashMap<>();
    private Supplier<EmbeddingModel> embeddings = () -> new WordModel("words");
    private InputStream in = InputStream.nullInputStream();
    private int width;
    private String out = "";
    private String err = "";

    Shell embeddings(Supplier<EmbeddingModel> model) {
        embeddings = model;
        return this;
    }

    Shell environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    Shell in(String text) {
        in = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    Shell in(InputStream stream) {
        in = stream;
        return this;
    }

    Shell terminal(int columns) {
        width = columns;
        return this;
    }

    /** Runs a command and returns its exit code. */
    int run(Object... args) {
        ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
        ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
        String[] words = new String[args.length];
        for (int i = 0; i < args.length; i++) {
            words[i] = args[i].toString();
        }
        PrintStream outStream = new PrintStream(outBytes, false, StandardCharsets.UTF_8);
        PrintStream errStream = new PrintStream(errBytes, true, StandardCharsets.UTF_8);
        int code = RagCommand.execute(
                new Surroundings(in, outStream, errStream, environment, width, width, embeddings), words);
        outStream.flush();
        out = outBytes.toString(StandardCharsets.UTF_8);
        err = errBytes.toString(StandardCharsets.UTF_8);
        return code;
    }

    String out() {
        return out;
    }

    String err() {
        return err;
    }

    /** Returns standard output as the one JSON document that it must be. */
    JsonNode json() {
        try {
            return JSON.readTree(out);
        } catch (IOException e) {
            throw new UncheckedIOException("not exactly one JSON document: " + out, e);
        }
    }
}
