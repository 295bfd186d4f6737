package dev.groundwork.rag.benchmarks;

import dev.groundwork.rag.benchmarks.data.Folders;
import dev.groundwork.rag.benchmarks.measure.Conditions;
import dev.groundwork.rag.benchmarks.measure.Progress;
import dev.groundwork.rag.benchmarks.passages.EvidenceSet;
import dev.groundwork.rag.benchmarks.passages.GroundworkSide;
import dev.groundwork.rag.benchmarks.passages.Judgement;
import dev.groundwork.rag.benchmarks.passages.LangChain4jSide;
import dev.groundwork.rag.benchmarks.passages.Side;
import dev.groundwork.rag.llm.OnnxEmbeddingModel;
import dev.groundwork.rag.lucene.ingest.Documents;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The evidence that passages hold within a budget of tokens, against LangChain4j's splitter with dense search. */
@Command(
        name = "passages",
        description =
                "Evidence found within a budget of tokens, against LangChain4j's recursive splitter and dense search.")
final class PassagesBenchmark implements Callable<Integer> {

    private static final String SET = "chroma_chunk_eval";
    private static final int PEER_TOKENS = 300;
    private static final int PEER_OVERLAP = 30;
    private static final double TARGET = 1.10;

    private final Surroundings surroundings;

    @Option(names = "--data", paramLabel = "DIR", description = "The shared texts. Default: ../shared/data.")
    private @Nullable Path data;

    @Option(
            names = "--budget",
            paramLabel = "TOKENS",
            defaultValue = "1000",
            description = "Tokens that are read for a question. Default: ${DEFAULT-VALUE}.")
    private int budget;

    @Option(
            names = "--sizes",
            paramLabel = "TARGET/MAX[@CHARACTERS]",
            split = ",",
            description =
                    "Further sizes of Groundwork's segments besides the default, and how far they grow when they are"
                            + " handed over, for instance 400/480,80/150@1200.")
    private List<String> sizes = new ArrayList<>();

    PassagesBenchmark(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws Exception {
        Path folder = Objects.requireNonNullElse(data, surroundings.data()).resolve(SET);
        if (!Files.isDirectory(folder)) {
            throw new IllegalArgumentException("--data: there is no " + folder);
        }
        if (budget < 1) {
            throw new IllegalArgumentException("--budget is " + budget + ", must be at least 1");
        }
        EvidenceSet set = EvidenceSet.read(folder);
        String what = String.format(
                Locale.ROOT,
                "%d documents and %d questions of %s, %,d tokens read for each",
                set.documents().size(),
                set.questions().size(),
                SET,
                budget);
        PrintStream out = surroundings.out();
        out.println(what);
        out.println(Conditions.here(what, surroundings.clock()));
        out.printf(Locale.ROOT, "%-52s %9s %7s %9s %6s%n", "side", "passages", "recall", "precision", "IoU");
        try (OnnxEmbeddingModel model = OnnxEmbeddingModel.bgeSmallEn()) {
            Judgement peer = judge(
                    set,
                    model,
                    () -> new LangChain4jSide(
                            set.documents(), model, model.tokenCountEstimator(), PEER_TOKENS, PEER_OVERLAP));
            List<Judgement> ours = new ArrayList<>();
            ours.add(ours("Groundwork, defaults", set, model, documents -> documents, null));
            for (String size : sizes) {
                int at = size.indexOf('@');
                ours.add(ours(
                        "Groundwork " + size,
                        set,
                        model,
                        sized(at < 0 ? size : size.substring(0, at)),
                        at < 0 ? null : Integer.valueOf(size.substring(at + 1))));
            }
            out.printf(
                    Locale.ROOT,
                    "recall %.3f times LangChain4j's (target: at least %.2f), precision %.3f times (at least 1)%n",
                    ours.getFirst().recall() / peer.recall(),
                    TARGET,
                    ours.getFirst().precision() / peer.precision());
        }
        return 0;
    }

    private Judgement ours(
            String name,
            EvidenceSet set,
            OnnxEmbeddingModel model,
            UnaryOperator<Documents> splitting,
            @Nullable Integer grown)
            throws Exception {
        Path work = Files.createTempDirectory("passages-");
        try {
            return judge(set, model, () -> new GroundworkSide(name, set.documents(), work, model, splitting, grown));
        } finally {
            Folders.delete(work);
        }
    }

    private Judgement judge(EvidenceSet set, OnnxEmbeddingModel model, Callable<Side> making) throws Exception {
        Judgement judgement;
        try (Progress bar = surroundings
                        .progress()
                        .start("embedding and asking", set.questions().size());
                Side side = making.call()) {
            judgement = Judgement.of(side, set, model.tokenCountEstimator(), budget);
            bar.step(set.questions().size());
        }
        surroundings
                .out()
                .printf(
                        Locale.ROOT,
                        "%-52s %,9d %7.4f %9.4f %6.4f%n",
                        judgement.side(),
                        judgement.passages(),
                        judgement.recall(),
                        judgement.precision(),
                        judgement.iou());
        return judgement;
    }

    private static UnaryOperator<Documents> sized(String size) {
        String[] parts = size.split("/", -1);
        try {
            int target = Integer.parseInt(parts[0]);
            int max = Integer.parseInt(parts[parts.length - 1]);
            return documents -> documents.segmentTokens(target, max);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--sizes: \"" + size + "\" is not like 200/360", e);
        }
    }
}
