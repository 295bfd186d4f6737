package dev.groundwork.rag.examples.eval;

import dev.groundwork.rag.lucene.ingest.TextDocuments;
import dev.groundwork.rag.observability.evaluation.BeirCollection.Query;
import dev.langchain4j.data.document.Document;
import dev.langchain4j.data.document.DocumentSplitter;
import dev.langchain4j.data.document.splitter.DocumentSplitters;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.TokenCountEstimator;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What LangChain4j's Easy RAG does if nothing is set: segments of 300 tokens with an overlap of 30, bge-small without its query
 * instruction, all vectors compared. A document's title stands above its text.
 */
public final class EasyRag implements Method {

    private static final int SEGMENT_TOKENS = 300;
    private static final int OVERLAP_TOKENS = 30;
    private static final int BATCH = 64;

    private final CachedEmbeddings model;
    private final List<String> owners = new ArrayList<>();
    private final List<String> texts = new ArrayList<>();
    private final List<float[]> vectors = new ArrayList<>();
    private final double indexSeconds;

    private EasyRag(CachedEmbeddings model, TokenCountEstimator tokens, List<TextDocuments.Text> documents) {
        this.model = model;
        long start = System.nanoTime();
        DocumentSplitter splitter = DocumentSplitters.recursive(SEGMENT_TOKENS, OVERLAP_TOKENS, tokens);
        for (TextDocuments.Text document : documents) {
            String text = text(document);
            if (!text.isBlank()) {
                for (TextSegment segment : splitter.split(Document.from(text))) {
                    owners.add(document.id());
                    texts.add(segment.text());
                }
            }
        }
        for (int from = 0; from < texts.size(); from += BATCH) {
            List<TextSegment> batch = texts.subList(from, Math.min(texts.size(), from + BATCH)).stream()
                    .map(TextSegment::from)
                    .toList();
            model.embedAll(batch).content().forEach(embedding -> vectors.add(embedding.vector()));
        }
        indexSeconds = (System.nanoTime() - start) / 1e9;
    }

    /**
     * Splits and embeds.
     *
     * @param tokens counts as bge's tokenizer does
     */
    static EasyRag of(List<TextDocuments.Text> documents, CachedEmbeddings model, TokenCountEstimator tokens) {
        return new EasyRag(model, tokens, documents);
    }

    /** Returns a document as the peers get it. */
    static String text(TextDocuments.Text document) {
        return document.title().isBlank() ? document.text() : document.title() + "\n" + document.text();
    }

    @Override
    public String name() {
        return "easy-rag";
    }

    @Override
    public double indexSeconds() {
        return indexSeconds;
    }

    @Override
    public Found find(Query query) {
        if (query.text().isBlank()) {
            return Found.of(List.of());
        }
        float[] asked = model.model().embed(query.text()).content().vector();
        double[] scores = vectors.stream().mapToDouble(v -> dot(asked, v)).toArray();
        int[] order = IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -scores[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        Set<String> documents = new HashSet<>();
        List<Passage> passages = new ArrayList<>();
        for (int i = 0; i < order.length && documents.size() < DOCUMENTS; i++) {
            documents.add(owners.get(order[i]));
            passages.add(new Passage(owners.get(order[i]), texts.get(order[i])));
        }
        return Found.of(passages);
    }

    private static float dot(float[] a, float[] b) {
        float sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    @Override
    public void close() {}
}
