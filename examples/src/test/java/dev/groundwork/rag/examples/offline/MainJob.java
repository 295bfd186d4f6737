package dev.groundwork.rag.examples.offline;

import dev.groundwork.rag.Answer;
import dev.groundwork.rag.IngestReport;
import dev.groundwork.rag.MetricsSink;
import dev.groundwork.rag.Rag;
import dev.groundwork.rag.RagSettings;
import dev.groundwork.rag.examples.eval.Bench;
import dev.groundwork.rag.examples.eval.CachedEmbeddings;
import dev.groundwork.rag.examples.eval.Method;
import dev.groundwork.rag.examples.eval.Outcome;
import dev.groundwork.rag.examples.eval.Trial;
import dev.groundwork.rag.llm.LateInteractionReranker;
import dev.groundwork.rag.llm.OnnxEmbeddingModel;
import dev.groundwork.rag.llm.pool.ChatModelPool;
import dev.groundwork.rag.llm.pool.OpenAiMembers;
import dev.groundwork.rag.lucene.LuceneIndex;
import dev.groundwork.rag.lucene.ingest.Documents;
import dev.groundwork.rag.observability.HealthMonitor;
import dev.groundwork.rag.observability.JsonEventLogger;
import dev.groundwork.rag.observability.LogLevel;
import dev.groundwork.rag.observability.MetricsListener;
import dev.groundwork.rag.observability.ProcessMetrics;
import dev.groundwork.rag.observability.PrometheusMetrics;
import dev.groundwork.rag.observability.evaluation.BeirCollection;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** All that the library does without a model over the network, in a process of its own. */
final class MainJob {

    private MainJob() {}

    /** Does the job with the documents of a folder and writes its results, and what was recorded, into files beside it. */
    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        boolean ownNetwork = Boolean.parseBoolean(args[1]);
        ConnectionRecorder.install();
        List<String> results = new ArrayList<>();
        if (args.length > 2) {
            DeliberateConnection.valueOf(args[2]).open();
        } else {
            run(folder, results);
        }
        Files.write(folder.resolve("results"), results);
        Files.write(folder.resolve("attempts"), ConnectionRecorder.attempts(ownNetwork));
    }

    private static void run(Path folder, List<String> results) throws IOException {
        MetricsSink sink = PrometheusMetrics.to(new PrometheusRegistry());
        MetricsListener metrics = MetricsListener.to(sink);
        try (JsonEventLogger log = JsonEventLogger.builder()
                        .file(folder.resolve("log.jsonl"))
                        .level(LogLevel.EXTENDED)
                        .build();
                LuceneIndex index = LuceneIndex.open(folder.resolve("index"));
                OnnxEmbeddingModel embeddings = OnnxEmbeddingModel.bgeSmallEn();
                HealthMonitor health = HealthMonitor.builder().listener(metrics).build();
                // A pool that is at hand but not asked.
                ChatModelPool pool = ChatModelPool.builder()
                        .member(OpenAiMembers.at("http://192.0.2.1/v1", "never-asked")
                                .member("spare")
                                .build())
                        .build();
                Rag rag = Rag.builder()
                        .name("offline")
                        .index(index)
                        .embeddingModel(embeddings)
                        .reranker(LateInteractionReranker.of(embeddings))
                        .listener(metrics)
                        .listener(health)
                        .listener(log)
                        .build();
                ProcessMetrics process = ProcessMetrics.to(sink)
                        .rag(rag)
                        .index("offline", index)
                        .pool(pool)
                        .start()) {
            health.watch(rag);
            IngestReport report = rag.ingest(
                    Documents.directory(folder.resolve("docs")).tokenCountEstimator(embeddings.tokenCountEstimator()));
            results.add("ingested " + report.added() + ", failed "
                    + report.failed().stream().map(IngestReport.Failure::source).toList());
            Answer answer = rag.ask("How is an API key rotated?");
            results.add("answer " + answer.text().replace('\n', ' '));
            process.read();
            results.add("ready " + health.report().ready());
            evaluate(folder.resolve("beir"), embeddings, results);
        }
    }

    private static void evaluate(Path data, OnnxEmbeddingModel embeddings, List<String> results) throws IOException {
        try (CachedEmbeddings cached = CachedEmbeddings.open(embeddings, data.resolve("cache"));
                Bench bench = new Bench(
                        BeirCollection.open(data),
                        cached,
                        RagSettings.defaults(),
                        (documents, total, segments) -> {})) {
            for (String name : Bench.METHODS) {
                try (Method method = bench.method(name, UnaryOperator.identity(), true)) {
                    Outcome outcome = Trial.run(method, bench, Method.DOCUMENTS, done -> {});
                    results.add(
                            "ndcg@10 of " + name + " " + outcome.evaluation().mean(Outcome.NDCG_10));
                }
            }
        }
    }
}
