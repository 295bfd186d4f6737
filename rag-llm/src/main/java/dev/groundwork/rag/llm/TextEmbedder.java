package dev.groundwork.rag.llm;

import static java.util.Objects.requireNonNull;

import ai.onnxruntime.OrtException;
import dev.groundwork.rag.EmbeddingFailedException;
import dev.groundwork.rag.TokenEmbedding;
import dev.groundwork.rag.TokenVectors;
import dev.groundwork.rag.llm.TextWindows.Window;
import dev.langchain4j.data.embedding.Embedding;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes vectors of the texts of a call: tokens, what is done with too many of them, runs of the graph, pooling. Thread-safe. Of
 * what a run gives, which is large, there is never more than one a thread.
 */
final class TextEmbedder implements AutoCloseable {

    /** [CLS] and [SEP]. */
    static final int SPECIAL_TOKENS = 2;

    private static final Logger LOG = LoggerFactory.getLogger(TextEmbedder.class);

    /**
     * How texts are read.
     *
     * @param maxTokens the most tokens of a run's text, special ones included
     * @param batchedTexts how many short texts go through the graph together
     * @param parallelism how many runs of one call are made at a time
     */
    record Settings(
            String modelName,
            Pooling pooling,
            int maxTokens,
            LongTextPolicy longTexts,
            int batchedTexts,
            int parallelism,
            boolean tokenVectors) {}

    /** The vectors of a call's texts, in their order, and how many tokens were read for them without the special ones. */
    record Made(List<Embedding> embeddings, long tokens) {}

    /** What is read in one go: a text, or one window of it. */
    private static final class Part {
        private final long[] ids;
        private final int from;
        private final int to;
        private final int weight;
        private @Nullable Embedding embedding;

        /**
         * Makes one.
         *
         * @param from the first token whose vector is wanted
         * @param to after the last one
         * @param weight how much it counts among the windows of its text
         */
        Part(long[] ids, int from, int to, int weight) {
            this.ids = ids;
            this.from = from;
            this.to = to;
            this.weight = weight;
        }

        Embedding embedding() {
            return requireNonNull(embedding);
        }
    }

    private final Settings settings;
    private final WordPieceTokenizer tokenizer;
    private final OnnxTokenEncoder encoder;
    private final TextPooling pooling;
    private final EmbeddingWorkers workers;
    private final @Nullable TellingTokens telling;
    private final AtomicLong truncatedTexts = new AtomicLong();
    private final AtomicLong windowedTexts = new AtomicLong();

    TextEmbedder(Settings settings, OnnxTokenEncoder encoder, WordPieceTokenizer tokenizer) {
        this.settings = settings;
        this.encoder = encoder;
        this.tokenizer = tokenizer;
        this.pooling = new TextPooling(settings.modelName, settings.pooling, encoder.dimension());
        this.workers = new EmbeddingWorkers(settings.parallelism);
        boolean even = encoder.dimension() % 2 == 0;
        this.telling = settings.tokenVectors && even ? new TellingTokens(new Read(), encoder.dimension()) : null;
    }

    /**
     * Refuses an instruction that leaves no room for a text in a window.
     *
     * @throws IllegalArgumentException if it does
     */
    void checkRoom(String name, String instruction) {
        int tokens = tokenizer.count(instruction);
        if (settings.longTexts == LongTextPolicy.WINDOWS && room(tokens) < 1) {
            throw new IllegalArgumentException(name + " has " + tokens + " tokens, must have " + room(1)
                    + " or fewer to leave room for the text in windows of maxTokens " + settings.maxTokens);
        }
    }

    private int room(int before) {
        return settings.maxTokens - SPECIAL_TOKENS - before;
    }

    boolean givesTokenVectors() {
        return telling != null;
    }

    long truncatedTexts() {
        return truncatedTexts.get();
    }

    long windowedTexts() {
        return windowedTexts.get();
    }

    Made embed(String instruction, List<String> texts, boolean withTokens) {
        int before = tokenizer.count(instruction);
        List<Part>[] parts = arrayOf(texts.size());
        if (settings.batchedTexts == 1 && settings.longTexts != LongTextPolicy.WINDOWS) {
            workers.run(texts.size(), i -> {
                parts[i] = parts(instruction + texts.get(i), before, i);
                run(parts[i], withTokens);
            });
        } else {
            workers.run(texts.size(), i -> parts[i] = parts(instruction + texts.get(i), before, i));
            List<Part> all = Arrays.stream(parts).flatMap(List::stream).toList();
            long[][] ids = all.stream().map(part -> part.ids).toArray(long[][]::new);
            List<int[]> batches = TextBatches.of(ids, settings.batchedTexts);
            workers.run(
                    batches.size(),
                    i -> run(Arrays.stream(batches.get(i)).mapToObj(all::get).toList(), withTokens));
        }
        List<Embedding> embeddings = new ArrayList<>(texts.size());
        long tokens = 0;
        for (List<Part> ofText : parts) {
            embeddings.add(ofText.size() == 1 ? ofText.getFirst().embedding() : together(ofText));
            for (Part part : ofText) {
                tokens += part.ids.length - SPECIAL_TOKENS;
            }
        }
        return new Made(embeddings, tokens);
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // an array has no type parameter
    private static List<Part>[] arrayOf(int size) {
        return new List[size];
    }

    private List<Part> parts(String text, int before, int index) {
        return settings.longTexts == LongTextPolicy.WINDOWS
                ? windows(text, before)
                : List.of(whole(tokenize(text, index), before));
    }

    private static Part whole(long[] ids, int before) {
        return new Part(ids, Math.min(1 + before, ids.length - 1), ids.length - 1, 1);
    }

    private long[] tokenize(String text, int index) {
        WordPieceTokenizer.Tokens tokens = tokenizer.encode(text, settings.maxTokens);
        if (tokens.truncated()) {
            if (settings.longTexts == LongTextPolicy.FAIL) {
                throw new IllegalArgumentException("text " + index + " has more than " + settings.maxTokens
                        + " tokens, which is all that " + settings.modelName
                        + " reads: split it, or choose another LongTextPolicy");
            }
            truncated(settings.maxTokens);
        }
        return tokens.ids();
    }

    private void truncated(int readTokens) {
        if (truncatedTexts.incrementAndGet() == 1) {
            LOG.warn(
                    "{} left out all but the first {} tokens of a text; truncatedTexts() counts such texts",
                    settings.modelName,
                    readTokens);
        }
    }

    /** Returns a text that fits as it is, and the windows of another, each with the instruction in front. */
    private List<Part> windows(String text, int before) {
        int room = room(before);
        int most = mostWindows(room);
        WordPieceTokenizer.Tokens tokens =
                tokenizer.encode(text, (int) (SPECIAL_TOKENS + before + TextWindows.tokens(room, most)));
        long[] all = tokens.ids();
        if (all.length <= settings.maxTokens && !tokens.truncated()) {
            return List.of(whole(all, before));
        }
        int first = 1 + before;
        int count = all.length - 1 - first;
        BitSet wordStarts = tokens.wordStarts().get(before, before + count);
        List<Window> windows = TextWindows.of(count, wordStarts, room, most);
        List<Part> parts = new ArrayList<>(windows.size());
        for (int i = 0; i < windows.size(); i++) {
            Window window = windows.get(i);
            long[] ids = new long[first + window.length() + 1];
            System.arraycopy(all, 0, ids, 0, first);
            System.arraycopy(all, first + window.from(), ids, first, window.length());
            ids[ids.length - 1] = all[all.length - 1];
            int from = i == 0 ? window.from() : windows.get(i - 1).meets(window);
            int to = i == windows.size() - 1 ? window.to() : window.meets(windows.get(i + 1));
            parts.add(new Part(ids, first + from - window.from(), first + to - window.from(), window.length()));
        }
        windowedTexts.incrementAndGet();
        int end = windows.getLast().to();
        if (tokens.truncated() || end < count) {
            truncated(first + end + 1);
        }
        return parts;
    }

    /** So many windows that the vectors of all their tokens can be kept. */
    private static int mostWindows(int room) {
        int most = LongTextPolicy.MAX_WINDOWS;
        while (most > 1 && TextWindows.tokens(room, most) > TokenVectors.MAX_TOKENS) {
            most--;
        }
        return most;
    }

    private void run(List<Part> batch, boolean withTokens) {
        int dimension = encoder.dimension();
        long[][] ids = batch.stream().map(part -> part.ids).toArray(long[][]::new);
        int longest = Arrays.stream(ids).mapToInt(one -> one.length).max().orElse(0);
        FloatBuffer all = run(ids);
        for (int i = 0; i < batch.size(); i++) {
            Part part = batch.get(i);
            FloatBuffer own = all.slice(i * longest * dimension, part.ids.length * dimension);
            float[] vector = pooling.vector(own.duplicate(), part.ids.length);
            part.embedding = withTokens && telling != null
                    ? new TokenEmbedding(vector, telling.of(part.ids, own, part.from, part.to))
                    : Embedding.from(vector);
        }
    }

    private Embedding together(List<Part> windows) {
        float[][] vectors =
                windows.stream().map(part -> part.embedding().vector()).toArray(float[][]::new);
        int[] weights = windows.stream().mapToInt(part -> part.weight).toArray();
        float[] mean = pooling.mean(vectors, weights);
        List<TokenVectors> tokens = windows.stream()
                .map(Part::embedding)
                .filter(TokenEmbedding.class::isInstance)
                .map(embedding -> ((TokenEmbedding) embedding).tokens())
                .toList();
        return tokens.isEmpty() ? Embedding.from(mean) : new TokenEmbedding(mean, TokenVectors.join(tokens));
    }

    /** Returns the vectors of the tokens of a text behind an instruction, of as many as are read at once. */
    EncodedTokens tokens(String instruction, String text) {
        long[] ids = tokenizer.encode(instruction + text, settings.maxTokens).ids();
        int before = 1 + tokenizer.count(instruction);
        return EncodedTokens.of(ids, run(ids), encoder.dimension(), Math.min(before, ids.length - 1), ids.length - 1);
    }

    private FloatBuffer run(long[]... texts) {
        try {
            return encoder.run(texts);
        } catch (OrtException e) {
            long tokens = Arrays.stream(texts).mapToLong(ids -> ids.length).sum();
            throw new EmbeddingFailedException(settings.modelName, "ONNX Runtime failed on " + tokens + " tokens", e);
        }
    }

    /** Waits for the runs under way. */
    @Override
    public void close() {
        encoder.close();
        workers.close();
    }

    /** Reads texts for {@link TellingTokens}. */
    private final class Read implements TellingTokens.Model {
        @Override
        public long[] ids(String text) {
            return tokenizer.encode(text, settings.maxTokens).ids();
        }

        @Override
        public FloatBuffer run(long[] ids) {
            return TextEmbedder.this.run(ids);
        }
    }
}
