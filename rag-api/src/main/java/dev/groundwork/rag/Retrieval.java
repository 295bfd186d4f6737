package dev.groundwork.rag;

import dev.langchain4j.data.embedding.Embedding;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The first half of a question: legs in parallel, fusion, reranking. */
final class Retrieval {

    /** Where only fusion is to follow, the legs may use nearly all of it. */
    private static final double LAST_SHARE = 0.9;

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
        Asking asking = new Asking(question, settings, deadline, executor, scope, recorder);
        QueryRewriter.Rewrite queries = rewrite(asking);
        double share = retrievers.size() == 1 ? 1 : last && reranker == null ? LAST_SHARE : Asking.SKIPPABLE_SHARE;
        List<Hit> ranked;
        try (SharedSnapshot snapshot = SharedSnapshot.of(retrievers)) { // let go of before a reranker takes its time
            ranked = ranked(asking, queries, Math.max(settings.candidates(), limit), deadline.share(share), snapshot);
        }
        // only now, so that a few hits are the first of many
        int wanted = reranker == null ? limit : Math.max(settings.rerankCandidates(), limit);
        ranked = List.copyOf(ranked.subList(0, Math.min(wanted, ranked.size())));
        return reranker == null || ranked.isEmpty() ? ranked : rerank(reranker, asking, ranked, limit);
    }

    /** Searches with all legs and makes one ranking of what they find. */
    private List<Hit> ranked(
            Asking asking,
            QueryRewriter.Rewrite queries,
            int candidates,
            Deadline legDeadline,
            @Nullable SharedSnapshot snapshot)
            throws Exception {
        AtomicReference<@Nullable Embedding> embedded = new AtomicReference<>();
        List<Running<List<Hit>>> running = new ArrayList<>();
        for (Retriever retriever : retrievers) {
            running.add(executor.start(
                    asking.scope(),
                    retriever.name(),
                    () -> leg(retriever, asking, queries, candidates, legDeadline, snapshot, embedded::set)));
        }
        Map<String, List<Hit>> legs =
                await(running, legDeadline, asking.deadline().timeout(), asking.recorder());
        asking.recorder()
                .answerability(Answerability.of(legs.getOrDefault(Hop.VECTOR, List.of()))
                        .map(seen -> seen.with(calibration)));
        Ranking.Near near = Optional.ofNullable(embedded.get())
                .flatMap(vector ->
                        vectorLegs().findFirst().map(leg -> new Ranking.Near(vector, () -> state(leg, snapshot))))
                .orElse(null);
        Ranking ranking = new Ranking(asking, legs, fusion, understood(asking.question(), legs), candidates, near);
        List<Hit> ranked = retrievers.size() == 1 ? legs.values().iterator().next() : ranking.fuse();
        if (feedback != null) {
            ranked = ranking.feedBack(feedback, queries.texts().getFirst(), ranked);
        }
        return ranking.compareTokens(ranking.followTitles(ranked));
    }

    private Stream<VectorRetriever> vectorLegs() {
        return retrievers.stream().filter(VectorRetriever.class::isInstance).map(VectorRetriever.class::cast);
    }

    /** Returns how much of the question the model understands, from next to nothing to 1. */
    private double understood(Question question, Map<String, List<Hit>> legs) {
        List<Hit> words = legs.getOrDefault(Hop.TEXT, List.of());
        return vectorLegs()
                .mapToDouble(leg -> leg.understood(question, words))
                .min()
                .orElse(1);
    }

    /** What to search for; the question itself where nothing says otherwise, or what should say so fails. */
    private QueryRewriter.Rewrite rewrite(Asking asking) throws Exception {
        QueryRewriter.Rewrite itself =
                QueryRewriter.Rewrite.of(asking.question().text());
        QueryRewriter used = rewriter;
        if (used == null) {
            return itself;
        }
        Recorder.OpenHop hop = asking.recorder().begin(this, Hop.REWRITE, 1).model(used.name());
        return asking.skippable(
                Hop.REWRITE,
                hop,
                itself,
                own -> used.rewrite(asking.question(), own),
                rewrite -> hop.ok(rewrite.texts().size() + rewrite.passages().size()));
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
                failures.add(new Degradation(retriever.name(), Asking.TIMED_OUT, ""));
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
            if (failures.stream().allMatch(failure -> failure.reason().equals(Asking.TIMED_OUT))) {
                throw new DeadlineExceededException(retrievers.getFirst().name(), timeout);
            }
            throw new RetrievalFailedException(failures, firstFailure);
        }
        failures.forEach(recorder::legMissing);
        return found;
    }

    private static List<Hit> leg(
            Retriever retriever,
            Asking asking,
            QueryRewriter.Rewrite queries,
            int candidates,
            Deadline deadline,
            @Nullable SharedSnapshot snapshot,
            Consumer<Embedding> embedded)
            throws InterruptedException {
        Question question = asking.question();
        Recorder recorder = asking.recorder();
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

    private List<Hit> rerank(Reranker used, Asking asking, List<Hit> hits, int limit) throws Exception {
        Recorder.OpenHop hop =
                asking.recorder().begin(this, Hop.RERANK, hits.size()).model(used.name());
        return asking.skippable(
                Hop.RERANK,
                hop,
                hits.subList(0, Math.min(limit, hits.size())),
                own -> List.copyOf(used.rerank(asking.question(), hits, limit, own)),
                hop::ok);
    }
}
