package dev.groundwork.rag;

import dev.langchain4j.data.embedding.Embedding;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The first half of a question: legs in parallel, fusion, reranking. */
final class Retrieval {

    /** Of the time that a hop which may be skipped finds, it may use half: a hung one must leave time for the rest. */
    private static final double SKIPPABLE_SHARE = 0.5;

    /** Where only fusion is to follow, the legs may use nearly all of it. */
    private static final double LAST_SHARE = 0.9;

    /** Why something is missing that was not done in time. */
    static final String TIMED_OUT = "timed_out";

    private final HopExecutor executor;
    private final @Nullable QueryRewriter rewriter;
    private final List<Retriever> retrievers;
    private final @Nullable Fusion fusion;
    private final @Nullable RelevanceFeedback feedback;
    private final @Nullable Reranker reranker;
    private final Answerability.Calibration calibration;

    Retrieval(
            HopExecutor executor,
            @Nullable QueryRewriter rewriter,
            List<Retriever> retrievers,
            @Nullable Fusion fusion,
            @Nullable RelevanceFeedback feedback,
            @Nullable Reranker reranker,
            Answerability.Calibration calibration) {
        this.executor = executor;
        this.rewriter = rewriter;
        this.retrievers = List.copyOf(retrievers);
        this.fusion = fusion;
        this.feedback = feedback;
        this.reranker = reranker;
        this.calibration = calibration;
    }

    /**
     * Finds the best hits; a leg or a reranker that fails is recorded as missing, and what the vector leg says of whether the
     * question is answered is recorded too.
     *
     * @param limit the most hits to return
     * @param last whether nothing is to follow that needs time
     */
    List<Hit> run(
            Question question,
            int limit,
            boolean last,
            RagSettings settings,
            Deadline deadline,
            QuestionScope scope,
            Recorder recorder)
            throws Exception {
        QueryRewriter.Rewrite queries = rewrite(question, deadline, scope, recorder);
        int candidates = Math.max(settings.candidates(), limit);
        double share = retrievers.size() == 1 ? 1 : last && reranker == null ? LAST_SHARE : SKIPPABLE_SHARE;
        AtomicReference<@Nullable Embedding> embedded = new AtomicReference<>();
        Map<String, List<Hit>> legs;
        List<Hit> ranked;
        try (SharedSnapshot snapshot = SharedSnapshot.of(retrievers)) { // let go of before a reranker takes its time
            legs = legs(question, queries, candidates, deadline, share, scope, recorder, snapshot, embedded::set);
            recorder.answerability(
                    Answerability.of(legs.getOrDefault(Hop.VECTOR, List.of())).map(seen -> seen.with(calibration)));
            ranked = fuse(question, legs, candidates, settings, deadline, scope, recorder);
            ranked = feedBack(
                    question,
                    queries,
                    ranked,
                    legs,
                    embedded.get(),
                    candidates,
                    settings,
                    deadline,
                    scope,
                    recorder,
                    snapshot);
            ranked = titles(
                    question, ranked, legs, embedded.get(), candidates, settings, deadline, scope, recorder, snapshot);
            ranked = late(question, ranked, legs, embedded.get(), settings, deadline, scope, recorder, snapshot);
        }
        // only now, so that a few hits are the first of many
        int wanted = reranker == null ? limit : Math.max(settings.rerankCandidates(), limit);
        ranked = ranked.subList(0, Math.min(wanted, ranked.size()));
        if (reranker == null || ranked.isEmpty()) {
            return List.copyOf(ranked);
        }
        return rerank(reranker, question, ranked, limit, deadline, scope, recorder);
    }

    /** What to search for; the question itself where nothing says otherwise, or what should say so fails. */
    private QueryRewriter.Rewrite rewrite(Question question, Deadline deadline, QuestionScope scope, Recorder recorder)
            throws Exception {
        QueryRewriter.Rewrite itself = QueryRewriter.Rewrite.of(question.text());
        QueryRewriter used = rewriter;
        if (used == null) {
            return itself;
        }
        Recorder.OpenHop hop = recorder.begin(this, Hop.REWRITE, 1).model(used.name());
        return skippable(
                Hop.REWRITE,
                hop,
                itself,
                deadline,
                scope,
                recorder,
                own -> used.rewrite(question, own),
                rewrite -> hop.ok(rewrite.texts().size() + rewrite.passages().size()));
    }

    private Map<String, List<Hit>> legs(
            Question question,
            QueryRewriter.Rewrite queries,
            int candidates,
            Deadline deadline,
            double share,
            QuestionScope scope,
            Recorder recorder,
            @Nullable SharedSnapshot snapshot,
            Consumer<Embedding> embedded)
            throws Exception {
        Deadline legDeadline = deadline.share(share);
        List<Running<List<Hit>>> running = new ArrayList<>();
        for (Retriever retriever : retrievers) {
            running.add(executor.start(
                    scope,
                    retriever.name(),
                    () -> leg(retriever, question, queries, candidates, legDeadline, recorder, snapshot, embedded)));
        }
        return await(running, legDeadline, deadline.timeout(), recorder);
    }

    private Map<String, List<Hit>> await(
            List<Running<List<Hit>>> running, Deadline legDeadline, Duration timeout, Recorder recorder)
            throws Exception {
        Map<String, List<Hit>> found = new LinkedHashMap<>();
        List<Degradation> failures = new ArrayList<>();
        Throwable firstFailure = null;
        for (int i = 0; i < running.size(); i++) {
            Retriever retriever = retrievers.get(i);
            try {
                found.put(retriever.name(), running.get(i).await(legDeadline));
            } catch (CancelledException e) {
                recorder.abandon(retriever, Hop.Status.CANCELLED);
                throw e;
            } catch (DeadlineExceededException e) {
                recorder.abandon(retriever, Hop.Status.TIMED_OUT);
                running.get(i).leave();
                failures.add(new Degradation(retriever.name(), TIMED_OUT, ""));
                firstFailure = firstFailure == null ? e : firstFailure;
            } catch (Exception | LinkageError | StackOverflowError e) {
                failures.add(
                        new Degradation(retriever.name(), "failed", e.getClass().getSimpleName()));
                firstFailure = firstFailure == null ? e : firstFailure;
            }
        }
        if (found.isEmpty()) {
            if (firstFailure instanceof IllegalArgumentException mistake) {
                // The question itself is at fault, for instance a filter that the index can't translate.
                throw mistake;
            }
            if (failures.stream().allMatch(failure -> failure.reason().equals(TIMED_OUT))) {
                throw new DeadlineExceededException(retrievers.getFirst().name(), timeout);
            }
            throw new RetrievalFailedException(failures, firstFailure);
        }
        failures.forEach(recorder::legMissing);
        return found;
    }

    private static List<Hit> leg(
            Retriever retriever,
            Question question,
            QueryRewriter.Rewrite queries,
            int candidates,
            Deadline deadline,
            Recorder recorder,
            @Nullable SharedSnapshot snapshot,
            Consumer<Embedding> embedded)
            throws InterruptedException {
        if (retriever instanceof VectorRetriever vector) {
            return vector.retrieve(
                    question, queries, candidates, deadline, recorder, () -> state(vector, snapshot), embedded);
        }
        Recorder.OpenHop hop =
                recorder.begin(retriever, retriever.name(), queries.texts().size());
        try {
            List<Hit> hits =
                    List.copyOf(hop.work(() -> find(retriever, question, queries, candidates, deadline, snapshot)));
            hop.ok(hits);
            return hits;
        } catch (RuntimeException | InterruptedException | LinkageError | StackOverflowError e) {
            hop.failed(e);
            throw e;
        }
    }

    private static List<Hit> find(
            Retriever retriever,
            Question question,
            QueryRewriter.Rewrite queries,
            int candidates,
            Deadline deadline,
            @Nullable SharedSnapshot snapshot)
            throws InterruptedException {
        List<List<Hit>> rankings = new ArrayList<>(queries.texts().size());
        for (String text : queries.texts()) {
            Question query = text.equals(question.text()) ? question : question.withText(text);
            rankings.add(
                    retriever instanceof TextRetriever words
                            ? words.retrieve(query, candidates, state(words, snapshot))
                            : retriever.retrieve(query, candidates, deadline));
        }
        return BestOf.of(rankings, candidates);
    }

    private static SegmentReader state(IndexLeg leg, @Nullable SharedSnapshot snapshot) {
        return snapshot == null ? leg.reader() : snapshot.of(leg);
    }

    /** What vectors count: less where the model knows few of the words that were found, and next to nothing where none. */
    private double vectorWeight(Question question, Map<String, List<Hit>> legs, RagSettings settings) {
        return settings.vectorWeight() * understood(question, legs);
    }

    /** Returns how much of the question the model understands, from next to nothing to 1. */
    private double understood(Question question, Map<String, List<Hit>> legs) {
        List<Hit> words = legs.getOrDefault(Hop.TEXT, List.of());
        return retrievers.stream()
                .filter(VectorRetriever.class::isInstance)
                .mapToDouble(leg -> ((VectorRetriever) leg).understood(question, words))
                .min()
                .orElse(1);
    }

    private List<Hit> fuse(
            Question question,
            Map<String, List<Hit>> legs,
            int limit,
            RagSettings settings,
            Deadline deadline,
            QuestionScope scope,
            Recorder recorder)
            throws Exception {
        if (retrievers.size() == 1) {
            List<Hit> only = legs.values().iterator().next();
            return only.subList(0, Math.min(limit, only.size()));
        }
        int in = legs.values().stream().mapToInt(List::size).sum();
        double weight = vectorWeight(question, legs, settings);
        Fusion strategy = fusion(Map.of(Hop.VECTOR, weight, Hop.TEXT, 1 - weight));
        Recorder.OpenHop hop = recorder.begin(this, Hop.FUSE, in);
        try {
            List<Hit> fused =
                    executor.run(scope, Hop.FUSE, deadline, hop.within(() -> List.copyOf(strategy.fuse(legs, limit))));
            hop.ok(fused);
            return fused;
        } catch (Exception e) {
            hop.failed(e);
            throw e;
        }
    }

    private Fusion fusion(Map<String, Double> weights) {
        return fusion == null ? new ConvexFusion(weights) : fusion;
    }

    /** Searches once more, by what the first hits say, where the vector leg has been at work; what goes wrong costs nothing else. */
    private List<Hit> feedBack(
            Question question,
            QueryRewriter.Rewrite queries,
            List<Hit> fused,
            Map<String, List<Hit>> legs,
            @Nullable Embedding embedding,
            int limit,
            RagSettings settings,
            Deadline deadline,
            QuestionScope scope,
            Recorder recorder,
            @Nullable SharedSnapshot snapshot)
            throws Exception {
        RelevanceFeedback used = feedback;
        VectorRetriever vector = vectorLeg();
        if (used == null || vector == null || embedding == null || fused.isEmpty()) {
            return fused;
        }
        double weight = vectorWeight(question, legs, settings);
        Fusion strategy = fusion(Map.of(
                Hop.VECTOR,
                weight,
                Hop.TEXT,
                (1 - weight) * (1 - used.textShare()),
                SecondPass.TERMS,
                (1 - weight) * used.textShare()));
        Recorder.OpenHop hop = recorder.begin(this, Hop.FEEDBACK, Math.min(used.sources(), fused.size()));
        return skippable(
                Hop.FEEDBACK,
                hop,
                fused,
                deadline,
                scope,
                recorder,
                own -> new SecondPass(used, question, queries.texts().getFirst(), embedding, state(vector, snapshot))
                        .search(fused, legs, strategy, limit, own),
                hop::ok);
    }

    /** Follows titles where the default legs and a fusion have been at work; what goes wrong with it costs nothing else. */
    private List<Hit> titles(
            Question question,
            List<Hit> fused,
            Map<String, List<Hit>> legs,
            @Nullable Embedding embedding,
            int limit,
            RagSettings settings,
            Deadline deadline,
            QuestionScope scope,
            Recorder recorder,
            @Nullable SharedSnapshot snapshot)
            throws Exception {
        if (settings.titleHops() == 0 || embedding == null || fusion != null || legs.size() < 2 || fused.isEmpty()) {
            return fused;
        }
        VectorRetriever vector = vectorLeg();
        if (vector == null) {
            return fused;
        }
        MinMax cosines = MinMax.of(legs.getOrDefault(Hop.VECTOR, List.of()).stream()
                .mapToDouble(hit -> hit.score().value())
                .toArray());
        Recorder.OpenHop hop = recorder.begin(this, Hop.TITLES, fused.size());
        return skippable(
                Hop.TITLES,
                hop,
                fused,
                deadline,
                scope,
                recorder,
                own -> {
                    List<Hit> followed = TitleHop.follow(
                            question.filter(),
                            embedding,
                            state(vector, snapshot),
                            fused,
                            cosines,
                            vectorWeight(question, legs, settings),
                            settings.titleHops());
                    return List.copyOf(followed.subList(0, Math.min(limit, followed.size())));
                },
                hop::ok);
    }

    /** Compares tokens where the index has some; what goes wrong with it costs nothing else. */
    private List<Hit> late(
            Question question,
            List<Hit> fused,
            Map<String, List<Hit>> legs,
            @Nullable Embedding embedding,
            RagSettings settings,
            Deadline deadline,
            QuestionScope scope,
            Recorder recorder,
            @Nullable SharedSnapshot snapshot)
            throws Exception {
        VectorRetriever vector = vectorLeg();
        TokenVectors asked = LateOrder.tokens(embedding);
        if (settings.lateWeight() == 0 || vector == null || asked == null || fused.size() < 2) {
            return fused;
        }
        Recorder.OpenHop hop = recorder.begin(this, Hop.LATE, fused.size());
        AtomicReference<Map<String, Double>> near = new AtomicReference<>(Map.of());
        List<Hit> ordered = skippable(
                Hop.LATE,
                hop,
                fused,
                deadline,
                scope,
                recorder,
                own -> {
                    near.set(LateOrder.near(state(vector, snapshot), asked, fused));
                    return LateOrder.order(fused, near.get(), settings.lateWeight());
                },
                hop::ok);
        Answerability.Tokens.of(fused, near.get())
                .ifPresent(
                        said -> recorder.answerability(recorder.answerability().map(seen -> seen.with(said))));
        return ordered;
    }

    private @Nullable VectorRetriever vectorLeg() {
        return retrievers.stream()
                .filter(VectorRetriever.class::isInstance)
                .map(VectorRetriever.class::cast)
                .findFirst()
                .orElse(null);
    }

    private List<Hit> rerank(
            Reranker used,
            Question question,
            List<Hit> hits,
            int limit,
            Deadline deadline,
            QuestionScope scope,
            Recorder recorder)
            throws Exception {
        Recorder.OpenHop hop = recorder.begin(this, Hop.RERANK, hits.size()).model(used.name());
        List<Hit> unranked = hits.subList(0, Math.min(limit, hits.size()));
        return skippable(
                Hop.RERANK,
                hop,
                unranked,
                deadline,
                scope,
                recorder,
                own -> List.copyOf(used.rerank(question, hits, limit, own)),
                hop::ok);
    }

    @FunctionalInterface
    private interface Skippable<T> {
        T within(Deadline own) throws Exception;
    }

    /** Runs a hop within its share of what is left; where it fails or is late, what there is without it stands, and is flagged. */
    private <T> T skippable(
            String name,
            Recorder.OpenHop hop,
            T without,
            Deadline deadline,
            QuestionScope scope,
            Recorder recorder,
            Skippable<T> work,
            Consumer<T> done)
            throws Exception {
        Deadline own = deadline.share(SKIPPABLE_SHARE);
        String reason;
        String detail;
        try {
            T result = executor.run(scope, name, own, hop.within(() -> work.within(own)));
            done.accept(result);
            return result;
        } catch (CancelledException e) {
            hop.failed(e);
            throw e;
        } catch (DeadlineExceededException e) {
            hop.failed(e);
            reason = TIMED_OUT;
            detail = "";
        } catch (Exception | LinkageError | StackOverflowError e) {
            hop.failed(e);
            reason = "failed";
            detail = e.getClass().getSimpleName();
        }
        recorder.degraded(name, reason, detail);
        return without;
    }
}
