package dev.groundwork.rag.examples.eval;

import dev.groundwork.rag.lucene.ingest.TextDocuments;
import dev.groundwork.rag.observability.evaluation.BeirCollection.Query;
import dev.groundwork.rag.observability.evaluation.SpanScores;
import dev.groundwork.rag.observability.evaluation.SpanScores.Span;
import dev.langchain4j.model.TokenCountEstimator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Judges the passages that fit into a budget of tokens by the evidence that they hold, where a collection tells evidence. */
public final class SpanJudge {

    /** What passages may have together. */
    public static final int BUDGET_TOKENS = 1_000;

    private final Map<String, String> texts = new HashMap<>();
    private final TokenCountEstimator tokens;

    SpanJudge(List<TextDocuments.Text> documents, TokenCountEstimator tokens) {
        documents.forEach(document -> texts.put(document.id(), document.text()));
        this.tokens = tokens;
    }

    /** Scores what was found for a query; empty where it tells no evidence. */
    Optional<SpanScores> judge(Query query, List<Method.Passage> passages) {
        if (query.evidence().isEmpty()) {
            return Optional.empty();
        }
        List<Span> spans = new ArrayList<>();
        int used = 0;
        for (Method.Passage passage : passages) {
            int size = tokens.estimateTokenCountInText(passage.text());
            if (used + size > BUDGET_TOKENS) {
                break;
            }
            used += size;
            place(passage).ifPresent(spans::add);
        }
        return Optional.of(SpanScores.of(spans, query.evidence()));
    }

    /** Finds a passage in its document; a peer's passage may begin with the title, which is no part of the text. */
    private Optional<Span> place(Method.Passage passage) {
        String text = texts.getOrDefault(passage.document(), "");
        String wanted = passage.text().strip();
        int start = text.indexOf(wanted);
        int line = wanted.indexOf('\n');
        if (start < 0 && line >= 0) {
            wanted = wanted.substring(line + 1).strip();
            start = text.indexOf(wanted);
        }
        return start < 0 || wanted.isEmpty()
                ? Optional.empty()
                : Optional.of(new Span(passage.document(), start, start + wanted.length()));
    }

    /** Returns the means; empty where there are none. */
    static Optional<SpanScores> mean(List<SpanScores> scores) {
        if (scores.isEmpty()) {
            return Optional.empty();
        }
        double n = scores.size();
        return Optional.of(new SpanScores(
                scores.stream().mapToDouble(SpanScores::recall).sum() / n,
                scores.stream().mapToDouble(SpanScores::precision).sum() / n,
                scores.stream().mapToDouble(SpanScores::iou).sum() / n));
    }
}
