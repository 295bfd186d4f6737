package dev.groundwork.rag.benchmarks;

import dev.groundwork.rag.llm.OnnxEmbeddingModel;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.bgesmallenv15q.BgeSmallEnV15QuantizedEmbeddingModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Loads one side's model in a process of its own, and prints a line with the first vector, then one with the memory. */
public final class EmbeddingProbe {

    private static final Path STATUS = Path.of("/proc/self/status");

    private EmbeddingProbe() {}

    /**
     * Runs.
     *
     * @param args {@code ours} or {@code theirs}, and a file of texts, one a line
     */
    public static void main(String[] args) throws IOException {
        EmbeddingModel model = args[0].equals("ours") ? OnnxEmbeddingModel.bgeSmallEn() : theirs();
        System.out.println(model.embed("How is an API key rotated?").content().dimension());
        System.out.flush();
        List<TextSegment> texts = Files.readAllLines(Path.of(args[1])).stream()
                .map(TextSegment::from)
                .toList();
        model.embedAll(texts);
        System.out.println(residentKb());
        System.exit(0);
    }

    /** Loads LangChain4j's class; its tokenizer would call home unless told not to before. */
    static EmbeddingModel theirs() {
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("ai.djl.offline", "true");
        return new BgeSmallEnV15QuantizedEmbeddingModel();
    }

    /** Returns what of this process is in memory; 0 where the system doesn't say. */
    private static long residentKb() throws IOException {
        if (!Files.isReadable(STATUS)) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(0);
        }
    }
}
