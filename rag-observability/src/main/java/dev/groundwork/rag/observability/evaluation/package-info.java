/**
 * Judges rankings by trec_eval's definitions. Starts at {@link dev.groundwork.rag.observability.evaluation.Evaluation}:
 *
 * <pre>{@code
 * Qrels qrels = Qrels.read(Path.of("qrels/test.tsv"));
 * Run run = Run.read(Path.of("run.txt"));
 * Evaluation evaluation = Evaluation.of(run, qrels, List.of(RankingMetric.ndcg(10), RankingMetric.recall(100)));
 * double ndcg = evaluation.mean(RankingMetric.ndcg(10));
 * }</pre>
 *
 * <p>{@link dev.groundwork.rag.observability.evaluation.BeirCollection} reads a collection,
 * {@link dev.groundwork.rag.observability.evaluation.PairedComparison} says whether two runs differ by more than chance, and
 * {@link dev.groundwork.rag.observability.evaluation.SpanScores} judges passages by the characters that they cover.
 */
@NullMarked
package dev.groundwork.rag.observability.evaluation;

import org.jspecify.annotations.NullMarked;
