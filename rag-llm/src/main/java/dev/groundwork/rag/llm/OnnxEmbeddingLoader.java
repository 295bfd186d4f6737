package dev.groundwork.rag.llm;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a model's files and starts its session, two things at a time: while the calling thread reads the weights, another
 * unpacks the native library, parses the tokenizer and at last hashes it all, which nobody waits for.
 */
final class OnnxEmbeddingLoader {

    private static final Logger LOG = LoggerFactory.getLogger(OnnxEmbeddingLoader.class);

    /** Changes when the way from a text to a vector changes in this code. */
    private static final String RECIPE = "1";

    private static final int FINGERPRINT_BYTES = 16;

    /** One call for all the weights would run uncompiled to its end: a fifth to a half slower. */
    private static final int HASHED_AT_A_TIME = 1 << 20;

    /** Reads all of a file. */
    interface Reader {
        byte[] read() throws IOException;
    }

    /** Bytes and, for messages, where they are from. */
    record Source(String location, Reader reader) {
        static Source file(Path path) {
            return new Source(path.toString(), () -> Files.readAllBytes(path));
        }

        static Source bytes(String location, byte[] bytes) {
            return new Source(location, () -> bytes);
        }

        /** Returns a resource at the root of the class path, which a certain artifact should hold. */
        static Source classPath(String name, String artifact) {
            return new Source("classpath:" + name, () -> {
                try (InputStream in = resource(name)) {
                    if (in == null) {
                        throw new NoSuchFileException(
                                name, null, "it isn't on the class path; " + artifact + " holds it");
                    }
                    return in.readAllBytes();
                }
            });
        }

        private static @Nullable InputStream resource(String name) {
            InputStream in = OnnxEmbeddingLoader.class.getResourceAsStream("/" + name);
            ClassLoader context = Thread.currentThread().getContextClassLoader();
            return in != null || context == null ? in : context.getResourceAsStream(name);
        }
    }

    /** A model that is ready to run. */
    record Loaded(OnnxTokenEncoder encoder, WordPieceTokenizer tokenizer, FutureTask<String> fingerprint) {}

    private OnnxEmbeddingLoader() {}

    /**
     * Loads a model.
     *
     * @param batchedTexts how many texts a run must be able to take
     * @param settings all else that a vector depends on, for the fingerprint
     */
    static Loaded load(Source weights, Source tokenizer, int intraOpThreads, int batchedTexts, List<String> settings) {
        FutureTask<OrtEnvironment> environment = new FutureTask<>(OnnxEmbeddingLoader::environment);
        FutureTask<byte[]> tokenizerBytes = new FutureTask<>(() -> read(tokenizer));
        FutureTask<WordPieceTokenizer> parsed = new FutureTask<>(() -> parse(tokenizer, get(tokenizerBytes)));
        FutureTask<byte[]> weightBytes = new FutureTask<>(() -> read(weights));
        FutureTask<String> fingerprint =
                new FutureTask<>(() -> fingerprint(get(weightBytes), get(tokenizerBytes), settings));
        background(() -> {
            environment.run();
            tokenizerBytes.run();
            parsed.run();
            fingerprint.run();
        });
        weightBytes.run();
        byte[] bytes = get(weightBytes);
        OrtEnvironment ready = get(environment);
        OnnxTokenEncoder encoder = OnnxTokenEncoder.start(ready, bytes, weights.location(), intraOpThreads);
        try {
            if (batchedTexts > encoder.maxBatch()) {
                throw new OnnxModelException(
                        weights.location(),
                        "batchShortTexts is " + batchedTexts + ", but the graph takes " + encoder.maxBatch()
                                + " at a time",
                        null);
            }
            return new Loaded(encoder, get(parsed), fingerprint);
        } catch (RuntimeException e) {
            encoder.close();
            throw e;
        }
    }

    private static void background(Runnable work) {
        Thread.ofPlatform().name("groundwork-model-load").daemon().start(work);
    }

    /**
     * Starts ONNX Runtime and tells it to report nothing. Releases from 1.29 on report to their maker on Linux and macOS
     * too, and start to before this call can say no: only the environment variable stops them altogether.
     */
    static OrtEnvironment environment() {
        try {
            OrtEnvironment environment = OrtEnvironment.getEnvironment();
            environment.setTelemetry(false);
            if (reportsByDefault(environment.getVersion()) && System.getenv("ORT_DISABLE_TELEMETRY") == null) {
                LOG.warn(
                        "ONNX Runtime {} sends usage reports over the network unless the environment variable"
                                + " ORT_DISABLE_TELEMETRY=1 is set; 1.28.0 has no such code",
                        environment.getVersion());
            }
            return environment;
        } catch (OrtException | RuntimeException | LinkageError e) {
            throw new OnnxModelException("onnxruntime", "its native library doesn't load on this machine", e);
        }
    }

    /** Returns whether a release of ONNX Runtime, such as 1.29.0, is one that reports on all systems. */
    static boolean reportsByDefault(String version) {
        String[] parts = version.split("\\.", 3);
        try {
            int major = Integer.parseInt(parts[0]);
            return major > 1 || (major == 1 && parts.length > 1 && Integer.parseInt(parts[1]) >= 29);
        } catch (NumberFormatException e) {
            return true;
        }
    }

    static byte[] read(Source source) {
        try {
            return source.reader().read();
        } catch (IOException | OutOfMemoryError e) {
            throw new OnnxModelException(source.location(), "it can't be read: " + describe(e), e);
        }
    }

    private static String describe(Throwable e) {
        return e.getClass().getSimpleName() + (e.getMessage() == null ? "" : " " + e.getMessage());
    }

    static WordPieceTokenizer parse(Source source, byte[] json) {
        try {
            return TokenizerJson.read(json);
        } catch (IOException e) {
            throw new OnnxModelException(source.location(), String.valueOf(e.getMessage()), e);
        }
    }

    private static String fingerprint(byte[] weights, byte[] tokenizer, List<String> settings) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            MessageDigest whole = MessageDigest.getInstance("SHA-256");
            for (int from = 0; from < weights.length; from += HASHED_AT_A_TIME) {
                digest.update(weights, from, Math.min(HASHED_AT_A_TIME, weights.length - from));
            }
            whole.update(digest.digest());
            whole.update(digest.digest(tokenizer));
            whole.update(digest.digest(RECIPE.getBytes(StandardCharsets.UTF_8)));
            for (String setting : settings) {
                whole.update(digest.digest(setting.getBytes(StandardCharsets.UTF_8)));
            }
            return "onnx-" + HexFormat.of().formatHex(whole.digest(), 0, FINGERPRINT_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Waits for a task, without giving up where the thread is interrupted: none of them takes long. */
    static <T> T get(FutureTask<T> task) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof RuntimeException unchecked) {
                        throw unchecked;
                    }
                    throw new IllegalStateException("the embedding model didn't load", e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
