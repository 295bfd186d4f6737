package dev.groundwork.rag.examples.cli;

import dev.langchain4j.model.embedding.EmbeddingModel;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What a command sees of the process that it runs in, so that tests can hand it another one.
 *
 * @param in standard input
 * @param out standard output: the result and nothing else
 * @param err standard error: everything else
 * @param environment the environment's variables
 * @param outWidth columns of the terminal that shows {@code out}; 0 where it is none, so that nothing is wrapped
 * @param errWidth columns of the terminal that shows {@code err}; 0 where it is none, so that no progress is drawn
 * @param embeddings makes the embedding model, at most once for each command; the command closes it if it can be closed
 */
record Surroundings(
        InputStream in,
        PrintStream out,
        PrintStream err,
        Map<String, String> environment,
        int outWidth,
        int errWidth,
        Supplier<EmbeddingModel> embeddings) {

    Surroundings {
        environment = Map.copyOf(environment);
    }
}
