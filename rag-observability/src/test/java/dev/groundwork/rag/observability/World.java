package dev.groundwork.rag.observability;

import dev.groundwork.rag.AugmentedPrompt;
import dev.groundwork.rag.CancelledException;
import dev.groundwork.rag.Citation;
import dev.groundwork.rag.Deadline;
import dev.groundwork.rag.EmbeddingSpec;
import dev.groundwork.rag.ExtractiveAnswerer;
import dev.groundwork.rag.Health;
import dev.groundwork.rag.Hit;
import dev.groundwork.rag.IndexChange;
import dev.groundwork.rag.IndexStats;
import dev.groundwork.rag.IndexedSegment;
import dev.groundwork.rag.LlmAttempt;
import dev.groundwork.rag.LlmPool;
import dev.groundwork.rag.LlmReply;
import dev.groundwork.rag.LlmUnavailableException;
import dev.groundwork.rag.MemberStatus;
import dev.groundwork.rag.Question;
import dev.groundwork.rag.Rag;
import dev.groundwork.rag.RagBuilder;
import dev.groundwork.rag.Reranker;
import dev.groundwork.rag.Score;
import dev.groundwork.rag.SegmentIndex;
import dev.groundwork.rag.SegmentReader;
import dev.groundwork.rag.SegmentSnapshot;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import dev.langchain4j.store.embedding.filter.Filter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A real pipeline on an index, an embedding model, a reranker and a pool that do what a test says. */
final class World {

    String text = "The key is rotated every day.";
    String modelName = "bge-small";
    String member = "primary";
    int found = 3;
    boolean indexFails;
    boolean rerankFails;
    boolean poolFails;
    String failure = "down";
    MemberStatus.State primary = MemberStatus.State.UP;

    final SegmentIndex index = new Index();
    final LlmPool pool = new Pool();

    private final EmbeddingModel embeddings = new EmbeddingModel() {
        @Override
        public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
            List<Embedding> vectors = new ArrayList<>();
            segments.forEach(segment -> vectors.add(Embedding.from(new float[] {1, 0})));
            return Response.from(vectors);
        }

        @Override
        public String modelName() {
            return modelName;
        }
    };

    private final Reranker reranker = new Reranker() {
        @Override
        public String name() {
            return "cross-encoder";
        }

        @Override
        public List<Hit> rerank(Question question, List<Hit> hits, int limit, Deadline deadline) {
            fail(rerankFails);
            List<Hit> turned = new ArrayList<>(hits);
            Collections.reverse(turned);
            List<Hit> best = new ArrayList<>();
            for (Hit hit : turned.subList(0, Math.min(limit, turned.size()))) {
                best.add(hit.with(new Score("rerank", Score.Kind.RERANK, -1.5 - best.size(), best.size() + 1)));
            }
            return best;
        }
    };

    private void fail(boolean fails) {
        if (fails) {
            throw new IllegalStateException(failure);
        }
    }

    RagBuilder rag() {
        return Rag.builder()
                .name("docs")
                .index(index)
                .embeddingModel(embeddings)
                .reranker(reranker)
                .llmPool(pool)
                .promptAugmenter((question, hits, maxTokens) ->
                        new AugmentedPrompt(List.of(UserMessage.from(question.text())), hits, 7, "NO_ANSWER"))
                .citationChecker((answer, sources) -> List.of(citation()))
                .extractiveAnswerer((question, hits, deadline) ->
                        Optional.of(new ExtractiveAnswerer.CitedText(text + " [1]", List.of(citation()))));
    }

    private Citation citation() {
        return new Citation(1, Citation.Verdict.QUOTED, "a#0", "a.md", 1, 1, text, text);
    }

    private List<Hit> hits(String leg, Score.Kind kind, int limit) {
        fail(indexFails);
        List<Hit> hits = new ArrayList<>();
        for (int i = 0; i < Math.min(found, limit); i++) {
            hits.add(Hit.of("a#" + i, TextSegment.from(text), new Score(leg, kind, 0.75 - i * 0.1, i + 1)));
        }
        return hits;
    }

    private final class Index implements SegmentIndex, SegmentSnapshot {

        @Override
        public List<Hit> searchVector(Embedding query, int limit, Filter filter) {
            return hits("vector", Score.Kind.COSINE, limit);
        }

        @Override
        public List<Hit> searchText(String words, int limit, Filter filter) {
            return hits("text", Score.Kind.BM25, limit);
        }

        @Override
        public Optional<TextSegment> get(String id) {
            return Optional.empty();
        }

        @Override
        public long count(Filter filter) {
            return found;
        }

        @Override
        public List<IndexedSegment> scan(String after, int limit, Filter filter) {
            return List.of();
        }

        @Override
        public SegmentSnapshot snapshot() {
            return this;
        }

        @Override
        public void bind(EmbeddingSpec embedding) {}

        @Override
        public Optional<EmbeddingSpec> embedding() {
            return Optional.empty();
        }

        @Override
        public void apply(List<IndexChange> changes) {}

        @Override
        public SegmentReader restrictedTo(Filter mandatory) {
            return this;
        }

        @Override
        public Map<String, String> ledger(String source) {
            return Map.of();
        }

        @Override
        public IndexStats stats() {
            fail(indexFails);
            return new IndexStats(30, 4, 2, 3, 4_096, 1_024, 2_048);
        }

        @Override
        public Health health() {
            return indexFails ? Health.down("closed", Map.of()) : Health.up(Map.of());
        }

        @Override
        public void close() {}
    }

    private final class Pool implements LlmPool {

        @Override
        public LlmReply chat(ChatRequest request, Deadline deadline) {
            LlmAttempt limited = new LlmAttempt(
                    "spare",
                    Duration.ofMillis(2),
                    LlmAttempt.Outcome.RATE_LIMITED,
                    "RateLimitException (429)",
                    "openai",
                    "small-1",
                    null);
            if (poolFails) {
                throw new LlmUnavailableException(
                        List.of(
                                limited,
                                new LlmAttempt(
                                        member, Duration.ofMillis(3), LlmAttempt.Outcome.FAILED, "Echo: " + failure)),
                        null,
                        new IllegalStateException(failure));
            }
            LlmAttempt served = new LlmAttempt(
                    member,
                    Duration.ofMillis(40),
                    LlmAttempt.Outcome.SERVED,
                    "",
                    "anthropic",
                    "large-1",
                    Duration.ofMillis(12));
            return new LlmReply(
                    ChatResponse.builder()
                            .aiMessage(AiMessage.from("Every day. [1]"))
                            .modelName("large-1")
                            .tokenUsage(new TokenUsage(420, 37))
                            .build(),
                    member,
                    List.of(limited, served));
        }

        @Override
        public LlmStream stream(ChatRequest request, Deadline deadline, LlmStreamHandler handler) {
            try {
                handler.onComplete(chat(request, deadline));
            } catch (LlmUnavailableException | CancelledException e) {
                handler.onError(e);
            }
            return () -> {};
        }

        @Override
        public StreamingChatModel streaming() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int waiting() {
            return 2;
        }

        @Override
        public List<MemberStatus> members() {
            return List.of(
                    new MemberStatus(
                            member,
                            primary,
                            "",
                            Duration.ZERO,
                            2,
                            Map.of("requests", 58.0, "budget", 1.5),
                            Duration.ofMillis(250),
                            Duration.ofMillis(1_500),
                            10,
                            9,
                            4_200,
                            370,
                            0.25),
                    new MemberStatus("spare", MemberStatus.State.RESTING, "429", Duration.ofSeconds(5), 0));
        }

        @Override
        public void close() {}
    }
}
