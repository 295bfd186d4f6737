package dev.groundwork.rag.benchmarks.passages;

import dev.langchain4j.model.TokenCountEstimator;
import java.util.ArrayList;
import java.util.List;

/**
 * How well a side finds evidence within a budget of tokens: its passages are read from the best on until the budget is
 * spent, the last one only in part. Each figure is the mean over questions, in characters.
 *
 * @param side what was judged
 * @param passages how many passages it has
 * @param recall evidence that was read, of all evidence
 * @param precision evidence that was read, of all that was read
 * @param iou evidence that was read, of evidence and what was read together
 */
public record Judgement(String side, int passages, double recall, double precision, double iou) {

    private static final int LIMIT = 100;

    /** Asks all questions. */
    public static Judgement of(Side side, EvidenceSet set, TokenCountEstimator tokens, int budget) {
        double recall = 0;
        double precision = 0;
        double iou = 0;
        for (EvidenceSet.Question question : set.questions()) {
            Spans read = read(side.find(question.text(), LIMIT), tokens, budget);
            double common = question.evidence().common(read);
            recall += common / question.evidence().length();
            precision += read.length() == 0 ? 0 : common / read.length();
            iou += common / (question.evidence().length() + read.length() - common);
        }
        int count = set.questions().size();
        return new Judgement(side.name(), side.size(), recall / count, precision / count, iou / count);
    }

    private static Spans read(List<Passage> passages, TokenCountEstimator tokens, int budget) {
        List<Spans.Span> read = new ArrayList<>();
        int left = budget;
        for (Passage passage : passages) {
            int size = tokens.estimateTokenCountInText(passage.text());
            Spans.Span span = passage.span();
            if (size <= left) {
                read.add(span);
                left -= size;
            } else {
                int length = (int) ((long) (span.end() - span.start()) * left / size);
                read.add(new Spans.Span(span.document(), span.start(), span.start() + length));
                break;
            }
        }
        return new Spans(read);
    }
}
