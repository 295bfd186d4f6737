package dev.groundwork.rag.examples.eval;

import dev.groundwork.rag.Hit;
import dev.groundwork.rag.Hop;
import dev.groundwork.rag.IngestProgress;
import dev.groundwork.rag.IngestReport;
import dev.groundwork.rag.PromptAugmenter;
import dev.groundwork.rag.Question;
import dev.groundwork.rag.Rag;
import dev.groundwork.rag.RagBuilder;
import dev.groundwork.rag.RagSettings;
import dev.groundwork.rag.SearchResult;
import dev.groundwork.rag.llm.NumberedSourcesAugmenter;
import dev.groundwork.rag.lucene.LuceneIndex;
import dev.groundwork.rag.lucene.ingest.TextDocuments;
import dev.groundwork.rag.observability.evaluation.BeirCollection.Query;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Groundwork itself: what {@link Rag#search} finds, and what each of its hops had. */
public final class Groundwork implements Method {

    /** A passage's id is eight digits and a colon, the document's id, and its number after this. */
    private static final char BEFORE_ORDINAL = '#';

    private static final int BEFORE_DOCUMENT = 9;

    private final String name;
    private final Rag rag;
    private final RagSettings settings;
    private final int limit;
    private final double indexSeconds;
    private final boolean packs;
    private final PromptAugmenter augmenter = new NumberedSourcesAugmenter();

    private Groundwork(String name, Rag rag, RagSettings settings, int limit, double indexSeconds, boolean packs) {
        this.name = name;
        this.rag = rag;
        this.settings = settings;
        this.limit = limit;
        this.indexSeconds = indexSeconds;
        this.packs = packs;
    }

    /** An index of a collection, for several ways to search it. */
    public static final class Corpus implements AutoCloseable {

        private final Path folder;
        private final LuceneIndex index;
        private final CachedEmbeddings model;
        private final IngestReport report;
        private final int documents;

        private Corpus(Path folder, LuceneIndex index, CachedEmbeddings model, IngestReport report, int documents) {
            this.folder = folder;
            this.index = index;
            this.model = model;
            this.report = report;
            this.documents = documents;
        }

        /** Indexes the documents in a temporary folder. */
        public static Corpus index(
                List<TextDocuments.Text> documents,
                CachedEmbeddings model,
                RagSettings settings,
                IngestProgress progress)
                throws IOException {
            Path folder = Files.createTempDirectory("rag-eval");
            try {
                LuceneIndex index = LuceneIndex.open(folder.resolve("index"));
                try (Rag rag = Rag.builder()
                        .name("eval")
                        .index(index)
                        .embeddingModel(model)
                        .settings(settings)
                        .build()) {
                    IngestReport report = rag.ingest(TextDocuments.of("corpus", documents), progress);
                    return new Corpus(folder, index, model, report, documents.size());
                } catch (RuntimeException | Error e) {
                    index.close();
                    throw e;
                }
            } catch (RuntimeException | Error e) {
                delete(folder);
                throw e;
            }
        }

        /** Returns what was ingested. */
        public IngestReport report() {
            return report;
        }

        /**
         * Returns a way to search it.
         *
         * @param wiring what is different from the library's defaults; nothing where it returns what it is given
         * @param packs whether to tell also what a prompt would hold
         */
        public Groundwork method(String name, RagSettings settings, UnaryOperator<RagBuilder> wiring, boolean packs) {
            RagBuilder builder = Rag.builder()
                    .name("eval")
                    .index(index)
                    .embeddingModel(model)
                    .settings(settings);
            // Where documents have several passages each, more of these are needed for as many documents.
            double passages = (double) report.segments() / Math.max(1, documents);
            int limit = (int) Math.clamp(Math.ceil(DOCUMENTS * (2 * passages - 1)), DOCUMENTS, Question.MAX_LIMIT);
            return new Groundwork(
                    name,
                    wiring.apply(builder).build(),
                    settings,
                    limit,
                    report.duration().toMillis() / 1_000.0,
                    packs);
        }

        /** Returns what is searched, for wirings of one's own. */
        public LuceneIndex index() {
            return index;
        }

        @Override
        public void close() {
            index.close();
            delete(folder);
        }

        private static void delete(Path folder) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            } catch (IOException e) {
                // A temporary folder that stays is no reason to lose the figures.
                folder.toFile().deleteOnExit();
            }
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public double indexSeconds() {
        return indexSeconds;
    }

    /** Searches as an application would. */
    public SearchResult search(String text) {
        return search(text, DOCUMENTS);
    }

    private SearchResult search(String text, int passages) {
        String cut =
                text.length() <= settings.maxQuestionChars() ? text : text.substring(0, settings.maxQuestionChars());
        return rag.search(Question.of(cut).withLimit(passages));
    }

    @Override
    public Found find(Query query) {
        if (query.text().isBlank()) {
            return Found.of(List.of());
        }
        SearchResult result = search(query.text());
        List<Passage> passages = result.hits().stream()
                .map(hit -> new Passage(document(hit.id()), hit.segment().text()))
                .toList();
        return new Found(documents(result.hits()), () -> hops(query, result), result.degraded(), passages);
    }

    @Override
    public List<String> complete(Query query, Found found) {
        if (found.documents().size() >= DOCUMENTS
                || limit == DOCUMENTS
                || found.passages().size() < DOCUMENTS) {
            return found.documents();
        }
        // A deeper search may order otherwise; what the usual one found stays in front.
        List<String> all = new ArrayList<>(found.documents());
        all.addAll(documents(search(query.text(), limit).hits()));
        return Method.best(all);
    }

    private Map<String, List<String>> hops(Query query, SearchResult result) {
        Map<String, List<String>> hops = new LinkedHashMap<>();
        for (Hop hop : result.trace().hops()) {
            if (hop.status() == Hop.Status.OK && !hop.name().equals(Hop.EMBED)) {
                hops.put(
                        hop.name(),
                        Method.best(hop.candidates().stream()
                                .map(candidate -> document(candidate.id()))
                                .toList()));
            }
        }
        if (packs) {
            List<Hit> sources = result.hits()
                    .subList(
                            0, Math.min(settings.contextSources(), result.hits().size()));
            hops.put("packed", documents(packed(query, sources)));
        }
        return hops;
    }

    private List<Hit> packed(Query query, List<Hit> sources) {
        return sources.isEmpty()
                ? List.of()
                : augmenter
                        .augment(Question.of(query.text()), sources, settings.contextTokens())
                        .sources();
    }

    private static List<String> documents(List<Hit> hits) {
        return Method.best(
                new ArrayList<>(hits.stream().map(hit -> document(hit.id())).toList()));
    }

    private static String document(String segmentId) {
        return segmentId.substring(BEFORE_DOCUMENT, segmentId.lastIndexOf(BEFORE_ORDINAL));
    }

    @Override
    public void close() {
        rag.close();
    }
}
