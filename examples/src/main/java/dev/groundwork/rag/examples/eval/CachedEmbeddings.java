package dev.groundwork.rag.examples.eval;

import dev.groundwork.rag.EmbeddingSpec;
import dev.groundwork.rag.Fingerprinted;
import dev.groundwork.rag.Fluent;
import dev.groundwork.rag.TokenEmbedding;
import dev.groundwork.rag.TokenVectors;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingInputType;
import dev.langchain4j.model.embedding.request.EmbeddingParameter;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.request.EmbeddingRequestParameters;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import dev.langchain4j.model.output.Response;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An embedding model whose vectors of passages are kept in a file, so that a second run over the same texts need not compute
 * them. Queries always go to the model: their time is measured. A record of the file is the hash of a text and its vector;
 * one that was cut off by an end of the process is dropped when the file is opened. Thread-safe; closing it closes the file,
 * and not the model.
 */
public final class CachedEmbeddings implements EmbeddingModel, Fingerprinted, Fluent, AutoCloseable {

    private static final int HASH_BYTES = 16;

    private final EmbeddingModel model;
    private final EmbeddingSpec spec;
    private final boolean withTokens;
    private final Map<String, Embedding> known = new HashMap<>();
    private final @Nullable FileChannel file;
    private long computed;

    private CachedEmbeddings(EmbeddingModel model, @Nullable Path path) throws IOException {
        this.model = model;
        this.spec = EmbeddingSpec.of(model);
        this.withTokens = model.supportedParameters().contains(TokenEmbedding.WANTED);
        if (path == null) {
            this.file = null;
            return;
        }
        long whole = read(path);
        this.file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        file.truncate(whole);
        file.position(whole);
    }

    /**
     * Opens the cache of a model in a folder, which is made if it does not exist.
     *
     * @param folder {@code null} to keep vectors in memory alone
     */
    public static CachedEmbeddings open(EmbeddingModel model, @Nullable Path folder) throws IOException {
        if (folder == null) {
            return new CachedEmbeddings(model, null);
        }
        Files.createDirectories(folder);
        EmbeddingSpec spec = EmbeddingSpec.of(model);
        String name = hash(spec.modelName() + '\n' + spec.fingerprint() + '\n' + spec.dimension());
        boolean tokens = model.supportedParameters().contains(TokenEmbedding.WANTED);
        return new CachedEmbeddings(model, folder.resolve("passages-" + name + (tokens ? ".tokens" : ".vectors")));
    }

    /** Reads what is there; returns how many bytes of the file are whole records. */
    private long read(Path path) throws IOException {
        if (!Files.exists(path)) {
            return 0;
        }
        byte[] hash = new byte[HASH_BYTES];
        byte[] vector = new byte[spec.dimension() * Float.BYTES];
        long whole = 0;
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(path), 1 << 20))) {
            while (true) {
                in.readFully(hash);
                in.readFully(vector);
                float[] values = new float[spec.dimension()];
                ByteBuffer.wrap(vector).asFloatBuffer().get(values);
                int length = withTokens ? in.readInt() : 0;
                byte[] tokens = new byte[length];
                in.readFully(tokens);
                known.put(
                        HexFormat.of().formatHex(hash),
                        length == 0 ? Embedding.from(values) : new TokenEmbedding(values, TokenVectors.from(tokens)));
                whole += HASH_BYTES + vector.length + (withTokens ? Integer.BYTES + length : 0);
            }
        } catch (EOFException end) {
            return whole;
        }
    }

    /** Returns how many vectors of passages the model had to compute. */
    public synchronized long computed() {
        return computed;
    }

    /** Returns the model behind it. */
    public EmbeddingModel model() {
        return model;
    }

    @Override
    public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
        return Response.from(passages(segments.stream().map(TextSegment::text).toList()));
    }

    @Override
    public Response<Embedding> embed(String text) {
        return Response.from(passages(List.of(text)).getFirst());
    }

    @Override
    public EmbeddingResponse embed(EmbeddingRequest request) {
        if (request.inputType() == EmbeddingInputType.QUERY) {
            return model.embed(request);
        }
        List<String> texts = request.inputs().stream().map(EmbeddingInput::text).toList();
        return EmbeddingResponse.builder().embeddings(passages(texts)).build();
    }

    private synchronized List<Embedding> passages(List<String> texts) {
        List<String> hashes = texts.stream().map(CachedEmbeddings::hash).toList();
        List<Integer> missing = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            if (!known.containsKey(hashes.get(i))) {
                missing.add(i);
            }
        }
        if (!missing.isEmpty()) {
            List<TextSegment> segments =
                    missing.stream().map(i -> TextSegment.from(texts.get(i))).toList();
            List<Embedding> embedded = embedded(segments);
            for (int i = 0; i < missing.size(); i++) {
                keep(hashes.get(missing.get(i)), embedded.get(i));
            }
            computed += missing.size();
        }
        List<Embedding> embeddings = new ArrayList<>();
        for (String hash : hashes) {
            Embedding embedding = known.get(hash);
            if (embedding == null) {
                throw new IllegalStateException("the embedding model gave fewer vectors than it was given texts");
            }
            embeddings.add(copy(embedding));
        }
        return embeddings;
    }

    private static Embedding copy(Embedding embedding) {
        float[] vector = embedding.vector().clone();
        return embedding instanceof TokenEmbedding with
                ? new TokenEmbedding(vector, with.tokens())
                : Embedding.from(vector);
    }

    private List<Embedding> embedded(List<TextSegment> segments) {
        if (!withTokens) {
            return model.embedAll(segments).content();
        }
        return model.embed(EmbeddingRequest.builder()
                        .textSegments(segments)
                        .parameters(EmbeddingRequestParameters.builder()
                                .set(TokenEmbedding.WANTED, true)
                                .build())
                        .build())
                .embeddings();
    }

    private void keep(String hash, Embedding embedding) {
        if (known.put(hash, embedding) != null || file == null) {
            return;
        }
        float[] vector = embedding.vector();
        byte[] tokens = embedding instanceof TokenEmbedding with ? with.tokens().toBytes() : new byte[0];
        ByteBuffer bytes =
                ByteBuffer.allocate(HASH_BYTES + vector.length * Float.BYTES + Integer.BYTES + tokens.length);
        bytes.put(HexFormat.of().parseHex(hash));
        for (float value : vector) {
            bytes.putFloat(value);
        }
        if (withTokens) {
            bytes.putInt(tokens.length).put(tokens);
        }
        bytes.flip();
        try {
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public Set<EmbeddingParameter<?>> supportedParameters() {
        return model.supportedParameters();
    }

    @Override
    public double fluency(String text) {
        return model instanceof Fluent fluent ? fluent.fluency(text) : 1;
    }

    @Override
    public int dimension() {
        return spec.dimension();
    }

    @Override
    public String modelName() {
        return spec.modelName();
    }

    @Override
    public String fingerprint() {
        return spec.fingerprint();
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
