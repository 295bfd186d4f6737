package dev.groundwork.rag.benchmarks.passages;

import dev.groundwork.rag.DocumentSource;
import dev.groundwork.rag.Hit;
import dev.groundwork.rag.IngestReport;
import dev.groundwork.rag.Question;
import dev.groundwork.rag.Rag;
import dev.groundwork.rag.RagBuilder;
import dev.groundwork.rag.SmallToBig;
import dev.groundwork.rag.lucene.LuceneIndex;
import dev.groundwork.rag.lucene.ingest.Documents;
import dev.langchain4j.model.embedding.EmbeddingModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Groundwork's ingestion of text files, and its search. */
public final class GroundworkSide implements Side {

    private static final String SUFFIX = ".txt";

    private final String name;
    private final LuceneIndex index;
    private final Rag rag;
    private final Locator locator;

    /**
     * Splits, embeds and indexes, in memory.
     *
     * @param work an empty folder
     * @param splitting changes how documents are split
     * @param grownCharacters how far passages grow when they are handed over; null for not at all
     */
    public GroundworkSide(
            String name,
            Map<String, String> documents,
            Path work,
            EmbeddingModel model,
            UnaryOperator<Documents> splitting,
            @Nullable Integer grownCharacters)
            throws IOException {
        this.name = name;
        locator = new Locator(documents);
        for (Map.Entry<String, String> document : documents.entrySet()) {
            Files.writeString(work.resolve(document.getKey() + SUFFIX), document.getValue());
        }
        index = LuceneIndex.inMemory();
        RagBuilder builder = Rag.builder().index(index).embeddingModel(model);
        if (grownCharacters != null) {
            builder.reranker(SmallToBig.within(index, grownCharacters));
        }
        rag = builder.build();
        DocumentSource source = splitting.apply(Documents.directory(work));
        IngestReport report = rag.ingest(source);
        if (!report.failed().isEmpty()) {
            throw new IOException("not ingested: " + report.failed());
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int size() {
        return (int) index.stats().segments();
    }

    @Override
    public List<Passage> find(String question, int limit) {
        List<Passage> found = new ArrayList<>();
        for (Hit hit : rag.search(Question.of(question).withLimit(limit)).hits()) {
            String source = hit.source();
            String id = source.substring(0, source.length() - SUFFIX.length());
            found.add(new Passage(
                    hit.segment().text(), locator.find(id, hit.segment().text(), 0)));
        }
        return found;
    }

    @Override
    public void close() {
        rag.close();
        index.close();
    }
}
