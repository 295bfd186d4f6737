package dev.groundwork.rag.benchmarks;

import dev.groundwork.rag.IngestReport;
import dev.groundwork.rag.Rag;
import dev.groundwork.rag.benchmarks.data.Folders;
import dev.groundwork.rag.benchmarks.measure.Conditions;
import dev.groundwork.rag.benchmarks.measure.Line;
import dev.groundwork.rag.benchmarks.measure.Progress;
import dev.groundwork.rag.benchmarks.measure.Report;
import dev.groundwork.rag.benchmarks.measure.Target;
import dev.groundwork.rag.benchmarks.passages.RecordingModel;
import dev.groundwork.rag.llm.OnnxEmbeddingModel;
import dev.groundwork.rag.lucene.LuceneIndex;
import dev.groundwork.rag.lucene.ingest.Documents;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Ingestion of a folder into a durable index, from files to what can be searched, against embedding its texts alone. */
@Command(
        name = "ingest",
        description = "Ingestion of a folder into an index on disk, against embedding the same texts alone.")
final class IngestBenchmark implements Callable<Integer> {

    private static final String FOLDER = "documents/prometheus";
    private static final Target TARGET = Target.atLeast(0.9);

    private final Surroundings surroundings;

    @Option(names = "--data", paramLabel = "DIR", description = "The shared texts. Default: ../shared/data.")
    private @Nullable Path data;

    @Option(
            names = "--rounds",
            defaultValue = "5",
            description = "Rounds, each of both sides. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the result there as well.")
    private @Nullable Path json;

    IngestBenchmark(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws Exception {
        Path folder = Objects.requireNonNullElse(data, surroundings.data()).resolve(FOLDER);
        if (!Files.isDirectory(folder)) {
            throw new IllegalArgumentException("--data: there is no " + folder);
        }
        if (rounds < 1) {
            throw new IllegalArgumentException("--rounds is " + rounds + ", must be at least 1");
        }
        try (OnnxEmbeddingModel model = OnnxEmbeddingModel.bgeSmallEn()) {
            // The first run warms both sides up, and tells what is embedded.
            RecordingModel recording = new RecordingModel(model);
            int segments = ingest(folder, recording).segments();
            List<TextSegment> texts = recording.texts();
            Report report = new Report(
                    "ingest",
                    Conditions.here(
                            String.format(
                                    Locale.ROOT, "%,d segments of %s, medians of %d rounds", segments, FOLDER, rounds),
                            surroundings.clock()));
            List<Double> ours = new ArrayList<>();
            List<Double> alone = new ArrayList<>();
            try (Progress bar = surroundings.progress().start("rounds", rounds)) {
                for (int round = 0; round < rounds; round++) {
                    long start = System.nanoTime();
                    ingest(folder, model);
                    long middle = System.nanoTime();
                    model.embedAll(texts);
                    ours.add(segments * 1e9 / (middle - start));
                    alone.add(segments * 1e9 / (System.nanoTime() - middle));
                    bar.step(1);
                }
            }
            double own = median(ours);
            double peer = median(alone);
            report.add(new Line(
                    "a folder, from files to an index on disk",
                    "segments/s",
                    own,
                    "embedding the same texts alone",
                    peer,
                    own / peer,
                    TARGET,
                    Double.NaN,
                    Double.NaN));
            surroundings.out().print(report.toTable());
            if (json != null) {
                Report.writeJson(json, List.of(report));
            }
        }
        return 0;
    }

    private static IngestReport ingest(Path folder, EmbeddingModel model) throws Exception {
        Path work = Files.createTempDirectory("ingest-");
        try (LuceneIndex index = LuceneIndex.open(work.resolve("index"));
                Rag rag = Rag.builder().index(index).embeddingModel(model).build()) {
            return rag.ingest(Documents.directory(folder));
        } finally {
            Folders.delete(work);
        }
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
