package dev.groundwork.rag.llm;

import dev.groundwork.rag.Deadline;
import dev.groundwork.rag.Hit;
import dev.groundwork.rag.Question;
import dev.groundwork.rag.Reranker;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.scoring.ScoringModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Orders hits by any LangChain4j {@link ScoringModel}: a service's, or a cross-encoder of one's own. Thread-safe if the model
 * is; it does not close the model.
 *
 * <p>The model gets the candidates in batches, and the deadline is looked at between them: what is late ends with a
 * {@link dev.groundwork.rag.DeadlineExceededException}, and the search goes on without a reranker, and says so.
 */
public final class ScoringModelReranker implements Reranker {

    /** Few enough that a deadline is not missed by much, enough that a service is not called once for each hit. */
    public static final int DEFAULT_BATCH = 16;

    private final String name;
    private final ScoringModel model;
    private final int batch;

    private ScoringModelReranker(String name, ScoringModel model, int batch) {
        this.name = name;
        this.model = model;
        this.batch = batch;
    }

    /**
     * Makes one with {@link #DEFAULT_BATCH}.
     *
     * @param name in traces and metrics
     */
    public static ScoringModelReranker of(String name, ScoringModel model) {
        return of(name, model, DEFAULT_BATCH);
    }

    /**
     * Makes one.
     *
     * @param name in traces and metrics
     * @param batch how many hits the model gets at once, 1 to 1,000
     */
    public static ScoringModelReranker of(String name, ScoringModel model, int batch) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("name is blank, must hold a visible character");
        }
        if (batch < 1 || batch > Question.MAX_LIMIT) {
            throw new IllegalArgumentException("batch is " + batch + ", must be from 1 to " + Question.MAX_LIMIT);
        }
        return new ScoringModelReranker(name, Objects.requireNonNull(model, "model"), batch);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<Hit> rerank(Question question, List<Hit> hits, int limit, Deadline deadline)
            throws InterruptedException {
        List<Double> scores = new ArrayList<>();
        for (int from = 0; from < hits.size(); from += batch) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            deadline.check(name);
            List<TextSegment> texts = hits.subList(from, Math.min(hits.size(), from + batch)).stream()
                    .map(Hit::segment)
                    .toList();
            List<Double> some = model.scoreAll(texts, question.text()).content();
            if (some.size() != texts.size()) {
                throw new IllegalStateException(
                        name + " gave " + some.size() + " scores for " + texts.size() + " texts");
            }
            scores.addAll(some);
        }
        return Reordering.byScore(name, hits, scores, limit);
    }
}
