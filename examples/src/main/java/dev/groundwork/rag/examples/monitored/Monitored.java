package dev.groundwork.rag.examples.monitored;

import dev.groundwork.rag.Answer;
import dev.groundwork.rag.AnswerHandler;
import dev.groundwork.rag.Hit;
import dev.groundwork.rag.Hop;
import dev.groundwork.rag.MetricsSink;
import dev.groundwork.rag.Question;
import dev.groundwork.rag.Rag;
import dev.groundwork.rag.RagException;
import dev.groundwork.rag.SearchResult;
import dev.groundwork.rag.SegmentKeys;
import dev.groundwork.rag.Trace;
import dev.groundwork.rag.llm.LateInteractionReranker;
import dev.groundwork.rag.llm.OnnxEmbeddingModel;
import dev.groundwork.rag.llm.pool.ChatModelPool;
import dev.groundwork.rag.llm.pool.Limits;
import dev.groundwork.rag.llm.pool.PoolMember;
import dev.groundwork.rag.llm.pool.Price;
import dev.groundwork.rag.lucene.LuceneIndex;
import dev.groundwork.rag.lucene.ingest.Documents;
import dev.groundwork.rag.observability.HealthMonitor;
import dev.groundwork.rag.observability.MetricsListener;
import dev.groundwork.rag.observability.ProcessMetrics;
import dev.groundwork.rag.observability.PrometheusMetrics;
import dev.groundwork.rag.observability.QualityMetrics;
import dev.groundwork.rag.observability.Slo;
import dev.groundwork.rag.observability.SloMonitor;
import io.prometheus.metrics.exporter.httpserver.HTTPServer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Reads a folder of Markdown, asks about its headings again and again, and serves its metrics to Prometheus. Some
 * questions time out and some calls of its models are refused, so that the dashboard has faults to show.
 */
public final class Monitored {

    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final int SCORES = 50;

    private final Rag rag;
    private final QualityMetrics quality;
    private final Deque<Double> first = new ArrayDeque<>();
    private final Deque<Double> recent = new ArrayDeque<>();

    private Monitored(Rag rag, QualityMetrics quality) {
        this.rag = rag;
        this.quality = quality;
    }

    /** Runs until it is ended. The arguments are the folder, and the port, 9400 where there is none. */
    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length < 1 || args.length > 2 || !Files.isDirectory(Path.of(args[0]))) {
            System.err.println("usage: monitored FOLDER [PORT]   (FOLDER holds Markdown files)");
            System.exit(2);
        }
        Path folder = Path.of(args[0]);
        int port = args.length == 2 ? Integer.parseInt(args[1]) : 9400;
        List<Headings.Asked> questions = Headings.of(folder);
        if (questions.isEmpty()) {
            System.err.println("monitored: there is no Markdown file with a heading below " + folder);
            System.exit(2);
        }
        PrometheusRegistry registry = new PrometheusRegistry();
        MetricsSink sink = PrometheusMetrics.to(registry);
        MetricsListener metrics = MetricsListener.to(sink);
        PoolMember primary = member("primary", new StandIn("stand-in-large", 7));
        PoolMember spare = member("spare", new StandIn("stand-in-small", 3));
        try (LuceneIndex index = LuceneIndex.inMemory();
                OnnxEmbeddingModel embeddings = OnnxEmbeddingModel.bgeSmallEn();
                ChatModelPool pool =
                        ChatModelPool.builder().member(primary).member(spare).build();
                SloMonitor slos = SloMonitor.builder()
                        .slo(Slo.latency(Duration.ofMillis(500), 0.95))
                        .slo(Slo.errors(0.99))
                        .listener(metrics)
                        .build();
                HealthMonitor health = HealthMonitor.builder().listener(metrics).build();
                Rag rag = Rag.builder()
                        .name("docs")
                        .index(index)
                        .embeddingModel(embeddings)
                        .reranker(LateInteractionReranker.of(embeddings))
                        .llmPool(pool)
                        .listener(metrics)
                        .listener(slos)
                        .listener(health)
                        .build()) {
            rag.ingest(Documents.directory(folder));
            health.watch(rag);
            try (ProcessMetrics process = ProcessMetrics.to(sink)
                            .rag(rag)
                            .index("docs", index)
                            .pool(pool)
                            .model("bge-small", embeddings::memoryBytes)
                            .slos(slos)
                            .interval(Duration.ofSeconds(1))
                            .start();
                    HTTPServer server = HTTPServer.builder()
                            .hostname("127.0.0.1")
                            .port(port)
                            .registry(registry)
                            .buildAndStart()) {
                process.read(); // so that the first scrape is as new as the server
                System.out.println("metrics at http://127.0.0.1:" + server.getPort() + "/metrics, " + questions.size()
                        + " questions again and again; Ctrl-C ends it");
                new Monitored(rag, QualityMetrics.to(sink)).askForEver(questions);
            }
        }
    }

    private static PoolMember member(String name, StandIn model) {
        return PoolMember.of(name, model)
                .streaming(model.streaming())
                .limits(Limits.none().requestsPerMinute(100_000))
                .price(new Price(3, 15))
                .build();
    }

    private void askForEver(List<Headings.Asked> questions) throws InterruptedException {
        for (long number = 0; ; number++) {
            Headings.Asked asked = questions.get((int) (number % questions.size()));
            try {
                switch ((int) (number % 10)) {
                    case 3 -> stream(asked);
                    case 6 -> judge(asked);
                    case 9 -> rag.ask(Question.of(asked.question()).withTimeout(Duration.ofMillis(1)));
                    default -> note(rag.ask(asked.question()).trace());
                }
            } catch (RagException e) {
                // The metrics tell of it.
            }
            Thread.sleep(PAUSE);
        }
    }

    private void stream(Headings.Asked asked) throws InterruptedException {
        rag.askStreaming(Question.of(asked.question()), new AnswerHandler() {
                    @Override
                    public void onPartial(String text) {}

                    @Override
                    public void onComplete(Answer answer) {}

                    @Override
                    public void onError(Throwable error) {}
                })
                .await();
    }

    /** Judges retrieval: the document with the heading should be found, and the sooner in the ranking the better. */
    private void judge(Headings.Asked asked) {
        SearchResult result = rag.search(asked.question());
        List<Hit> hits = result.hits();
        double score = 0;
        for (int i = 0; i < hits.size() && score == 0; i++) {
            if (document(hits.get(i)).equals(asked.document())) {
                score = 1.0 / (i + 1);
            }
        }
        quality.score("mrr", QualityMetrics.Stage.RERANKED, score);
        if (!hits.isEmpty()) {
            quality.topic(document(hits.getFirst()));
        }
    }

    private static String document(Hit hit) {
        String source = hit.segment().metadata().getString(SegmentKeys.SOURCE);
        return source == null ? "" : source.substring(source.lastIndexOf('/') + 1);
    }

    /** A simple detector of drift: the mean of the best cosines, now and at the start. */
    private void note(Trace trace) {
        trace.hop(Hop.VECTOR).filter(hop -> !hop.candidates().isEmpty()).ifPresent(hop -> {
            double best = hop.candidates().getFirst().score();
            if (first.size() < SCORES) {
                first.add(best);
            }
            recent.add(best);
            if (recent.size() > SCORES) {
                recent.remove();
            }
            quality.drift("best-cosine", Math.abs(mean(recent) - mean(first)), 0.1);
        });
    }

    private static double mean(Deque<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    }
}
