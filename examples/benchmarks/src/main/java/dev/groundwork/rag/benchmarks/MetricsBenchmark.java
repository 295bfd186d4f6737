package dev.groundwork.rag.benchmarks;

import dev.groundwork.rag.HopWatch;
import dev.groundwork.rag.MetricsSink;
import dev.groundwork.rag.QuestionWatch;
import dev.groundwork.rag.Rag;
import dev.groundwork.rag.RagEvent;
import dev.groundwork.rag.RagListener;
import dev.groundwork.rag.benchmarks.data.Folders;
import dev.groundwork.rag.benchmarks.measure.Conditions;
import dev.groundwork.rag.benchmarks.measure.Line;
import dev.groundwork.rag.benchmarks.measure.Quantiles;
import dev.groundwork.rag.benchmarks.measure.Report;
import dev.groundwork.rag.benchmarks.measure.Target;
import dev.groundwork.rag.llm.OnnxEmbeddingModel;
import dev.groundwork.rag.lucene.LuceneIndex;
import dev.groundwork.rag.lucene.ingest.Documents;
import dev.groundwork.rag.observability.FlightRecorderEvents;
import dev.groundwork.rag.observability.InMemoryMetrics;
import dev.groundwork.rag.observability.MetricsListener;
import dev.groundwork.rag.observability.MicrometerMetrics;
import dev.groundwork.rag.observability.OpenTelemetryMetrics;
import dev.groundwork.rag.observability.PrometheusMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import javax.management.JMException;
import javax.management.ObjectName;
import jdk.jfr.Recording;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What metrics cost a question: the events of real questions are handed to each binding again and again. */
@Command(name = "metrics", description = "What each binding of metrics costs a question, in time and memory.")
final class MetricsBenchmark implements Callable<Integer> {

    private static final String FOLDER = "documents/prometheus";
    private static final Target SHARE = Target.atMost(0.005);
    private static final int BATCH = 2_000;
    private static final int WARM_UP = 3;
    private static final int TIMED = 50;

    private static final List<String> QUESTIONS = List.of(
            "How is an alert rule written?",
            "What does rate() do with a counter that resets?",
            "How are targets discovered in Kubernetes?",
            "How long are samples kept?");

    private final Surroundings surroundings;

    @Option(names = "--data", paramLabel = "DIR", description = "The shared texts. Default: ../shared/data.")
    private @Nullable Path data;

    @Option(names = "--rounds", defaultValue = "7", description = "Rounds of all sides. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the result there as well.")
    private @Nullable Path json;

    MetricsBenchmark(Surroundings surroundings) {
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
        Path work = Files.createTempDirectory("metrics-");
        try (OnnxEmbeddingModel model = OnnxEmbeddingModel.bgeSmallEn();
                LuceneIndex index = LuceneIndex.open(work.resolve("index"))) {
            List<List<RagEvent>> recorded = new ArrayList<>();
            double question = question(index, model, folder, recorded);
            Report report = new Report(
                    "metrics",
                    Conditions.here(
                            String.format(
                                    Locale.ROOT,
                                    "%d questions to %s, extractive answers, medians of %d rounds",
                                    QUESTIONS.size(),
                                    FOLDER,
                                    rounds),
                            surroundings.clock()));
            cost(recorded, question, report);
            report.note("events of a question: " + recorded.getFirst().size() + " with its start and its end; " + BATCH
                    + " questions a round, replayed on one thread");
            surroundings.out().print(report.toTable());
            if (json != null) {
                Report.writeJson(json, List.of(report));
            }
        } finally {
            Folders.delete(work);
        }
        return 0;
    }

    /** Records the events of each question; returns how long a question takes without any listener, in µs, the median. */
    private static double question(
            LuceneIndex index, OnnxEmbeddingModel model, Path folder, List<List<RagEvent>> recorded) {
        try (Rag rag = Rag.builder().index(index).embeddingModel(model).build()) {
            rag.ingest(Documents.directory(folder));
            double[] micros = new double[TIMED];
            for (int i = -TIMED; i < TIMED; i++) { // the first ones warm up
                long start = System.nanoTime();
                rag.ask(QUESTIONS.get(Math.floorMod(i, QUESTIONS.size())));
                if (i >= 0) {
                    micros[i] = (System.nanoTime() - start) / 1e3;
                }
            }
            for (String text : QUESTIONS) {
                List<RagEvent> events = Collections.synchronizedList(new ArrayList<>());
                try (Rag listened = Rag.builder()
                        .index(index)
                        .embeddingModel(model)
                        .listener(events::add)
                        .build()) {
                    listened.ask(text);
                }
                recorded.add(List.copyOf(events));
            }
            return Quantiles.median(micros);
        }
    }

    private void cost(List<List<RagEvent>> recorded, double question, Report report) throws JMException {
        Map<String, RagListener> sides = new LinkedHashMap<>();
        sides.put("in memory", MetricsListener.to(new InMemoryMetrics()));
        sides.put("Prometheus client", MetricsListener.to(PrometheusMetrics.to(new PrometheusRegistry())));
        sides.put("Micrometer", MetricsListener.to(MicrometerMetrics.to(new SimpleMeterRegistry())));
        try (OpenTelemetrySdk sdk = sdk();
                Recording recording = new Recording()) {
            MetricsSink sink = OpenTelemetryMetrics.to(sdk);
            sides.put("OpenTelemetry", MetricsListener.to(sink));
            sides.put("Flight Recorder, nothing recorded", FlightRecorderEvents.create());
            for (Map.Entry<String, RagListener> side : sides.entrySet()) {
                add(side.getKey(), side.getValue(), recorded, question, report);
            }
            recording.enable("dev.groundwork.rag.Question");
            recording.enable("dev.groundwork.rag.Hop");
            recording.start();
            add("Flight Recorder", FlightRecorderEvents.create(), recorded, question, report);
        }
    }

    /** Keeps measurements as an exporter would find them, and exports them nowhere in the time of a run. */
    private static OpenTelemetrySdk sdk() {
        return OpenTelemetrySdk.builder()
                .setMeterProvider(SdkMeterProvider.builder()
                        .registerMetricReader(PeriodicMetricReader.builder(new NoExporter())
                                .setInterval(Duration.ofHours(1))
                                .build())
                        .build())
                .build();
    }

    private void add(String name, RagListener listener, List<List<RagEvent>> recorded, double question, Report report)
            throws JMException {
        double[] micros = new double[rounds];
        double[] bytes = new double[rounds];
        for (int round = -WARM_UP; round < rounds; round++) {
            long allocated = allocated();
            long start = System.nanoTime();
            for (int i = 0; i < BATCH; i++) {
                replay(recorded.get(i % recorded.size()), listener);
            }
            long taken = System.nanoTime() - start;
            if (round >= 0) {
                micros[round] = taken / 1e3 / BATCH;
                bytes[round] = (double) (allocated() - allocated) / BATCH;
            }
        }
        double ours = Quantiles.median(micros);
        report.add(new Line(
                name, "µs", ours, "a question without", question, ours / question, SHARE, Double.NaN, Double.NaN));
        report.add(Line.alone(name, "bytes", Quantiles.median(bytes), null, Double.NaN));
    }

    /** Hands a question's events over as a pipeline does, those who follow hops included. */
    private static void replay(List<RagEvent> events, RagListener listener) {
        QuestionWatch watch = QuestionWatch.NONE;
        for (RagEvent event : events) {
            listener.onEvent(event);
            switch (event) {
                case RagEvent.QuestionStarted started -> watch = listener.watch(started);
                case RagEvent.HopCompleted completed -> {
                    HopWatch hop =
                            watch.hop(completed.sequence(), completed.hop().name());
                    hop.enter().close();
                    hop.end(completed);
                }
                default -> watch.end(event);
            }
        }
    }

    private static long allocated() throws JMException {
        return (Long) ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName(ManagementFactory.THREAD_MXBEAN_NAME),
                        "getThreadAllocatedBytes",
                        new Object[] {Thread.currentThread().threadId()},
                        new String[] {"long"});
    }
}
