package dev.groundwork.rag.benchmarks;

import dev.groundwork.rag.benchmarks.data.Corpus;
import dev.groundwork.rag.benchmarks.engines.OurIndex;
import dev.groundwork.rag.benchmarks.engines.RawIndexing;
import dev.groundwork.rag.benchmarks.measure.Line;
import dev.groundwork.rag.benchmarks.measure.Report;
import dev.groundwork.rag.benchmarks.measure.Rounds;
import dev.groundwork.rag.benchmarks.measure.Target;
import dev.groundwork.rag.benchmarks.measure.Timing;
import dev.groundwork.rag.lucene.VectorProfile;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;

/** How long one document takes until it would survive the machine's end, against a commit of Lucene itself for each. */
@Command(
        name = "durable",
        description = "The acknowledgement of one durable document against a raw Lucene commit for each document.")
final class DurableBenchmark extends Benchmark {

    private static final Target TARGET = Target.atLeast(50);
    private static final int USUAL_DOCUMENTS = 20_000;
    private static final int WRITERS = 8;

    /** Documents of each side and round. */
    private static final int OURS = 500;

    private static final int THEIRS = 50;

    DurableBenchmark(Surroundings surroundings) {
        super(surroundings, "durable", USUAL_DOCUMENTS);
    }

    @Override
    void measure(Run run, Report report) throws IOException {
        Corpus corpus = run.corpus();
        AtomicInteger next = new AtomicInteger();
        Rounds rounds = run.rounds().with(Math.min(run.rounds().rounds(), 7), OURS);
        try (OurIndex index = OurIndex.open(run.work().resolve("ours"), VectorProfile.BALANCED);
                RawIndexing.Committing raw = run.raw().committing(run.work().resolve("raw"))) {
            Rounds.Side ours = new Rounds.Side(OURS, call -> {
                int ordinal = Math.floorMod(next.getAndIncrement(), corpus.size());
                index.upsert(List.of(OurIndex.segment(ordinal, corpus.passage(ordinal), corpus.vectors()[ordinal])));
                return index;
            });
            Rounds.Side theirs = new Rounds.Side(THEIRS, call -> {
                raw.update(Math.floorMod(next.getAndIncrement(), corpus.size()));
                return raw;
            });
            List<Timing> one = rounds.measure("1 writer", 1, List.of(ours, theirs));
            String peer = "raw Lucene, a commit for each document";
            report.add(Line.faster(
                    "1 writer, p50", one.get(0).p50(), peer, one.get(1).p50(), TARGET, Double.NaN, Double.NaN));
            report.add(Line.faster(
                    "1 writer, p99", one.get(0).p99(), peer, one.get(1).p99(), null, Double.NaN, Double.NaN));
            List<Timing> many = rounds.with(rounds.rounds(), 0).measure(WRITERS + " writers", WRITERS, List.of(ours));
            report.add(Line.alone(
                    WRITERS + " writers", "docs/s", many.get(0).perSecond().median(), null, Double.NaN));
            report.note(OURS + " documents a round of ours, " + THEIRS + " of raw Lucene's; what a commit costs is the"
                    + " disk's to say: on one that does not wait for writes the difference is smaller");
        }
    }
}
