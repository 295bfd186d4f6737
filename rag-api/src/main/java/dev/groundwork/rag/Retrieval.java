package dev.groundwork.rag;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The first half of a question: legs in parallel, fusion, reranking. */
final class Retrieval {

    /** Of the time that a hop which may be skipped finds, it may use half: a hung one must leave time for the rest. */
    private static final double SKIPPABLE_SHARE = 0.5;

    /** Where only fusion is to follow, the legs may use nearly all of it. */
    private static final double LAST_SHARE = 0.9;

    private final HopExecutor executor;
    private final List<Retriever> retrievers;
    private final @Nullable Fusion fusion;
    private final @Nullable Reranker reranker;

    Retrieval(HopExecutor executor, List<Retriever> retrievers, @Nullable Fusion fusion, @Nullable Reranker reranker) {
        this.executor = executor;
        this.retrievers = List.copyOf(retrievers);
        this.fusion = fusion;
        this.reranker = reranker;
    }

    /**
     * Finds the best hits; a leg or a reranker that fails is recorded as missing.
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
        int candidates = Math.max(settings.candidates(), limit);
        double share = retrievers.size() == 1 ? 1 : last && reranker == null ? LAST_SHARE : SKIPPABLE_SHARE;
        Map<String, List<Hit>> legs = legs(question, candidates, deadline.share(share), scope, recorder);
        int wanted = reranker == null ? limit : Math.max(settings.rerankCandidates(), limit);
        List<Hit> fused = fuse(legs, wanted, settings, deadline, scope, recorder);
        if (reranker == null || fused.isEmpty()) {
            return fused;
        }
        return rerank(reranker, question, fused, limit, deadline, scope, recorder);
    }

    private Map<String, List<Hit>> legs(
            Question question, int candidates, Deadline legDeadline, QuestionScope scope, Recorder recorder)
            throws Exception {
        try (SharedSnapshot snapshot = SharedSnapshot.of(retrievers)) {
            List<Running<List<Hit>>> running = new ArrayList<>();
            for (Retriever retriever : retrievers) {
                running.add(executor.start(
                        scope,
                        retriever.name(),
                        () -> leg(retriever, question, candidates, legDeadline, recorder, snapshot)));
            }
            return await(running, legDeadline, recorder);
        }
    }

    private Map<String, List<Hit>> await(List<Running<List<Hit>>> running, Deadline legDeadline, Recorder recorder)
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
                failures.add(new Degradation(retriever.name(), "timed_out", ""));
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
            throw new RetrievalFailedException(failures, firstFailure);
        }
        failures.forEach(f -> recorder.degraded(f.hop(), f.reason(), f.detail()));
        return found;
    }

    private static List<Hit> leg(
            Retriever retriever,
            Question question,
            int candidates,
            Deadline deadline,
            Recorder recorder,
            @Nullable SharedSnapshot snapshot)
            throws InterruptedException {
        if (retriever instanceof VectorRetriever vector) {
            return vector.retrieve(question, candidates, deadline, recorder, () -> state(vector, snapshot));
        }
        Recorder.OpenHop hop = recorder.begin(retriever, retriever.name(), 1);
        try {
            List<Hit> hits = List.copyOf(
                    retriever instanceof TextRetriever text
                            ? text.retrieve(question, candidates, state(text, snapshot))
                            : retriever.retrieve(question, candidates, deadline));
            hop.ok(hits);
            return hits;
        } catch (RuntimeException | InterruptedException | LinkageError | StackOverflowError e) {
            hop.failed(e);
            throw e;
        }
    }

    private static SegmentReader state(IndexLeg leg, @Nullable SharedSnapshot snapshot) {
        return snapshot == null ? leg.reader() : snapshot.of(leg);
    }

    private List<Hit> fuse(
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
        double weight = settings.vectorWeight();
        Fusion strategy = fusion == null ? new ConvexFusion(Map.of(Hop.VECTOR, weight, Hop.TEXT, 1 - weight)) : fusion;
        Recorder.OpenHop hop = recorder.begin(this, Hop.FUSE, in);
        try {
            List<Hit> fused = executor.run(scope, Hop.FUSE, deadline, () -> List.copyOf(strategy.fuse(legs, limit)));
            hop.ok(fused);
            return fused;
        } catch (Exception e) {
            hop.failed(e);
            throw e;
        }
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
        Deadline own = deadline.share(SKIPPABLE_SHARE);
        Recorder.OpenHop hop = recorder.begin(this, Hop.RERANK, hits.size()).model(used.name());
        String reason;
        String detail;
        try {
            List<Hit> ranked =
                    executor.run(scope, Hop.RERANK, own, () -> List.copyOf(used.rerank(question, hits, limit, own)));
            hop.ok(ranked);
            return ranked;
        } catch (CancelledException e) {
            hop.failed(e);
            throw e;
        } catch (DeadlineExceededException e) {
            hop.failed(e);
            reason = "timed_out";
            detail = "";
        } catch (Exception | LinkageError | StackOverflowError e) {
            hop.failed(e);
            reason = "failed";
            detail = e.getClass().getSimpleName();
        }
        recorder.degraded(Hop.RERANK, reason, detail);
        return hits.subList(0, Math.min(limit, hits.size()));
    }
}
