package dev.groundwork.rag;

import dev.langchain4j.model.embedding.EmbeddingModel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The {@link Rag} that the builder makes: opens and closes questions; {@link Retrieval} and {@link Answering} do them. */
final class RagPipeline implements Rag {

    private final String name;
    private final Supplier<RagSettings> settings;
    private final Listeners listeners;
    private final HopExecutor executor;
    private final Retrieval retrieval;
    private final Answering answering;
    private final @Nullable SegmentIndex index;
    private final @Nullable EmbeddingModel model;
    private final @Nullable LlmPool pool;
    private final Set<QuestionScope> questions = ConcurrentHashMap.newKeySet();
    private final ReentrantLock ingesting = new ReentrantLock();
    private volatile boolean closed;

    RagPipeline(
            String name,
            Supplier<RagSettings> settings,
            Listeners listeners,
            HopExecutor executor,
            Retrieval retrieval,
            Answering answering,
            @Nullable SegmentIndex index,
            @Nullable EmbeddingModel model,
            @Nullable LlmPool pool) {
        this.name = name;
        this.settings = settings;
        this.listeners = listeners;
        this.executor = executor;
        this.retrieval = retrieval;
        this.answering = answering;
        this.index = index;
        this.model = model;
        this.pool = pool;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public IngestReport ingest(DocumentSource source, IngestProgress progress) {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(progress, "progress");
        if (index == null || model == null) {
            throw new IllegalStateException("ingest needs an index and an embedding model; the builder was given no "
                    + (index == null ? "index" : "embeddingModel"));
        }
        checkOpen();
        try {
            ingesting.lockInterruptibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("ingest");
        }
        try {
            index.bind(EmbeddingSpec.of(model));
            IngestReport report = new Ingestion(index, model, source, progress, () -> closed).run();
            listeners.publish(new RagEvent.IngestCompleted(name, report));
            return report;
        } finally {
            ingesting.unlock();
        }
    }

    @Override
    public SearchResult search(Question question) {
        checkOpen();
        RagSettings current = settings.get();
        checkLength(question, current);
        RagEvent.QuestionStarted started = new RagEvent.QuestionStarted(name, RagEvent.Operation.SEARCH, question);
        Recorder recorder = Recorder.start(started, listeners);
        return run(started, recorder, current, new QuestionScope(), (scope, deadline) -> {
            int limit = Objects.requireNonNullElse(question.limit(), current.limit());
            List<Hit> found = retrieval.run(question, limit, true, current, deadline, scope, recorder);
            SearchResult result = new SearchResult(found, recorder.trace());
            recorder.end(new RagEvent.SearchCompleted(name, question, result));
            return result;
        });
    }

    @Override
    public Answer ask(Question question) {
        checkOpen();
        RagSettings current = settings.get();
        checkLength(question, current);
        RagEvent.QuestionStarted started = new RagEvent.QuestionStarted(name, RagEvent.Operation.ASK, question);
        return answer(started, Recorder.start(started, listeners), current, new QuestionScope(), null);
    }

    @Override
    public AnswerStream askStreaming(Question question, AnswerHandler handler) {
        Objects.requireNonNull(handler, "handler");
        checkOpen();
        RagSettings current = settings.get();
        checkLength(question, current);
        // The question runs in a scope of its own within this one, so that its end is told even when it is cancelled.
        QuestionScope scope = new QuestionScope();
        CountDownLatch ended = new CountDownLatch(1);
        RagEvent.QuestionStarted started = new RagEvent.QuestionStarted(name, RagEvent.Operation.ASK, question);
        Recorder recorder = Recorder.start(started, listeners);
        AnswerHandler watched = new WatchedHandler(handler, recorder);
        try {
            executor.start(new QuestionScope(), "question", () -> {
                try {
                    tell(started, recorder, current, scope, watched);
                } finally {
                    ended.countDown();
                }
                return ended;
            });
        } catch (OverloadedException | CancelledException e) {
            recorder.end(failed(started, e, recorder));
            ended.countDown();
            watched.onError(e);
        }
        return new AnswerStream() {
            @Override
            public void cancel() {
                scope.cancel();
            }

            @Override
            public boolean isDone() {
                return ended.getCount() == 0;
            }

            @Override
            public void await() throws InterruptedException {
                ended.await();
            }
        };
    }

    private void tell(
            RagEvent.QuestionStarted started,
            Recorder recorder,
            RagSettings current,
            QuestionScope scope,
            AnswerHandler handler) {
        Answer answer;
        try {
            answer = answer(started, recorder, current, scope, handler);
        } catch (PartialGate.HandlerFailure e) {
            handler.onError(Objects.requireNonNullElse(e.getCause(), e));
            return;
        } catch (RuntimeException | Error e) {
            handler.onError(e);
            return;
        }
        handler.onComplete(answer);
    }

    private Answer answer(
            RagEvent.QuestionStarted started,
            Recorder recorder,
            RagSettings current,
            QuestionScope ownScope,
            @Nullable AnswerHandler handler) {
        Question question = started.question();
        return run(started, recorder, current, ownScope, (scope, deadline) -> {
            int wanted = Math.max(current.contextSources(), current.extractiveSources());
            int limit = Objects.requireNonNullElse(question.limit(), wanted);
            List<Hit> found = retrieval.run(question, limit, false, current, deadline, scope, recorder);
            Answer answer =
                    answering.run(new Answering.Context(question, current, deadline, scope, recorder, handler), found);
            recorder.end(new RagEvent.AskCompleted(name, question, answer));
            return answer;
        });
    }

    /** The part of a question between its opening and its closing. */
    private interface Flow<T> {
        T run(QuestionScope scope, Deadline deadline) throws Exception;
    }

    private <T> T run(
            RagEvent.QuestionStarted started,
            Recorder recorder,
            RagSettings current,
            QuestionScope scope,
            Flow<T> flow) {
        Deadline deadline =
                Deadline.after(Objects.requireNonNullElse(started.question().timeout(), current.timeout()));
        questions.add(scope);
        try {
            if (closed) {
                throw new CancelledException("question");
            }
            return flow.run(scope, deadline);
        } catch (RuntimeException | Error e) {
            recorder.end(failed(started, e, recorder));
            throw e;
        } catch (Exception e) {
            recorder.end(failed(started, e, recorder));
            throw new IllegalStateException(
                    "a hop threw a checked " + e.getClass().getSimpleName(), e);
        } finally {
            questions.remove(scope);
            scope.cancel();
        }
    }

    private static RagEvent failed(RagEvent.QuestionStarted started, Throwable error, Recorder recorder) {
        recorder.abandonAll();
        return new RagEvent.QuestionFailed(
                started.pipeline(), started.operation(), started.question(), error, recorder.trace());
    }

    private static void checkLength(Question question, RagSettings current) {
        int length = question.text().length();
        if (length > current.maxQuestionChars()) {
            throw new IllegalArgumentException("question has " + length + " characters, must have at most "
                    + current.maxQuestionChars() + " (rag.question.max-chars)");
        }
    }

    @Override
    public Health health() {
        if (closed) {
            return Health.down("closed", Map.of());
        }
        Map<String, Health> parts = new LinkedHashMap<>();
        if (index != null) {
            parts.put("index", index.health());
        }
        if (pool != null) {
            parts.put("llm", poolHealth(pool.members()));
        }
        String down = reasons(parts, Health.Down.class);
        if (!down.isEmpty()) {
            return new Health.Down(down, Map.of(), parts);
        }
        String degraded = reasons(parts, Health.Degraded.class);
        return degraded.isEmpty() ? new Health.Up(Map.of(), parts) : new Health.Degraded(degraded, Map.of(), parts);
    }

    @Override
    public RagLoad load() {
        return executor.load();
    }

    private static String reasons(Map<String, Health> parts, Class<? extends Health> kind) {
        return String.join(
                "; ",
                parts.entrySet().stream()
                        .filter(e -> kind.isInstance(e.getValue()))
                        .map(e -> e.getKey() + ": " + e.getValue().reason())
                        .toList());
    }

    private Health poolHealth(List<MemberStatus> members) {
        Map<String, Health> parts = new LinkedHashMap<>();
        int used = 0;
        for (MemberStatus member : members) {
            Map<String, Object> details = new LinkedHashMap<>();
            details.put("in_flight", member.inFlight());
            details.put("served", member.served());
            member.limitsLeft().forEach((limit, left) -> details.put(limit + "_left", left));
            if (member.state() == MemberStatus.State.RESTING || member.state() == MemberStatus.State.DRAINING) {
                parts.put(member.name(), Health.down(member.reason().isEmpty() ? "resting" : member.reason(), details));
            } else {
                parts.put(member.name(), Health.up(details));
                used++;
            }
        }
        if (used == members.size()) {
            return new Health.Up(Map.of(), parts);
        }
        if (used > 0) {
            return new Health.Degraded((members.size() - used) + " of " + members.size() + " resting", Map.of(), parts);
        }
        return settings.get().extractiveFallback()
                ? new Health.Degraded("no model reachable, extractive answers only", Map.of(), parts)
                : new Health.Down("no model reachable", Map.of(), parts);
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("this Rag is closed");
        }
    }

    @Override
    public void close() {
        closed = true;
        questions.forEach(QuestionScope::cancel);
        executor.close();
    }
}
