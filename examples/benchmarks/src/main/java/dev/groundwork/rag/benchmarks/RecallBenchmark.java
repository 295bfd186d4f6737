package dev.groundwork.rag.benchmarks;

import dev.groundwork.rag.IndexedSegment;
import dev.groundwork.rag.benchmarks.data.Corpus;
import dev.groundwork.rag.benchmarks.data.Exact;
import dev.groundwork.rag.benchmarks.data.Passage;
import dev.groundwork.rag.benchmarks.data.Share;
import dev.groundwork.rag.benchmarks.engines.OurIndex;
import dev.groundwork.rag.benchmarks.engines.RawLucene;
import dev.groundwork.rag.benchmarks.engines.Search;
import dev.groundwork.rag.benchmarks.measure.Line;
import dev.groundwork.rag.benchmarks.measure.Report;
import dev.groundwork.rag.benchmarks.measure.Target;
import dev.groundwork.rag.lucene.VectorProfile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/**
 * How much of what an exact search finds each profile finds: with and without filters, as built, and after 30 % of the
 * passages were given other vectors and 20 % deleted.
 */
@Command(
        name = "recall",
        description = "Recall@10 of each profile, with filters, before and after updates and deletions.")
final class RecallBenchmark extends Benchmark {

    private static final double UPDATED = 0.3;
    private static final double DELETED = 0.2;
    private static final int BATCH = 1_000;
    private static final long SEED = 7;

    RecallBenchmark(Surroundings surroundings) {
        super(surroundings, "recall", USUAL_SIZE, List.of(DataKind.REAL, DataKind.SYNTHETIC));
    }

    @Override
    void measure(Run run, Report report) throws IOException {
        for (VectorProfile profile : VectorProfile.values()) {
            String name = profile.name().toLowerCase(Locale.ROOT).replace('_', ' ');
            try (OurIndex index = run.ours(name, profile)) {
                Target target = Target.atLeast(profile == VectorProfile.HIGH_RECALL ? 0.99 : 0.95);
                int[] contents = IntStream.range(0, run.corpus().size()).toArray();
                tell(run, report, name + ", as built", index, contents, target);
                churn(run.corpus(), index, contents);
                index.settle();
                tell(run, report, name + ", updated", index, contents, target);
            }
        }
        report.note(String.format(
                Locale.ROOT,
                "updated: %.0f %% of the passages were given the vector and text of another one of them, in batches of"
                        + " %,d, and %.0f %% were deleted",
                100 * UPDATED,
                BATCH,
                100 * DELETED));
    }

    /**
     * Measures each share.
     *
     * @param contents which passage's vector each id has now; negative where it was deleted
     */
    private static void tell(Run run, Report report, String state, OurIndex index, int[] contents, Target target)
            throws IOException {
        report.note(state + ": segments " + RawLucene.segments(index.folder()));
        Corpus corpus = run.corpus();
        for (Share share : Share.values()) {
            IntFunction<float @Nullable []> vectors =
                    id -> contents[id] < 0 || !share.matches(id) ? null : corpus.vectors()[contents[id]];
            Exact exact = Exact.of(corpus.size(), vectors, corpus.queries(), LIMIT);
            Search<?> search = index.vectors(LIMIT, share);
            double recall = exact.recall(
                    corpus.queries(), query -> search.find(corpus.queries().get(query)), vectors);
            report.add(Line.alone(state + ", " + share.label(), "", recall, target, Double.NaN));
        }
    }

    private static void churn(Corpus corpus, OurIndex index, int[] contents) {
        List<Integer> chosen =
                new ArrayList<>(IntStream.range(0, corpus.size()).boxed().toList());
        Collections.shuffle(chosen, new Random(SEED));
        int updates = (int) (UPDATED * corpus.size());
        int deletions = (int) (DELETED * corpus.size());
        List<Integer> updated = chosen.subList(0, updates);
        for (int start = 0; start < updates; start += BATCH) {
            List<IndexedSegment> batch = new ArrayList<>();
            for (int i = start; i < Math.min(updates, start + BATCH); i++) {
                int id = updated.get(i);
                int content = updated.get((i + 1) % updates);
                contents[id] = content;
                batch.add(OurIndex.segment(id, corpus.passage(content), corpus.vectors()[content]));
            }
            index.upsert(batch);
        }
        List<Integer> deleted = chosen.subList(updates, updates + deletions);
        for (int start = 0; start < deletions; start += BATCH) {
            List<Integer> batch = deleted.subList(start, Math.min(deletions, start + BATCH));
            index.delete(batch.stream().map(Passage::id).toList());
            batch.forEach(id -> contents[id] = -1);
        }
    }
}
