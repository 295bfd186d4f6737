package dev.groundwork.rag.benchmarks;

import dev.groundwork.rag.benchmarks.data.Corpus;
import dev.groundwork.rag.benchmarks.data.Folders;
import dev.groundwork.rag.benchmarks.measure.Conditions;
import dev.groundwork.rag.benchmarks.measure.Report;
import dev.groundwork.rag.benchmarks.measure.Rounds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/** A command that measures one claim and tells the result. */
abstract class Benchmark implements Callable<Integer> {

    /** How many hits every search returns. */
    static final int LIMIT = 10;

    static final int USUAL_SIZE = 100_000;

    @Mixin
    private final DataOptions options = new DataOptions();

    private final Surroundings surroundings;
    private final String name;
    private final int size;
    private final List<DataKind> kinds;

    /**
     * Makes it, for real data.
     *
     * @param size passages in the index where no option says
     */
    Benchmark(Surroundings surroundings, String name, int size) {
        this(surroundings, name, size, List.of(DataKind.REAL));
    }

    /**
     * Makes it.
     *
     * @param size passages in the index where no option says
     * @param kinds what it is measured on, one after the other, where no option says
     */
    Benchmark(Surroundings surroundings, String name, int size, List<DataKind> kinds) {
        this.surroundings = surroundings;
        this.name = name;
        this.size = size;
        this.kinds = kinds;
    }

    /** Measures. */
    abstract void measure(Run run, Report report) throws Exception;

    @Override
    public final Integer call() throws Exception {
        List<Report> reports = new ArrayList<>();
        for (DataKind kind : options.kinds(kinds)) {
            Report report = measure(options.corpus(surroundings, kind, size));
            surroundings.out().print(report.toTable());
            surroundings.out().flush();
            reports.add(report);
        }
        Path json = options.json();
        if (json != null) {
            Report.writeJson(json, reports);
        }
        return 0;
    }

    private Report measure(Corpus corpus) throws Exception {
        String data = String.format(
                Locale.ROOT,
                "%,d x %d %s, %,d queries, top %d, medians of %d rounds",
                corpus.size(),
                corpus.dimension(),
                corpus.name(),
                corpus.queries().size(),
                LIMIT,
                options.rounds());
        Report report = new Report(name, Conditions.here(data, surroundings.clock()));
        Path cache = options.cache(surroundings);
        Files.createDirectories(cache);
        Path work = Files.createTempDirectory(cache, "run-");
        try {
            Rounds rounds = new Rounds(options.rounds(), options.warmUp(), surroundings.progress());
            measure(new Run(corpus, cache, work, rounds, surroundings.progress()), report);
        } finally {
            Folders.delete(work);
        }
        return report;
    }
}
