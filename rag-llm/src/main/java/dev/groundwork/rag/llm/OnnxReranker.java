package dev.groundwork.rag.llm;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.TensorInfo;
import dev.groundwork.rag.CancelledException;
import dev.groundwork.rag.llm.OnnxEmbeddingLoader.Source;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.scoring.ScoringModel;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A cross-encoder that runs in this process with ONNX Runtime: it reads question and passage together, as
 * {@code [CLS] question [SEP] passage [SEP]}, and says how well they fit. Any BERT-like graph with one output value a pair, or
 * two of which the second says "fits", and its {@code tokenizer.json}. Wire it with
 * {@link ScoringModelReranker#of(String, ScoringModel)}.
 *
 * <p>The score is the graph's own number, mostly a logit: higher is better, comparable within one question. A question longer
 * than half of what the model reads is cut there, a passage at what is left. Thread-safe; a call blocks its thread in native
 * code for some tens of milliseconds a passage, and on an interrupted thread ends between two of them with a
 * {@link CancelledException}. Whoever made it closes it; {@link #close()} waits for the pairs under way, and calls after it throw
 * an {@link IllegalStateException}.
 */
public final class OnnxReranker implements ScoringModel, AutoCloseable {

    /** What BERT's position table holds. */
    public static final int DEFAULT_MAX_TOKENS = 512;

    /** [CLS], and [SEP] twice. */
    private static final int SPECIAL_TOKENS = 3;

    private static final int MIN_TOKENS = 16;

    private final String location;
    private final OnnxSession session;
    private final WordPieceTokenizer tokenizer;
    private final int maxTokens;
    private final String output;

    private OnnxReranker(String location, OnnxSession session, WordPieceTokenizer tokenizer, int maxTokens) {
        this.location = location;
        this.session = session;
        this.tokenizer = tokenizer;
        this.maxTokens = maxTokens;
        this.output = checkedOutput(location, session.outputs());
    }

    /**
     * Loads a model that reads {@value #DEFAULT_MAX_TOKENS} tokens.
     *
     * @param model an ONNX file with all its tensors inside, of less than 2 GB
     * @param tokenizer a Hugging Face {@code tokenizer.json} of a BERT model
     * @throws OnnxModelException if it doesn't load, or its inputs or outputs are others
     */
    public static OnnxReranker of(Path model, Path tokenizer) {
        return of(model, tokenizer, DEFAULT_MAX_TOKENS);
    }

    /**
     * Loads a model.
     *
     * @param maxTokens what the model reads of question and passage together, with three special tokens; from 16
     * @throws OnnxModelException if it doesn't load, or its inputs or outputs are others
     */
    public static OnnxReranker of(Path model, Path tokenizer, int maxTokens) {
        if (maxTokens < MIN_TOKENS) {
            throw new IllegalArgumentException("maxTokens is " + maxTokens + ", must be " + MIN_TOKENS + " or more");
        }
        Source weights = Source.file(Objects.requireNonNull(model, "model"));
        Source words = Source.file(Objects.requireNonNull(tokenizer, "tokenizer"));
        WordPieceTokenizer parsed = OnnxEmbeddingLoader.parse(words, OnnxEmbeddingLoader.read(words));
        OnnxSession session = OnnxSession.start(
                "reranker",
                OnnxEmbeddingLoader.environment(),
                OnnxEmbeddingLoader.read(weights),
                weights.location(),
                Runtime.getRuntime().availableProcessors());
        try {
            return new OnnxReranker(weights.location(), session, parsed, maxTokens);
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
    }

    private static String checkedOutput(String location, Map<String, NodeInfo> outputs) {
        return outputs.values().stream()
                .filter(node -> node.getInfo() instanceof TensorInfo tensor
                        && tensor.type == OnnxJavaType.FLOAT
                        && tensor.getShape().length <= 2)
                .map(NodeInfo::getName)
                .findFirst()
                .orElseThrow(() -> new OnnxModelException(
                        location, "expected a float output [batch, 1] or [batch, 2], found " + outputs.values(), null));
    }

    @Override
    public Response<List<Double>> scoreAll(List<TextSegment> segments, String query) {
        long[] question = inner(query, maxTokens / 2);
        List<Double> scores = new ArrayList<>();
        for (TextSegment segment : segments) {
            if (Thread.currentThread().isInterrupted()) {
                throw new CancelledException("rerank");
            }
            scores.add(score(question, inner(segment.text(), maxTokens - SPECIAL_TOKENS - question.length)));
        }
        return Response.from(scores);
    }

    /** Returns a text's ids without [CLS] and [SEP]. */
    private long[] inner(String text, int most) {
        long[] ids = tokenizer.encode(text, most + 2).ids();
        return Arrays.copyOfRange(ids, 1, ids.length - 1);
    }

    private double score(long[] question, long[] passage) {
        long[] frame = tokenizer.encode("", 2).ids();
        long[] ids = new long[question.length + passage.length + SPECIAL_TOKENS];
        long[] types = new long[ids.length];
        long[] mask = new long[ids.length];
        ids[0] = frame[0];
        System.arraycopy(question, 0, ids, 1, question.length);
        ids[question.length + 1] = frame[1];
        System.arraycopy(passage, 0, ids, question.length + 2, passage.length);
        ids[ids.length - 1] = frame[1];
        Arrays.fill(types, question.length + 2, ids.length, 1);
        Arrays.fill(mask, 1);
        FloatBuffer values;
        try {
            values = session.run(new long[] {1, ids.length}, ids, mask, types, output);
        } catch (OrtException e) {
            throw new OnnxModelException(location, "ONNX Runtime failed on " + ids.length + " tokens", e);
        }
        return switch (values.remaining()) {
            case 1 -> values.get(0);
            case 2 -> values.get(1) - (double) values.get(0);
            default ->
                throw new OnnxModelException(
                        location, "gave " + values.remaining() + " numbers for a pair, must be 1 or 2", null);
        };
    }

    /** Returns how many bytes of native memory the weights take, 0 once it is closed. */
    public long memoryBytes() {
        return session.memoryBytes();
    }

    @Override
    public void close() {
        session.close();
    }
}
