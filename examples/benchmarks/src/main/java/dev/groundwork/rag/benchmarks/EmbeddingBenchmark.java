package dev.groundwork.rag.benchmarks;

import dev.groundwork.rag.benchmarks.data.TextsOfLength;
import dev.groundwork.rag.benchmarks.engines.RawOnnx;
import dev.groundwork.rag.benchmarks.measure.Conditions;
import dev.groundwork.rag.benchmarks.measure.Line;
import dev.groundwork.rag.benchmarks.measure.Parallel;
import dev.groundwork.rag.benchmarks.measure.Progress;
import dev.groundwork.rag.benchmarks.measure.Quantiles;
import dev.groundwork.rag.benchmarks.measure.Report;
import dev.groundwork.rag.benchmarks.measure.Rounds;
import dev.groundwork.rag.benchmarks.measure.Series;
import dev.groundwork.rag.benchmarks.measure.Target;
import dev.groundwork.rag.benchmarks.measure.Timing;
import dev.groundwork.rag.llm.OnnxEmbeddingModel;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Vectors of bge-small, quantised, against LangChain4j's in-process class of the same weights and ONNX Runtime itself. */
@Command(
        name = "embedding",
        description = "Embedding in process against LangChain4j's class of the same weights, and raw ONNX Runtime.")
final class EmbeddingBenchmark implements Callable<Integer> {

    private static final String PEER = "LangChain4j";
    private static final String RAW = "ONNX Runtime, given tokens";
    private static final Target SAME = Target.atLeast(0.9999);
    private static final int SHORT = 17;
    private static final int BATCH = 8;
    private static final int QUESTION = 12;
    private static final Target STARTS = Target.atMost(0.8);

    private final Surroundings surroundings;

    @Option(names = "--data", paramLabel = "DIR", description = "The shared texts. Default: ../shared/data.")
    private @Nullable Path data;

    @Option(
            names = "--texts",
            defaultValue = "200",
            description = "Texts of each length in a round, and questions. Default: ${DEFAULT-VALUE}.")
    private int texts;

    @Option(
            names = "--rounds",
            defaultValue = "7",
            description = "Rounds of all sides, and processes of each. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the result there as well.")
    private @Nullable Path json;

    EmbeddingBenchmark(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws Exception {
        if (texts < 1 || rounds < 1) {
            throw new IllegalArgumentException(
                    "--texts is " + texts + " and --rounds is " + rounds + ", must be at least 1");
        }
        TextsOfLength source = TextsOfLength.in(Objects.requireNonNullElse(data, surroundings.data()));
        Report report = new Report(
                "embedding",
                Conditions.here(
                        String.format(
                                Locale.ROOT,
                                "bge-small-en-v1.5-q, %,d texts of %s of each length, medians of %d rounds",
                                texts,
                                source.name(),
                                rounds),
                        surroundings.clock()));
        EmbeddingModel theirs = EmbeddingProbe.theirs();
        try (OnnxEmbeddingModel ours = OnnxEmbeddingModel.bgeSmallEn();
                OnnxEmbeddingModel batching = OnnxEmbeddingModel.builder()
                        .bgeSmallEn()
                        .batchShortTexts(BATCH)
                        .build()) {
            bulk(source, 90, ours, "", theirs, Target.atLeast(1.75), report);
            bulk(source, 225, ours, "", theirs, Target.atLeast(1.75), report);
            bulk(source, SHORT, ours, "", theirs, Target.atLeast(1.6), report);
            bulk(source, SHORT, batching, ", batches of " + BATCH, theirs, Target.atLeast(2.4), report);
            raw(source, 90, ours, report);
            raw(source, SHORT, ours, report);
            question(source, ours, theirs, report);
            processes(source, ours, report);
        }
        report.note(
                "the cosine is the least between a text's vectors of both sides; batches of quantised weights change"
                        + " vectors");
        surroundings.out().print(report.toTable());
        if (json != null) {
            Report.writeJson(json, List.of(report));
        }
        return 0;
    }

    private void bulk(
            TextsOfLength source,
            int tokens,
            OnnxEmbeddingModel ours,
            String how,
            EmbeddingModel theirs,
            Target target,
            Report report) {
        List<TextSegment> segments = source.of(tokens, texts, ours.tokenCountEstimator()).stream()
                .map(TextSegment::from)
                .toList();
        compare(
                "bulk, " + tokens + " tokens" + how,
                () -> vectors(ours, segments),
                PEER,
                () -> vectors(theirs, segments),
                target,
                how.isEmpty() ? SAME : null,
                report);
    }

    private static List<float[]> vectors(EmbeddingModel model, List<TextSegment> segments) {
        return model.embedAll(segments).content().stream()
                .map(embedding -> embedding.vector())
                .toList();
    }

    /** The peer is given tokens, so that it has nothing to do but to run. */
    private void raw(TextsOfLength source, int tokens, OnnxEmbeddingModel ours, Report report) throws Exception {
        List<String> strings = source.of(tokens, texts, ours.tokenCountEstimator());
        List<TextSegment> segments = strings.stream().map(TextSegment::from).toList();
        List<long[]> ids = RawOnnx.tokens(strings);
        try (RawOnnx raw = new RawOnnx()) {
            compare(
                    "bulk, " + tokens + " tokens",
                    () -> vectors(ours, segments),
                    RAW,
                    () -> {
                        float[][] vectors = new float[ids.size()][];
                        Parallel.run(ids.size(), i -> vectors[i] = raw.vector(ids.get(i)));
                        return List.of(vectors);
                    },
                    Target.atLeast(0.97),
                    SAME,
                    report);
        }
    }

    private void compare(
            String what,
            Supplier<List<float[]>> ours,
            String peer,
            Supplier<List<float[]>> theirs,
            Target target,
            @Nullable Target same,
            Report report) {
        double cosine = leastCosine(ours.get(), theirs.get());
        double[] own = new double[rounds];
        double[] other = new double[rounds];
        try (Progress bar = surroundings.progress().start(what, rounds)) {
            for (int round = 0; round < rounds; round++) {
                boolean first = round % 2 == 0;
                double one = perSecond(first ? ours : theirs);
                double two = perSecond(first ? theirs : ours);
                own[round] = first ? one : two;
                other[round] = first ? two : one;
                bar.step(1);
            }
        }
        Series rate = new Series(own);
        Series peerRate = new Series(other);
        report.add(new Line(
                what,
                "texts/s",
                rate.median(),
                peer,
                peerRate.median(),
                rate.ratioTo(peerRate),
                target,
                Double.NaN,
                Double.NaN));
        report.add(Line.alone(what + ", vectors beside " + peer + "'s", Report.COSINE, cosine, same, Double.NaN));
    }

    private double perSecond(Supplier<List<float[]>> side) {
        long start = System.nanoTime();
        int done = side.get().size();
        return done * 1e9 / (System.nanoTime() - start);
    }

    private static double leastCosine(List<float[]> ours, List<float[]> theirs) {
        double least = 1;
        for (int i = 0; i < ours.size(); i++) {
            double dot = 0;
            for (int j = 0; j < ours.get(i).length; j++) {
                dot += (double) ours.get(i)[j] * theirs.get(i)[j];
            }
            least = Math.min(least, dot);
        }
        return least;
    }

    private void question(TextsOfLength source, OnnxEmbeddingModel ours, EmbeddingModel theirs, Report report) {
        List<String> questions = source.of(QUESTION, texts, ours.tokenCountEstimator());
        List<Timing> timings = new Rounds(rounds, texts, surroundings.progress())
                .measure(
                        "questions",
                        1,
                        List.of(
                                new Rounds.Side(texts, i -> ours.embed(questions.get(i))),
                                new Rounds.Side(texts, i -> theirs.embed(questions.get(i)))));
        Timing own = timings.get(0);
        Timing other = timings.get(1);
        String what = "a question of " + QUESTION + " tokens, ";
        report.add(Line.share(what + "p50", own.p50(), PEER, other.p50(), null, Double.NaN, Double.NaN));
        report.add(Line.share(what + "p99", own.p99(), PEER, other.p99(), Target.atMost(0.7), Double.NaN, Double.NaN));
    }

    private void processes(TextsOfLength source, OnnxEmbeddingModel ours, Report report)
            throws IOException, InterruptedException {
        Path file = Files.createTempFile("embedding-", ".txt");
        try {
            Files.write(file, source.of(90, Math.min(texts, 100), ours.tokenCountEstimator()));
            double[][] starts = new double[2][rounds];
            double[][] memory = new double[2][rounds];
            try (Progress bar = surroundings.progress().start("processes", 2L * rounds)) {
                for (int round = 0; round < rounds; round++) {
                    for (int i = 0; i < 2; i++) {
                        int side = (round + i) % 2;
                        double[] figures = process(side == 0 ? "ours" : "theirs", file);
                        starts[side][round] = figures[0];
                        memory[side][round] = figures[1];
                        bar.step(1);
                    }
                }
            }
            line("from the start of a process to the first vector", "ms", starts, report);
            if (Quantiles.max(memory[0]) > 0) {
                line("resident memory after 100 texts of 90 tokens", "MB", memory, report);
            } else {
                report.note("resident memory was not measured: this system has no /proc");
            }
        } finally {
            Files.delete(file);
        }
    }

    private static void line(String what, String unit, double[][] sides, Report report) {
        Series own = new Series(sides[0]);
        Series other = new Series(sides[1]);
        report.add(new Line(
                what, unit, own.median(), PEER, other.median(), own.ratioTo(other), STARTS, Double.NaN, Double.NaN));
    }

    /** Returns milliseconds to the first vector, and megabytes. */
    private static double[] process(String side, Path file) throws IOException, InterruptedException {
        long start = System.nanoTime();
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        EmbeddingProbe.class.getName(),
                        side,
                        file.toString())
                .redirectError(Redirect.DISCARD)
                .start();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            String dimension = out.readLine();
            double millis = (System.nanoTime() - start) / 1e6;
            String resident = out.readLine();
            int status = process.waitFor();
            if (status != 0 || dimension == null || resident == null) {
                throw new IOException("the process of " + side + " ended with status " + status);
            }
            return new double[] {millis, Long.parseLong(resident) / 1024.0};
        }
    }
}
