package dev.groundwork.rag.examples.cli;

import dev.groundwork.rag.IngestReport;
import dev.groundwork.rag.RagBuilder;
import dev.groundwork.rag.RagSettings;
import dev.groundwork.rag.examples.eval.Abstention;
import dev.groundwork.rag.examples.eval.Bench;
import dev.groundwork.rag.examples.eval.CachedEmbeddings;
import dev.groundwork.rag.examples.eval.Caches;
import dev.groundwork.rag.examples.eval.Method;
import dev.groundwork.rag.examples.eval.Outcome;
import dev.groundwork.rag.examples.eval.Trial;
import dev.groundwork.rag.observability.evaluation.BeirCollection;
import dev.groundwork.rag.observability.evaluation.Evaluation;
import dev.groundwork.rag.observability.evaluation.Qrels;
import dev.groundwork.rag.observability.evaluation.RankingMetric;
import dev.groundwork.rag.observability.evaluation.Run;
import dev.langchain4j.model.embedding.EmbeddingModel;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures how well passages are found, on collections whose answers are known. */
@CommandLine.Command(
        name = "eval",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        customSynopsis = {
            "rag eval --data DIR [--data DIR]... [OPTION]...",
            "       rag eval --judge RUN --qrels FILE [--metrics LIST] [--per-topic] [--relevant-from N]"
        },
        descriptionHeading = "%n",
        optionListHeading = "%nOptions:%n",
        description = {
            "Measure how well documents are found: nDCG@10, recall@10 and @100, MRR@10 and MAP by trec_eval's"
                    + " definitions, and the time of a question.",
            "",
            "DIR is a folder in BEIR's layout: corpus.jsonl, queries.jsonl, and qrels/test.tsv or qrels.tsv. Without"
                    + " options the library's own defaults are measured."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  rag eval --data scifact",
            "  rag eval --data scifact --compare easy-rag,bm25 --run run.txt",
            "  rag eval --data scifact --data medquad --compare bm25,vector,text,rrf",
            "  rag eval --data scifact --data medquad --table",
            "  rag eval --judge run.txt --qrels qrels/test.tsv --metrics map,ndcg@10 --per-topic",
            "",
            "Exit: 0 measured; 1 failure; 2 usage."
        })
final class EvalCommand extends Command {

    private static final int SHOWN_FAILURES = 20;

    /** How hits are ordered anew. */
    private enum Rerank {
        /** Not at all. */
        NONE,
        /** By the tokens' vectors. */
        LATE
    }

    @Option(
            order = 1,
            names = "--data",
            paramLabel = "DIR",
            description = "Folder of a collection; may be given several times.")
    private final List<Path> data = new ArrayList<>();

    @Option(
            order = 2,
            names = "--qrels",
            paramLabel = "FILE",
            description = "Judgements, of TREC or BEIR, instead of the collection's own.")
    private @Nullable Path qrels;

    @Option(
            order = 3,
            names = "--run",
            paramLabel = "FILE",
            description = "Write what was found as a TREC run, up to 100 documents a query.")
    private @Nullable Path run;

    @Option(
            order = 4,
            names = "--k",
            paramLabel = "N",
            description = "How many documents of a query count, from 1 to 100; 100 if not given.")
    private int k = Method.DOCUMENTS;

    @Mixin
    private final ModeOption mode = new ModeOption();

    @Option(
            order = 6,
            names = "--rerank",
            paramLabel = "HOW",
            description =
                    "Order the first hits anew: none (the default) or late, which compares them token by token with the"
                            + " embedding model and is slow.")
    private Rerank rerank = Rerank.NONE;

    @Option(order = 7, names = "--hops", description = "Tell the figures of each hop, and of what a prompt would hold.")
    private boolean hops;

    @Option(
            order = 8,
            names = "--compare",
            split = ",",
            paramLabel = "METHOD",
            description =
                    "Measure others too, with the significance of the difference in nDCG@10 (paired permutation test,"
                        + " Holm): easy-rag (LangChain4j's Easy RAG as it comes), bm25 (Lucene as it comes), hybrid,"
                        + " vector, text, rrf; dense, fused, expanded (the steps on the way to the default);"
                        + " no-fluency, no-title-hop, no-late, no-titles, reranked, feedback (the default but for one"
                        + " thing).")
    private final List<String> compare = new ArrayList<>();

    @Option(
            order = 9,
            names = "--table",
            description =
                    "Write one table of all collections and methods (those of --compare, else all of the usual ones)"
                            + " with nDCG@10, recall@100, the time of a question, and what differs from the default by"
                            + " more than chance.")
    private boolean table;

    @Option(
            order = 9,
            names = "--ablation",
            description = "Write such a table of the default and of each method that lacks, or adds, one thing.")
    private boolean ablation;

    @Option(
            order = 9,
            names = "--cache",
            paramLabel = "DIR",
            description =
                    "Where vectors of passages are kept for the next run; a folder of the user's cache if not given.")
    private @Nullable Path cache;

    @Option(order = 10, names = "--no-cache", description = "Keep no vectors.")
    private boolean noCache;

    @Option(
            order = 11,
            names = "--abstention",
            description =
                    "Measure instead how well answered questions are told from others: half of the relevant documents"
                        + " are taken out (see --seed), and the area under the ROC curve of the search's answerability"
                        + " is told.")
    private boolean abstention;

    @Option(order = 12, names = "--seed", paramLabel = "N", description = "For --abstention; 1 if not given.")
    private long seed = 1;

    @Option(
            order = 21,
            names = "--judge",
            paramLabel = "RUN",
            description = "Judge a TREC run of any system, as trec_eval does; needs --qrels.")
    private @Nullable Path judge;

    @Option(
            order = 22,
            names = "--metrics",
            split = ",",
            paramLabel = "METRIC",
            description =
                    "For --judge: ndcg, map, mrr, recall, precision, success, judged, each also with @K or as trec_eval"
                            + " calls it.")
    private final List<String> metrics = new ArrayList<>();

    @Option(order = 23, names = "--per-topic", description = "For --judge: one line for each topic as well.")
    private boolean perTopic;

    @Option(
            order = 24,
            names = "--relevant-from",
            paramLabel = "N",
            description = "For --judge: the least grade that is relevant; 1 if not given.")
    private int relevantFrom = 1;

    EvalCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    public Integer call() throws InterruptedException {
        try {
            if (judge != null) {
                judge(judge);
            } else {
                measure();
            }
            return ExitCode.OK;
        } catch (IOException e) {
            throw new FailureException(Failures.describe(e), e);
        } catch (UncheckedIOException e) {
            throw new FailureException(Failures.message(e), e);
        }
    }

    private void judge(Path file) throws IOException {
        if (qrels == null) {
            throw new UsageException("--judge needs --qrels FILE");
        }
        if (relevantFrom < 1) {
            throw new UsageException("--relevant-from is " + relevantFrom + ", must be 1 or more");
        }
        List<RankingMetric> wanted = metrics.isEmpty()
                ? Outcome.METRICS
                : metrics.stream().map(RankingMetric::parse).toList();
        Evaluation evaluation = Evaluation.of(Run.read(file), Qrels.read(qrels), wanted, relevantFrom);
        List<String> names =
                metrics.isEmpty() ? wanted.stream().map(RankingMetric::id).toList() : metrics;
        new EvalOutput(surroundings().out())
                .judged(evaluation, wanted, names, perTopic, options().json());
    }

    private void measure() throws IOException {
        check();
        Surroundings at = surroundings();
        RagSettings settings = options().settings();
        EmbeddingModel model = at.embeddings().get();
        List<Measured> all = new ArrayList<>();
        List<EvalOutput.Told> told = new ArrayList<>();
        try {
            for (Path folder : data) {
                BeirCollection collection = open(folder);
                Path folderOfCache = noCache ? null : Caches.of(collection.corpusFile(), cache, at.environment());
                try (CachedEmbeddings cached = CachedEmbeddings.open(model, folderOfCache);
                        ProgressView progress = ProgressView.open(at.err(), at.errWidth(), at.environment());
                        Bench bench = new Bench(collection, cached, settings, progress)) {
                    if (abstention) {
                        told.add(new EvalOutput.Told(folder, Abstention.measure(bench, seed)));
                    } else {
                        List<Outcome> outcomes = outcomes(bench);
                        all.add(new Measured(folder, bench.documents().size(), outcomes, bench.failed()));
                        tell(folder, bench.failed());
                    }
                }
            }
        } finally {
            if (model instanceof AutoCloseable closeable) {
                close(closeable);
            }
        }
        if (abstention) {
            new EvalOutput(at.out()).abstention(told, options().json());
            return;
        }
        if (run != null) {
            Run found = all.getFirst().outcomes().getFirst().run();
            found.write(run, "groundwork");
        }
        EvalOutput output = new EvalOutput(at.out());
        if (table || ablation) {
            output.matrix(new EvalTable(all, ablation), options().json());
        } else if (options().json()) {
            output.json(all, hops);
        } else {
            output.table(all, hops);
        }
    }

    private void check() {
        if (data.isEmpty()) {
            throw new UsageException("there is nothing to measure: give --data DIR, or --judge RUN --qrels FILE");
        }
        if (k < 1 || k > Method.DOCUMENTS) {
            throw new UsageException("--k is " + k + ", must be from 1 to " + Method.DOCUMENTS);
        }
        if ((table || ablation) && (mode.legs() != Legs.HYBRID || rerank != Rerank.NONE || hops || abstention)) {
            throw new UsageException("--table and --ablation are beside the default: --mode, --rerank, --hops and"
                    + " --abstention don't go with them");
        }
        if (data.size() > 1 && (run != null || qrels != null)) {
            throw new UsageException("--run and --qrels go with a single --data");
        }
        for (String method : compare) {
            if (!Bench.METHODS.contains(method)) {
                throw new UsageException(
                        "--compare has '" + method + "', must be of " + String.join(", ", Bench.METHODS));
            }
        }
        if (run != null) {
            Path parent = run.toAbsolutePath().getParent();
            if (parent == null || !Files.isDirectory(parent)) {
                throw new UsageException("--run " + run + ": there is no folder " + parent);
            }
        }
    }

    private BeirCollection open(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new FailureException("--data " + folder + ": no such folder", null);
        }
        BeirCollection collection = qrels == null ? BeirCollection.open(folder) : BeirCollection.open(folder, qrels);
        if (collection.queries().isEmpty()) {
            throw new FailureException(
                    "--data " + folder + ": none of the judged queries of " + collection.qrelsFile()
                            + " is in queries.jsonl",
                    null);
        }
        return collection;
    }

    private List<Outcome> outcomes(Bench bench) throws IOException {
        Set<String> names = new LinkedHashSet<>();
        names.add(table || ablation ? Bench.DEFAULT : name(mode.legs()));
        names.addAll(compare);
        if (compare.isEmpty() && table) {
            names.addAll(Bench.TABLE);
        }
        if (ablation) {
            names.addAll(Bench.ABLATION);
        }
        List<Outcome> outcomes = new ArrayList<>();
        for (String name : names) {
            try (Method method = bench.method(name, wiring(bench), hops);
                    ProgressView progress = ProgressView.queries(
                            surroundings().err(),
                            surroundings().errWidth(),
                            surroundings().environment(),
                            name)) {
                int queries = bench.collection().queries().size();
                outcomes.add(Trial.run(method, bench, k, done -> progress.onProgress(done, queries, 0)));
            }
        }
        return outcomes;
    }

    /** Says which documents could not be read: they can't be found, which the figures show and don't explain. */
    private void tell(Path folder, List<IngestReport.Failure> failed) {
        PrintStream err = surroundings().err();
        Session.notRead(err, failed.subList(0, Math.min(failed.size(), SHOWN_FAILURES)));
        if (failed.size() > SHOWN_FAILURES) {
            err.println(folder + ": " + failed.size() + " documents were not read in all; --json lists them");
        }
    }

    private UnaryOperator<RagBuilder> wiring(Bench bench) {
        return rerank == Rerank.NONE ? UnaryOperator.identity() : rag -> rag.reranker(bench.lateInteraction());
    }

    private static String name(Legs legs) {
        return switch (legs) {
            case HYBRID -> "hybrid";
            case VECTOR -> "vector";
            case TEXT -> "text";
        };
    }

    private static void close(AutoCloseable model) {
        try {
            model.close();
        } catch (Exception e) {
            throw new IllegalStateException("the embedding model can't be closed", e);
        }
    }
}
