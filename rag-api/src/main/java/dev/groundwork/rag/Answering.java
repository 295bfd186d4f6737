package dev.groundwork.rag;

import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** The second half of a question: prompt, model or extraction, check of citations, and the verdict over it all. */
final class Answering {

    /** What an extractive answer is left of the time where it may have to stand in for a model: a tenth, at most this. */
    private static final Duration MAX_RESERVE = Duration.ofMillis(500);

    private static final Duration MAX_TIME_TO_TELL = Duration.ofMillis(20);

    private static final String ABSTENTION = "The indexed documents do not answer this question.";

    private static final String PARTLY_SEARCHED =
            "What could be searched of the indexed documents does not answer this question; a part of the search"
                    + " failed.";

    private final HopExecutor executor;
    private final @Nullable LlmPool pool;
    private final PromptAugmenter augmenter;
    private final CitationChecker checker;
    private final ExtractiveAnswerer extractive;

    Answering(
            HopExecutor executor,
            @Nullable LlmPool pool,
            PromptAugmenter augmenter,
            CitationChecker checker,
            ExtractiveAnswerer extractive) {
        this.executor = executor;
        this.pool = pool;
        this.augmenter = augmenter;
        this.checker = checker;
        this.extractive = extractive;
    }

    /** What a question brings along. */
    record Context(
            Question question,
            RagSettings settings,
            Deadline deadline,
            QuestionScope scope,
            Recorder recorder,
            @Nullable AnswerHandler handler) {}

    Answer run(Context context, List<Hit> hits) throws Exception {
        RagSettings settings = context.settings();
        Answer.Abstained.@Nullable Reason nothing = nothingToAnswerFrom(context, hits);
        if (nothing != null && !(settings.answerWithoutContext() && pool != null)) {
            return abstained(context, nothing);
        }
        List<Hit> found = nothing == null ? hits : List.of();
        if (pool == null) {
            return extracted(context, found);
        }
        AugmentedPrompt prompt = augment(context, found.subList(0, Math.min(found.size(), settings.contextSources())));
        AnswerHandler handler = context.handler();
        PartialGate gate = handler == null ? null : new PartialGate(handler, prompt.declineToken());
        Generated generated;
        try {
            generated = generate(context, pool, prompt, gate);
        } catch (CancelledException | OverloadedException | PartialGate.HandlerFailure e) {
            leave(gate);
            throw e;
        } catch (Exception e) {
            return insteadOfModel(context, found, e, leave(gate));
        }
        return judge(context, prompt, generated);
    }

    /** Lets nothing more through to the handler; returns whether it has received anything. */
    private static boolean leave(@Nullable PartialGate gate) {
        if (gate == null) {
            return false;
        }
        boolean passed = gate.leave();
        gate.check();
        return passed;
    }

    private static Answer.Abstained.@Nullable Reason nothingToAnswerFrom(Context context, List<Hit> hits) {
        RagSettings settings = context.settings();
        if (hits.isEmpty()) {
            return Answer.Abstained.Reason.NO_CONTEXT;
        }
        double probability = context.recorder()
                .answerability()
                .map(Answerability::probability)
                .orElse(1.0);
        if (probability < settings.minAnswerability()) {
            return Answer.Abstained.Reason.NOTHING_RELEVANT;
        }
        double best = hits.stream()
                .flatMap(hit -> hit.scores().stream())
                .filter(score -> score.kind() == Score.Kind.COSINE)
                .mapToDouble(Score::value)
                .max()
                .orElse(1);
        return best < settings.minCosine() ? Answer.Abstained.Reason.NOTHING_RELEVANT : null;
    }

    private AugmentedPrompt augment(Context context, List<Hit> sources) throws Exception {
        Recorder.OpenHop hop = context.recorder().begin(this, Hop.AUGMENT, sources.size());
        try {
            AugmentedPrompt prompt = executor.run(
                    context.scope(),
                    Hop.AUGMENT,
                    context.deadline(),
                    hop.within(() -> augmenter.augment(
                            context.question(), sources, context.settings().contextTokens())));
            hop.tokens(prompt.tokens(), null);
            hop.ok(prompt.sources());
            return prompt;
        } catch (Exception e) {
            hop.failed(e);
            throw e;
        }
    }

    /** A model's reply, whether it came at once or in pieces. */
    private record Generated(String text, @Nullable FinishReason finishReason) {}

    private Generated generate(Context context, LlmPool llms, AugmentedPrompt prompt, @Nullable PartialGate gate)
            throws Exception {
        ChatRequest request = ChatRequest.builder().messages(prompt.messages()).build();
        Deadline own = modelDeadline(context);
        Deadline pools = own.minus(timeToTell(own));
        Recorder.OpenHop hop =
                context.recorder().begin(this, Hop.CHAT, prompt.sources().size());
        try {
            LlmReply reply = executor.run(
                    context.scope(),
                    Hop.CHAT,
                    own,
                    hop.within(() -> gate == null ? llms.chat(request, pools) : stream(llms, request, pools, gate)));
            ChatResponse response = reply.response();
            TokenUsage usage = response.tokenUsage();
            String text = Objects.requireNonNullElse(response.aiMessage().text(), "");
            hop.model(modelName(reply)).attempts(reply.attempts()).queued(reply.waited());
            if (usage != null) {
                hop.tokens(usage.inputTokenCount(), usage.outputTokenCount());
            }
            if (text.isBlank()) {
                throw new LlmUnavailableException(reply.attempts(), null, null);
            }
            if (gate != null) {
                if (!prompt.declinedBy(text)) {
                    gate.finish();
                }
                gate.check();
            }
            hop.ok(1);
            return new Generated(text.strip(), response.finishReason());
        } catch (RagException e) {
            hop.attempts(e.attempts()).failed(e);
            throw e;
        } catch (Exception e) {
            hop.failed(e);
            throw e;
        }
    }

    /** Where an extractive answer may have to stand in for the model, it is left some time. */
    private static Deadline modelDeadline(Context context) {
        Deadline deadline = context.deadline();
        if (!context.settings().extractiveFallback()) {
            return deadline;
        }
        Duration tenth = deadline.remaining().dividedBy(10);
        return deadline.minus(tenth.compareTo(MAX_RESERVE) < 0 ? tenth : MAX_RESERVE);
    }

    /** A pool that ends a call by its deadline is left a moment to say what it tried until then. */
    private static Duration timeToTell(Deadline deadline) {
        Duration part = deadline.remaining().dividedBy(50);
        return part.compareTo(MAX_TIME_TO_TELL) < 0 ? part : MAX_TIME_TO_TELL;
    }

    private static String modelName(LlmReply reply) {
        String name = reply.response().modelName();
        return name == null || name.isBlank() || reply.member().contains(name)
                ? reply.member()
                : name + " (" + reply.member() + ")";
    }

    private static LlmReply stream(LlmPool llms, ChatRequest request, Deadline deadline, PartialGate gate)
            throws Exception {
        CompletableFuture<LlmReply> done = new CompletableFuture<>();
        LlmPool.LlmStream stream = llms.stream(request, deadline, new LlmPool.LlmStreamHandler() {
            @Override
            public void onPartial(String text) {
                if (!gate.take(text)) {
                    done.completeExceptionally(new CancelledException(Hop.CHAT));
                }
            }

            @Override
            public boolean canRestart() {
                return true;
            }

            @Override
            public void onRestart() {
                if (!gate.restart()) {
                    done.completeExceptionally(new CancelledException(Hop.CHAT));
                }
            }

            @Override
            public void onComplete(LlmReply reply) {
                done.complete(reply);
            }

            @Override
            public void onError(Throwable error) {
                done.completeExceptionally(error);
            }
        });
        try {
            return done.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } finally {
            // Ends the provider's stream where the reply is not whole; else it does nothing.
            stream.cancel();
        }
    }

    /** The model could not be reached or failed: the sources' own sentences stand in, where that is allowed. */
    private Answer insteadOfModel(Context context, List<Hit> sources, Exception failure, boolean restart)
            throws Exception {
        if (!context.settings().extractiveFallback() || sources.isEmpty()) {
            throw failure;
        }
        Optional<ExtractiveAnswerer.CitedText> text = extract(context, sources);
        if (text.isEmpty()) {
            throw failure;
        }
        switch (failure) {
            case LlmUnavailableException e ->
                context.recorder().degraded(Hop.CHAT, "llm_unavailable", describe(e.attempts()));
            case DeadlineExceededException e -> context.recorder().degraded(Hop.CHAT, Asking.TIMED_OUT, "");
            default ->
                context.recorder()
                        .degraded(Hop.CHAT, "failed", failure.getClass().getSimpleName());
        }
        AnswerHandler handler = context.handler();
        if (handler != null && restart) {
            handler.onRestart();
        }
        return handOver(context, text.get());
    }

    private static String describe(List<LlmAttempt> attempts) {
        return String.join(
                ", ",
                attempts.stream()
                        .map(a -> a.member() + ": " + (a.errorType().isEmpty() ? lower(a.outcome()) : a.errorType()))
                        .toList());
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private Answer extracted(Context context, List<Hit> sources) throws Exception {
        Optional<ExtractiveAnswerer.CitedText> text = extract(context, sources);
        return text.isEmpty()
                ? abstained(context, Answer.Abstained.Reason.NO_SUPPORTING_SENTENCE)
                : handOver(context, text.get());
    }

    private Optional<ExtractiveAnswerer.CitedText> extract(Context context, List<Hit> found) throws Exception {
        List<Hit> sources =
                found.subList(0, Math.min(found.size(), context.settings().extractiveSources()));
        Recorder.OpenHop hop = context.recorder().begin(this, Hop.EXTRACT, sources.size());
        try {
            Optional<ExtractiveAnswerer.CitedText> text = executor.run(
                    context.scope(),
                    Hop.EXTRACT,
                    context.deadline(),
                    hop.within(() -> extractive.answer(context.question(), sources, context.deadline())));
            hop.ok(text.map(t -> t.citations().size()).orElse(0));
            return text;
        } catch (Exception e) {
            hop.failed(e);
            throw e;
        }
    }

    private static Answer handOver(Context context, ExtractiveAnswerer.CitedText text) {
        AnswerHandler handler = context.handler();
        if (handler != null) {
            handler.onPartial(text.text());
        }
        return verdict(context, text.text(), text.citations(), Answer.Origin.EXTRACTED);
    }

    private Answer judge(Context context, AugmentedPrompt prompt, Generated generated) throws Exception {
        if (prompt.declinedBy(generated.text())) {
            return abstained(context, Answer.Abstained.Reason.MODEL_DECLINED);
        }
        Recorder recorder = context.recorder();
        if (generated.finishReason() == FinishReason.LENGTH) {
            recorder.degraded(Hop.CHAT, "truncated", "the model stopped at its token limit");
        }
        if (prompt.sources().isEmpty()) {
            recorder.degraded(Hop.AUGMENT, "no_context", "answered from the model's memory, as settings allow");
            return verdict(context, generated.text(), List.of(), Answer.Origin.GENERATED);
        }
        List<Citation> citations = cite(context, prompt, generated.text());
        if (citations.isEmpty()) {
            recorder.degraded(Hop.CITE, "no_citation", "");
        }
        List<String> unsupported = citations.stream()
                .filter(c -> !c.supported())
                .map(c -> "[" + c.number() + "]")
                .distinct()
                .toList();
        if (!unsupported.isEmpty()) {
            recorder.degraded(Hop.CITE, "unsupported_citation", String.join(" ", unsupported));
        }
        return verdict(context, generated.text(), citations, Answer.Origin.GENERATED);
    }

    private List<Citation> cite(Context context, AugmentedPrompt prompt, String text) throws Exception {
        Recorder.OpenHop hop =
                context.recorder().begin(this, Hop.CITE, prompt.sources().size());
        try {
            List<Citation> citations = executor.run(
                    context.scope(),
                    Hop.CITE,
                    context.deadline(),
                    hop.within(() -> List.copyOf(checker.check(text, prompt.sources()))));
            hop.ok((int) citations.stream().filter(Citation::supported).count());
            return citations;
        } catch (Exception e) {
            hop.failed(e);
            throw e;
        }
    }

    private static Answer verdict(Context context, String text, List<Citation> citations, Answer.Origin origin) {
        Trace trace = context.recorder().trace();
        return trace.degradations().isEmpty()
                ? new Answer.Grounded(text, citations, origin, trace)
                : new Answer.Degraded(text, citations, origin, trace.degradations(), trace);
    }

    private static Answer abstained(Context context, Answer.Abstained.Reason reason) {
        Recorder recorder = context.recorder();
        return new Answer.Abstained(reason, recorder.partlySearched() ? PARTLY_SEARCHED : ABSTENTION, recorder.trace());
    }
}
