package dev.groundwork.rag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingParameter;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.store.embedding.filter.Filter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class IngestionTest {

    private final MapIndex index = new MapIndex();
    private final CountingModel model = new CountingModel();

    private IngestReport ingest(MapSource source) {
        try (Rag rag = Fakes.rag().index(index).embeddingModel(model).build()) {
            return rag.ingest(source);
        }
    }

    @Test
    void addsThenLeavesAloneThenReplacesAndDeletes() {
        MapSource source = new MapSource("docs").put("a", "one").put("b", "two").put("c", "three");
        assertThat(ingest(source))
                .extracting(IngestReport::added, IngestReport::segments)
                .containsExactly(3, 3);

        int embedded = model.texts.get();
        assertThat(ingest(source))
                .extracting(IngestReport::unchanged, IngestReport::added)
                .containsExactly(3, 0);
        assertThat(model.texts).hasValue(embedded);

        source.put("b", "TWO").remove("c");
        assertThat(ingest(source))
                .extracting(
                        IngestReport::updated, IngestReport::unchanged, IngestReport::deleted, IngestReport::segments)
                .containsExactly(1, 1, 1, 1);
        assertThat(index.texts()).containsExactly("one", "TWO");
    }

    @Test
    void tokensAreAskedForWhereTheModelHasThemAndDocumentsWithoutAreDoneAgain() {
        MapSource source = new MapSource("docs").put("a", "one");
        ingest(source);
        assertThat(index.embeddings())
                .hasOnlyElementsOfType(Embedding.class)
                .noneMatch(TokenEmbedding.class::isInstance);

        model.hasTokens = true;
        assertThat(ingest(source).updated()).isEqualTo(1);
        assertThat(index.embeddings()).hasSize(1).allMatch(TokenEmbedding.class::isInstance);
        assertThat(ingest(source).unchanged()).isEqualTo(1);
    }

    @Test
    void oneBadDocumentGetsARecordAndTheRestGoesOn() {
        MapSource source =
                new MapSource("docs").put("a", "one").put("bad", null).put("c", "three");

        IngestReport report = ingest(source);

        assertThat(report.added()).isEqualTo(2);
        assertThat(report.failed()).containsExactly(new IngestReport.Failure("bad", "can't be parsed"));
    }

    @Test
    void aDocumentThatTurnsBadKeepsItsLastGoodVersion() {
        MapSource source = new MapSource("docs").put("a", "one");
        ingest(source);

        IngestReport report = ingest(source.put("a", null));

        assertThat(report.deleted()).isZero();
        assertThat(report.failed().getFirst().reason()).contains("last good version");
        assertThat(index.texts()).containsExactly("one");
    }

    @Test
    void onlyTheDocumentsThatCannotBeEmbeddedFail() {
        model.failOn = "two";

        IngestReport report =
                ingest(new MapSource("docs").put("a", "one").put("b", "two").put("c", "three"));

        assertThat(report.added()).isEqualTo(2);
        assertThat(report.failed()).containsExactly(new IngestReport.Failure("b", "failed with IllegalStateException"));
    }

    @Test
    void aBatchThatComesBackInPartIsTriedDocumentByDocument() {
        model.mostAnswered = 1;

        IngestReport report = ingest(new MapSource("docs").put("a", "one").put("b", "two"));

        assertThat(report.added()).isEqualTo(2);
        assertThat(report.failed()).isEmpty();
        assertThat(index.texts()).containsExactlyInAnyOrder("one", "two");
    }

    @Test
    void onlyTheDocumentThatTheIndexRefusesFails() {
        index.refuse = "b";
        MapSource source = new MapSource("docs").put("a", "one").put("b", "two").put("c", "three");

        IngestReport report = ingest(source);

        assertThat(report.failed())
                .containsExactly(new IngestReport.Failure("b", "failed with IllegalArgumentException"));
        assertThat(index.texts()).containsExactlyInAnyOrder("one", "three");
    }

    @Test
    void aDocumentThatWillFailAgainIsNotTriedUntilItOrItsConditionsChange() {
        MapSource source = new MapSource("docs").put("a", "one").put("bad", null);
        source.lasting = true;
        ingest(source);
        assertThat(Quarantine.reasons(index, "docs")).isEqualTo(Map.of("bad", "can't be parsed"));

        source.loaded = 0;
        IngestReport again = ingest(source);
        assertThat(source.loaded).isZero();
        assertThat(again.failed()).containsExactly(new IngestReport.Failure("bad", "can't be parsed"));

        source.conditions = "other limits";
        ingest(source);
        assertThat(source.loaded).isEqualTo(1);

        assertThat(ingest(source.put("bad", "good")).added()).isEqualTo(1);
        assertThat(Quarantine.reasons(index, "docs")).isEmpty();
    }

    @Test
    void aDocumentThatMayBeReadAnotherTimeIsTriedEachTime() {
        MapSource source = new MapSource("docs").put("bad", null);
        ingest(source);
        ingest(source);

        assertThat(source.loaded).isEqualTo(2);
        assertThat(Quarantine.reasons(index, "docs")).isEqualTo(Map.of("bad", "can't be parsed"));
    }

    @Test
    void aDocumentThatIsGoneLeavesQuarantine() {
        MapSource source = new MapSource("docs").put("bad", null);
        ingest(source);
        ingest(source.remove("bad"));

        assertThat(Quarantine.reasons(index, "docs")).isEmpty();
    }

    @Test
    void embedsADocumentOfManySegmentsBitByBit() {
        DocumentSource source = new DocumentSource() {
            @Override
            public String name() {
                return "docs";
            }

            @Override
            public void visit(Consumer<? super SourceDocument> visitor) {
                visitor.accept(new SourceDocument() {
                    @Override
                    public String id() {
                        return "long";
                    }

                    @Override
                    public String fingerprint() {
                        return "f";
                    }

                    @Override
                    public List<TextSegment> load() {
                        return java.util.stream.IntStream.range(0, 200)
                                .mapToObj(i -> TextSegment.from("text " + i))
                                .toList();
                    }
                });
            }
        };
        try (Rag rag = Fakes.rag().index(index).embeddingModel(model).build()) {
            assertThat(rag.ingest(source).segments()).isEqualTo(200);
        }
        assertThat(model.mostAtOnce).hasValue(Ingestion.BATCH_SEGMENTS);
        assertThat(index.texts()).hasSize(200).startsWith("text 0", "text 1").endsWith("text 199");
    }

    @Test
    void nothingIsDeletedWhenTheSourceCannotBeListed() {
        MapSource source = new MapSource("docs").put("a", "one").put("b", "two");
        ingest(source);
        source.breakAfter = 1;

        assertThatThrownBy(() -> ingest(source)).isInstanceOf(DocumentException.class);
        assertThat(index.texts()).containsExactly("one", "two");
    }

    @Test
    void twoSourcesWithLikeNamedDocumentsDoNotMeet() {
        ingest(new MapSource("first").put("a", "one"));
        IngestReport second = ingest(new MapSource("second").put("a", "two"));

        assertThat(second.deleted()).isZero();
        assertThat(index.texts()).containsExactlyInAnyOrder("one", "two");
    }

    @Test
    void anInterruptEndsTheRunAndTheNextOneGoesOnFromThere() {
        MapSource source = new MapSource("docs");
        for (int i = 0; i < 200; i++) {
            source.put("d" + i, "text " + i);
        }
        source.interruptAfter = 150;
        source.beforeInterrupt = () -> {
            while (index.texts().isEmpty()) {
                Thread.onSpinWait();
            }
        };
        assertThatThrownBy(() -> ingest(source)).isInstanceOf(CancelledException.class);
        assertThat(Thread.interrupted()).isTrue();
        int before = index.texts().size();
        assertThat(before).isBetween(1, 150);

        source.interruptAfter = -1;
        IngestReport report = ingest(source);

        assertThat(report.unchanged()).isEqualTo(before);
        assertThat(report.added()).isEqualTo(200 - before);
        assertThat(index.texts()).hasSize(200);
    }

    @Test
    void showsProgressUpToTheEnd() {
        List<Long> documents = new ArrayList<>();
        try (Rag rag = Fakes.rag().index(index).embeddingModel(model).build()) {
            rag.ingest(new MapSource("docs").put("a", "one").put("b", "two"), (done, total, segments) -> {
                documents.add(done);
                assertThat(total).isEqualTo(2);
            });
        }
        assertThat(documents.getLast()).isEqualTo(2);
    }

    @Test
    void embedsATextBelowItsHeadingsButKeepsItAsItIs() {
        TextSegment segment = TextSegment.from(
                "body", new Metadata().put(SegmentKeys.TITLE, "Guide").put(SegmentKeys.HEADINGS, "Keys › Rotation"));

        assertThat(EmbeddedText.of(segment)).isEqualTo("Guide › Keys › Rotation\nbody");
        assertThat(EmbeddedText.of(TextSegment.from("body"))).isEqualTo("body");
        segment.metadata().put(SegmentKeys.TITLE, "t".repeat(120));
        assertThat(EmbeddedText.of(segment)).isEqualTo("Keys › Rotation\nbody");
        segment.metadata().remove(SegmentKeys.HEADINGS).put(SegmentKeys.TITLE, "t".repeat(300));
        assertThat(EmbeddedText.of(segment)).isEqualTo("t".repeat(120) + "\nbody");
    }

    @Test
    void needsAnIndexAndAModel() {
        try (Rag rag = Fakes.rag(Fakes.finding("vector")).build()) {
            assertThatThrownBy(() -> rag.ingest(new MapSource("docs")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("index");
        }
    }

    /** A source whose documents are single texts; {@code null} is one that can't be parsed. */
    private static final class MapSource implements DocumentSource {

        private final String name;
        private final Map<String, Optional<String>> texts = new TreeMap<>();
        private int breakAfter = -1;
        private int interruptAfter = -1;
        private Runnable beforeInterrupt = () -> {};
        private String conditions = "";
        private boolean lasting;
        private int loaded;

        MapSource(String name) {
            this.name = name;
        }

        MapSource put(String id, @Nullable String text) {
            texts.put(id, Optional.ofNullable(text));
            return this;
        }

        MapSource remove(String id) {
            texts.remove(id);
            return this;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public long estimatedSize() {
            return texts.size();
        }

        @Override
        public void visit(Consumer<? super SourceDocument> visitor) {
            int visited = 0;
            for (Map.Entry<String, Optional<String>> entry : texts.entrySet()) {
                if (visited == breakAfter) {
                    throw new DocumentException(name, "can't be listed", null);
                }
                if (visited++ == interruptAfter) {
                    beforeInterrupt.run();
                    Thread.currentThread().interrupt();
                }
                visitor.accept(document(entry.getKey(), entry.getValue()));
            }
        }

        private SourceDocument document(String id, Optional<String> text) {
            return new SourceDocument() {
                @Override
                public String id() {
                    return id;
                }

                @Override
                public String fingerprint() {
                    return "f" + text.orElse("?");
                }

                @Override
                public String conditions() {
                    return conditions;
                }

                @Override
                public List<TextSegment> load() {
                    loaded++;
                    return List.of(TextSegment.from(
                            text.orElseThrow(() -> new DocumentException(id, "can't be parsed", lasting, null))));
                }
            };
        }
    }

    private static final class CountingModel implements EmbeddingModel {

        private final AtomicInteger texts = new AtomicInteger();
        private final AtomicInteger mostAtOnce = new AtomicInteger();
        private String failOn = "";
        private int mostAnswered = Integer.MAX_VALUE;
        private boolean hasTokens;

        @Override
        public Set<EmbeddingParameter<?>> supportedParameters() {
            return hasTokens ? Set.of(TokenEmbedding.WANTED) : Set.of();
        }

        @Override
        public EmbeddingResponse doEmbed(EmbeddingRequest request) {
            assertThat(request.parameters().parameter(TokenEmbedding.WANTED)).isTrue();
            TokenVectors tokens = TokenVectors.of(new int[] {1}, new float[][] {{1, 0}});
            return EmbeddingResponse.builder()
                    .embeddings(request.inputs().stream()
                            .map(text -> (Embedding) new TokenEmbedding(new float[] {1, 0}, tokens))
                            .toList())
                    .build();
        }

        @Override
        public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
            texts.addAndGet(segments.size());
            mostAtOnce.accumulateAndGet(segments.size(), Math::max);
            if (segments.stream().anyMatch(s -> s.text().equals(failOn))) {
                throw new IllegalStateException("secret: " + failOn);
            }
            return Response.from(segments.stream()
                    .limit(mostAnswered)
                    .map(s -> Embedding.from(new float[] {1, 0}))
                    .toList());
        }

        @Override
        public int dimension() {
            return 2;
        }

        @Override
        public String modelName() {
            return "counting";
        }
    }

    /** An index that keeps what it is given, and finds nothing. */
    private static final class MapIndex implements SegmentIndex {

        private final Map<String, Map<String, String>> ledgers = new LinkedHashMap<>();
        private final Map<String, List<IndexedSegment>> documents = new LinkedHashMap<>();
        private @Nullable String refuse;

        synchronized List<String> texts() {
            return documents.values().stream()
                    .flatMap(List::stream)
                    .map(s -> s.segment().text())
                    .toList();
        }

        synchronized List<Embedding> embeddings() {
            return documents.values().stream()
                    .flatMap(List::stream)
                    .map(IndexedSegment::embedding)
                    .toList();
        }

        @Override
        public void bind(EmbeddingSpec embedding) {
            assertThat(embedding.dimension()).isEqualTo(2);
        }

        @Override
        public Optional<EmbeddingSpec> embedding() {
            return Optional.empty();
        }

        @Override
        public synchronized void apply(List<IndexChange> changes) {
            if (changes.stream()
                    .anyMatch(change -> change instanceof IndexChange.ReplaceDocument c
                            && c.documentId().equals(refuse)
                            && !c.segments().isEmpty())) {
                throw new IllegalArgumentException("embedding: not finite");
            }
            for (IndexChange change : changes) {
                switch (change) {
                    case IndexChange.ReplaceDocument c -> {
                        ledgers.computeIfAbsent(c.source(), k -> new LinkedHashMap<>())
                                .put(c.documentId(), c.fingerprint());
                        documents.put(c.source() + "/" + c.documentId(), c.segments());
                    }
                    case IndexChange.RemoveDocument c -> {
                        ledgers.getOrDefault(c.source(), Map.of()).remove(c.documentId());
                        documents.remove(c.source() + "/" + c.documentId());
                    }
                    default -> throw new UnsupportedOperationException(change.toString());
                }
            }
        }

        @Override
        public List<Hit> searchVector(Embedding query, int limit, @Nullable Filter filter) {
            return List.of();
        }

        @Override
        public List<Hit> searchText(String text, int limit, @Nullable Filter filter) {
            return List.of();
        }

        @Override
        public Optional<TextSegment> get(String id) {
            return Optional.empty();
        }

        @Override
        public long count(@Nullable Filter filter) {
            return texts().size();
        }

        @Override
        public List<IndexedSegment> scan(@Nullable String after, int limit, @Nullable Filter filter) {
            return List.of();
        }

        @Override
        public SegmentSnapshot snapshot() {
            throw new UnsupportedOperationException("snapshot");
        }

        @Override
        public SegmentReader restrictedTo(Filter mandatory) {
            throw new UnsupportedOperationException("restrictedTo");
        }

        @Override
        public Map<String, String> ledger(String source) {
            return Map.copyOf(ledgers.getOrDefault(source, Map.of()));
        }

        @Override
        public IndexStats stats() {
            return new IndexStats(texts().size(), documents.size(), 0, 1, 0, 0, 0);
        }

        @Override
        public Health health() {
            return Health.up(Map.of());
        }

        @Override
        public void close() {
            // Nothing to close.
        }
    }
}
