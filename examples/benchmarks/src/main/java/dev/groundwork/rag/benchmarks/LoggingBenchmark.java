package dev.groundwork.rag.benchmarks;

import dev.groundwork.rag.Rag;
import dev.groundwork.rag.RagBuilder;
import dev.groundwork.rag.RagEvent;
import dev.groundwork.rag.RagListener;
import dev.groundwork.rag.benchmarks.data.Folders;
import dev.groundwork.rag.benchmarks.measure.Conditions;
import dev.groundwork.rag.benchmarks.measure.Line;
import dev.groundwork.rag.benchmarks.measure.Progress;
import dev.groundwork.rag.benchmarks.measure.Quantiles;
import dev.groundwork.rag.benchmarks.measure.Report;
import dev.groundwork.rag.benchmarks.measure.Target;
import dev.groundwork.rag.llm.OnnxEmbeddingModel;
import dev.groundwork.rag.lucene.LuceneIndex;
import dev.groundwork.rag.lucene.ingest.Documents;
import dev.groundwork.rag.observability.AsyncLogSink;
import dev.groundwork.rag.observability.JsonEventLogger;
import dev.groundwork.rag.observability.LogLevel;
import dev.groundwork.rag.observability.LogSink;
import dev.groundwork.rag.observability.RollingFile;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import javax.management.JMException;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What logs cost a question: the events of real questions are handed to a logger again and again, and the time beside that
 * of the questions themselves. And what a disk that hangs costs: nothing but events.
 */
@Command(
        name = "logging",
        description = "What each level of logs costs a question, in time and memory, and what a disk that hangs costs.")
final class LoggingBenchmark implements Callable<Integer> {

    private static final String FOLDER = "documents/prometheus";
    private static final Target SHARE = Target.atMost(0.005);
    private static final Target HANGING = Target.atMost(1.1);

    /** Their events fit into the queue, so that none is dropped, which would be cheaper than writing it. */
    private static final int BATCH = 400;

    /** So few that the queue in front of the disk that hangs is full after some questions. */
    private static final int SHORT_QUEUE = 64;

    /** Whole questions of each side for each round that is asked for. */
    private static final int CALLS = 200;

    private static final int WARM_UP = 200;

    private static final String OFF = "a question without logs";

    private static final List<String> QUESTIONS = List.of(
            "How is an alert rule written?",
            "What does rate() do with a counter that resets?",
            "How are targets discovered in Kubernetes?",
            "What is a recording rule for?",
            "How long are samples kept?",
            "How does remote write handle back pressure?",
            "What is the difference between a summary and a histogram?",
            "How is the configuration reloaded?");

    private final Surroundings surroundings;

    @Option(names = "--data", paramLabel = "DIR", description = "The shared texts. Default: ../shared/data.")
    private @Nullable Path data;

    @Option(names = "--rounds", defaultValue = "7", description = "Rounds of all sides. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the result there as well.")
    private @Nullable Path json;

    LoggingBenchmark(Surroundings surroundings) {
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
        Path work = Files.createTempDirectory("logging-");
        try (OnnxEmbeddingModel model = OnnxEmbeddingModel.bgeSmallEn();
                LuceneIndex index = LuceneIndex.open(work.resolve("index"))) {
            try (Rag rag = rag(index, model, null)) {
                rag.ingest(Documents.directory(folder));
            }
            Report report = new Report(
                    "logging",
                    Conditions.here(
                            String.format(
                                    Locale.ROOT,
                                    "%d questions to %s, extractive answers, medians of %d rounds",
                                    QUESTIONS.size(),
                                    FOLDER,
                                    rounds),
                            surroundings.clock()));
            double question = hanging(index, model, report);
            List<List<RagEvent>> recorded = record(index, model);
            for (LogLevel level : LogLevel.values()) {
                cost(level, recorded, work, question, report);
            }
            report.note("events of a question: " + recorded.getFirst().size() + " with its start and its end; "
                    + BATCH + " questions a round, replayed to a rolling file; on the caller's thread an event is only"
                    + " put into the queue, all work is that with no queue in between");
            surroundings.out().print(report.toTable());
            if (json != null) {
                Report.writeJson(json, List.of(report));
            }
        } finally {
            Folders.delete(work);
        }
        return 0;
    }

    private static Rag rag(LuceneIndex index, OnnxEmbeddingModel model, @Nullable RagListener listener) {
        RagBuilder builder = Rag.builder().index(index).embeddingModel(model);
        return (listener == null ? builder : builder.listener(listener)).build();
    }

    /** Measures whole questions without logs, and with a disk that hangs; returns the first's p50 in µs. */
    private double hanging(LuceneIndex index, OnnxEmbeddingModel model, Report report) throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        AsyncLogSink sink = AsyncLogSink.of(
                event -> {
                    try {
                        released.await();
                    } catch (InterruptedException e) {
                        throw new IOException("closed", e);
                    }
                },
                "hanging",
                SHORT_QUEUE,
                Duration.ofMillis(100),
                null);
        try (JsonEventLogger logger = JsonEventLogger.builder()
                        .sink(sink)
                        .level(LogLevel.STANDARD)
                        .build();
                Rag logged = rag(index, model, logger);
                Rag plain = rag(index, model, null)) {
            // Call by call in turns, so that what else the machine does meets both alike.
            int calls = rounds * CALLS;
            long[] ours = new long[calls];
            long[] off = new long[calls];
            try (Progress bar = surroundings.progress().start("questions", calls)) {
                for (int i = -WARM_UP; i < calls; i++) {
                    int call = Math.floorMod(i, QUESTIONS.size());
                    boolean loggedFirst = (i / QUESTIONS.size()) % 2 == 0;
                    long first = nanos(loggedFirst ? logged : plain, call);
                    long second = nanos(loggedFirst ? plain : logged, call);
                    if (i >= 0) {
                        ours[i] = loggedFirst ? first : second;
                        off[i] = loggedFirst ? second : first;
                        bar.step(1);
                    }
                }
            }
            for (int percent : new int[] {50, 99}) {
                double our = Quantiles.percentile(ours, percent) / 1e3;
                double their = Quantiles.percentile(off, percent) / 1e3;
                report.add(new Line(
                        "whole question, disk hangs, p" + percent,
                        "µs",
                        our,
                        OFF,
                        their,
                        our / their,
                        percent == 99 ? HANGING : null,
                        Double.NaN,
                        Double.NaN));
            }
            report.note("events that the disk that hangs cost, by reason: " + logger.dropped());
            return Quantiles.percentile(off, 50) / 1e3;
        } finally {
            released.countDown();
        }
    }

    private static long nanos(Rag rag, int call) {
        long start = System.nanoTime();
        rag.ask(QUESTIONS.get(call));
        return System.nanoTime() - start;
    }

    private static List<List<RagEvent>> record(LuceneIndex index, OnnxEmbeddingModel model) {
        List<List<RagEvent>> all = new ArrayList<>();
        for (String text : QUESTIONS) {
            List<RagEvent> events = Collections.synchronizedList(new ArrayList<>());
            try (Rag rag = rag(index, model, events::add)) {
                rag.ask(text);
            }
            all.add(List.copyOf(events));
        }
        return all;
    }

    private void cost(LogLevel level, List<List<RagEvent>> recorded, Path work, double question, Report report)
            throws Exception {
        double[] queued = new double[rounds];
        double[] whole = new double[rounds];
        double[] bytes = new double[rounds];
        for (int round = -3; round < rounds; round++) { // the first ones warm up
            Path file = work.resolve(level + "-" + round);
            double[] behind = replay(level, recorded, AsyncLogSink.of(RollingFile.open(file.resolve("queued"))));
            double[] alone = replay(level, recorded, RollingFile.open(file.resolve("whole")));
            if (round >= 0) {
                queued[round] = behind[0];
                whole[round] = alone[0];
                bytes[round] = alone[1];
            }
        }
        double ours = Quantiles.median(queued);
        double all = Quantiles.median(whole);
        Target target = level == LogLevel.STANDARD ? SHARE : null;
        report.add(new Line(
                level + ", on the caller's thread",
                "µs",
                ours,
                OFF,
                question,
                ours / question,
                target,
                Double.NaN,
                Double.NaN));
        report.add(new Line(
                level + ", all work", "µs", all, OFF, question, all / question, target, Double.NaN, Double.NaN));
        report.add(Line.alone(level + ", all work", "bytes", Quantiles.median(bytes), null, Double.NaN));
    }

    /** Returns microseconds and allocated bytes of a question, both of this thread alone. */
    private static double[] replay(LogLevel level, List<List<RagEvent>> recorded, LogSink sink) throws JMException {
        try (JsonEventLogger logger =
                JsonEventLogger.builder().sink(sink).level(level).build()) {
            long allocated = allocated();
            long start = System.nanoTime();
            for (int i = 0; i < BATCH; i++) {
                for (RagEvent event : recorded.get(i % recorded.size())) {
                    logger.onEvent(event);
                }
            }
            double micros = (System.nanoTime() - start) / 1e3 / BATCH;
            double bytes = (double) (allocated() - allocated) / BATCH;
            if (!logger.dropped().isEmpty()) {
                throw new IllegalStateException("dropped " + logger.dropped() + ": what was measured is not all work");
            }
            return new double[] {micros, bytes};
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
