package dev.groundwork.rag.benchmarks;

import dev.groundwork.rag.benchmarks.data.Corpus;
import dev.groundwork.rag.benchmarks.data.RealData;
import dev.groundwork.rag.benchmarks.data.SyntheticData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every command takes. */
final class DataOptions {

    private static final int DIMENSION = 384;

    @Option(
            names = "--set",
            paramLabel = "SET",
            description =
                    "real: sentences of the shared texts; synthetic: clusters. Default: what the benchmark is for.")
    private @Nullable DataKind set;

    @Option(names = "--n", paramLabel = "N", description = "Passages in the index.")
    private @Nullable Integer passages;

    @Option(names = "--queries", defaultValue = "1000", description = "Queries. Default: ${DEFAULT-VALUE}.")
    private int queries;

    @Option(names = "--rounds", defaultValue = "15", description = "Rounds of all queries. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(
            names = "--warmup",
            defaultValue = "6000",
            description = "Searches of each side before the first round. Default: ${DEFAULT-VALUE}.")
    private int warmUp;

    @Option(names = "--data", paramLabel = "DIR", description = "The shared texts. Default: ../shared/data.")
    private @Nullable Path data;

    @Option(
            names = "--cache",
            paramLabel = "DIR",
            description = "Where embeddings, exact results and the peer's indexes are kept. Default: target/cache.")
    private @Nullable Path cache;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the result there as well.")
    private @Nullable Path json;

    int rounds() {
        return rounds;
    }

    int warmUp() {
        return warmUp;
    }

    @Nullable
    Path json() {
        return json;
    }

    Path cache(Surroundings surroundings) {
        return Objects.requireNonNullElse(cache, surroundings.cache());
    }

    /** Returns the kinds that are asked for. */
    List<DataKind> kinds(List<DataKind> usual) {
        return set == null ? usual : List.of(set);
    }

    /**
     * Reads or makes what is to be indexed.
     *
     * @param most how many passages where no option says
     */
    Corpus corpus(Surroundings surroundings, DataKind kind, int most) throws IOException {
        int count = passages == null ? most : passages;
        require("n", count);
        require("queries", queries);
        require("rounds", rounds);
        Path folder = Objects.requireNonNullElse(data, surroundings.data());
        if (kind == DataKind.REAL && RealData.in(folder)) {
            return RealData.read(folder, cache(surroundings), count, queries, surroundings.progress());
        }
        if (kind == DataKind.REAL) {
            surroundings.err().println("bench: no shared texts in " + folder + ", so the data are synthetic");
        }
        return SyntheticData.make(count, queries, DIMENSION);
    }

    private static void require(String option, int value) {
        if (value < 1) {
            throw new IllegalArgumentException("--" + option + " is " + value + ", must be at least 1");
        }
    }
}
