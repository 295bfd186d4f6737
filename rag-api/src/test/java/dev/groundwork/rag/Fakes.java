package dev.groundwork.rag;

import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.TokenUsage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Parts of a pipeline that do exactly what a test says. */
final class Fakes {

    private Fakes() {}

    static Hit hit(String id, String text, double score) {
        TextSegment segment = TextSegment.from(text, Metadata.from(SegmentKeys.SOURCE, id + ".md"));
        return Hit.of(id, segment, new Score("vector", Score.Kind.COSINE, score, 1));
    }

    static Retriever finding(String name, Hit... hits) {
        return retriever(name, () -> List.of(hits));
    }

    static Retriever failing(String name) {
        return retriever(name, () -> {
            throw new IllegalStateException("secret text");
        });
    }

    /** Blocks until it is interrupted. */
    static Retriever hanging(String name, CountDownLatch started) {
        return retriever(name, () -> {
            started.countDown();
            new CountDownLatch(1).await();
            return List.of();
        });
    }

    interface Work<T> {
        T get() throws InterruptedException;
    }

    static Retriever retriever(String name, Work<List<Hit>> work) {
        return new Retriever() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public List<Hit> retrieve(Question question, int limit, Deadline deadline) throws InterruptedException {
                List<Hit> hits = work.get();
                return hits.subList(0, Math.min(limit, hits.size()));
            }
        };
    }

    static Reranker reranker(Work<List<Hit>> work) {
        return new Reranker() {
            @Override
            public String name() {
                return "fake-reranker";
            }

            @Override
            public List<Hit> rerank(Question question, List<Hit> hits, int limit, Deadline deadline)
                    throws InterruptedException {
                return work.get();
            }
        };
    }

    static final PromptAugmenter AUGMENTER = (question, hits, maxTokens) ->
            new AugmentedPrompt(List.of(UserMessage.from(question.text())), hits, 7, "NO_ANSWER");

    /** Says that every citation is supported but [9]. */
    static final CitationChecker CHECKER = (answer, sources) -> {
        List<Citation> citations = new ArrayList<>();
        if (answer.contains("[1]")) {
            citations.add(citation(1, Citation.Verdict.QUOTED));
        }
        if (answer.contains("[9]")) {
            citations.add(citation(9, Citation.Verdict.NO_SUCH_SOURCE));
        }
        return citations;
    };

    static final ExtractiveAnswerer EXTRACTIVE = (question, hits, deadline) -> hits.isEmpty()
            ? Optional.empty()
            : Optional.of(new ExtractiveAnswerer.CitedText(
                    "extracted: " + hits.getFirst().id() + " [1]", List.of(citation(1, Citation.Verdict.QUOTED))));

    static Citation citation(int number, Citation.Verdict verdict) {
        return new Citation(number, verdict, "a", "a.md", 1, 1, "quote", "claim");
    }

    static RagBuilder rag(Retriever... retrievers) {
        RagBuilder builder = Rag.builder()
                .promptAugmenter(AUGMENTER)
                .citationChecker(CHECKER)
                .extractiveAnswerer(EXTRACTIVE);
        for (Retriever retriever : retrievers) {
            builder.retriever(retriever);
        }
        return builder;
    }

    static LlmReply reply(String text) {
        ChatResponse response = ChatResponse.builder()
                .aiMessage(AiMessage.from(text))
                .modelName("fake-model")
                .tokenUsage(new TokenUsage(11, 5))
                .build();
        LlmAttempt served = new LlmAttempt("first", Duration.ofMillis(3), LlmAttempt.Outcome.SERVED, "");
        return new LlmReply(response, "first", List.of(served));
    }

    static LlmUnavailableException dead() {
        return new LlmUnavailableException(
                List.of(new LlmAttempt(
                        "first", Duration.ZERO, LlmAttempt.Outcome.RATE_LIMITED, "RateLimitException (429)")),
                null,
                null);
    }

    /** A pool whose one member does what a test says. */
    static final class FakePool implements LlmPool {

        /** A piece at which the model breaks off and another one starts anew. */
        static final String RESTART = "<model breaks off>";

        final AtomicInteger calls = new AtomicInteger();
        final CountDownLatch started = new CountDownLatch(1);
        final CountDownLatch cancelled = new CountDownLatch(1);
        private final Work<LlmReply> work;
        private final List<String> pieces;

        /** The last call's. */
        volatile Deadline deadline = Deadline.after(Duration.ofDays(1));

        FakePool(Work<LlmReply> work, String... pieces) {
            this.work = work;
            this.pieces = List.of(pieces);
        }

        static FakePool saying(String text, String... pieces) {
            return new FakePool(() -> reply(text), pieces);
        }

        static FakePool hanging() {
            return new FakePool(() -> {
                new CountDownLatch(1).await();
                return reply("never");
            });
        }

        @Override
        public LlmReply chat(ChatRequest request, Deadline given) {
            deadline = given;
            calls.incrementAndGet();
            started.countDown();
            try {
                return work.get();
            } catch (InterruptedException e) {
                cancelled.countDown();
                Thread.currentThread().interrupt();
                throw new CancelledException(Hop.CHAT);
            }
        }

        @Override
        public LlmStream stream(ChatRequest request, Deadline given, LlmStreamHandler handler) {
            deadline = given;
            calls.incrementAndGet();
            Thread thread = new Thread(() -> {
                try {
                    for (String piece : pieces) {
                        if (piece.equals(RESTART) && handler.canRestart()) {
                            handler.onRestart();
                        } else {
                            handler.onPartial(piece);
                        }
                    }
                    started.countDown();
                    handler.onComplete(work.get());
                } catch (InterruptedException e) {
                    cancelled.countDown();
                    handler.onError(new CancelledException(Hop.CHAT));
                } catch (RuntimeException e) {
                    handler.onError(e);
                }
            });
            thread.setDaemon(true);
            thread.start();
            return thread::interrupt;
        }

        @Override
        public StreamingChatModel streaming() {
            throw new UnsupportedOperationException("not needed here");
        }

        @Override
        public List<MemberStatus> members() {
            return List.of(new MemberStatus("first", MemberStatus.State.UP, "", Duration.ZERO, 0));
        }

        @Override
        public void close() {
            // Nothing to close.
        }
    }
}
