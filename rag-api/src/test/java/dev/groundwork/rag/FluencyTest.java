package dev.groundwork.rag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.store.embedding.filter.Filter;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What vectors count depends on how much of the question the model knows. */
class FluencyTest {

    private record Model(double share) implements EmbeddingModel, Fluent {
        @Override
        public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
            return Response.from(
                    segments.stream().map(s -> Embedding.from(new float[] {1})).toList());
        }

        @Override
        public double fluency(String text) {
            return share;
        }
    }

    /** Finds "near" by vector and "words" by words. */
    private static final class Index implements SegmentReader {

        private static Hit hit(String id, String hop, Score.Kind kind, double score) {
            TextSegment segment = TextSegment.from("text", Metadata.from(SegmentKeys.SOURCE, id));
            return Hit.of(id, segment, new Score(hop, kind, score, 1));
        }

        @Override
        public List<Hit> searchVector(Embedding query, int limit, @Nullable Filter filter) {
            return List.of(
                    hit("near", Hop.VECTOR, Score.Kind.COSINE, 0.9), hit("words", Hop.VECTOR, Score.Kind.COSINE, 0.5));
        }

        @Override
        public List<Hit> searchText(String text, int limit, @Nullable Filter filter) {
            return List.of(hit("words", Hop.TEXT, Score.Kind.BM25, 9), hit("near", Hop.TEXT, Score.Kind.BM25, 1));
        }

        @Override
        public Optional<TextSegment> get(String id) {
            return Optional.empty();
        }

        @Override
        public long count(@Nullable Filter filter) {
            return 2;
        }

        @Override
        public List<IndexedSegment> scan(@Nullable String after, int limit, @Nullable Filter filter) {
            return List.of();
        }

        @Override
        public SegmentSnapshot snapshot() {
            Index outer = this;
            return new SegmentSnapshot() {
                @Override
                public List<Hit> searchVector(Embedding query, int limit, @Nullable Filter filter) {
                    return outer.searchVector(query, limit, filter);
                }

                @Override
                public List<Hit> searchText(String text, int limit, @Nullable Filter filter) {
                    return outer.searchText(text, limit, filter);
                }

                @Override
                public Optional<TextSegment> get(String id) {
                    return outer.get(id);
                }

                @Override
                public long count(@Nullable Filter filter) {
                    return outer.count(filter);
                }

                @Override
                public List<IndexedSegment> scan(@Nullable String after, int limit, @Nullable Filter filter) {
                    return outer.scan(after, limit, filter);
                }

                @Override
                public SegmentSnapshot snapshot() {
                    return this;
                }

                @Override
                public void close() {}
            };
        }
    }

    private static SearchResult search(EmbeddingModel model) {
        Index index = new Index();
        try (Rag rag = Rag.builder()
                .retriever(Retrievers.vector(index, model))
                .retriever(Retrievers.text(index))
                .promptAugmenter(Fakes.AUGMENTER)
                .citationChecker(Fakes.CHECKER)
                .extractiveAnswerer((question, hits, deadline) -> Optional.empty())
                .build()) {
            return rag.search("question");
        }
    }

    @Test
    void vectorsCountMoreThanWordsWhereTheModelIsFluent() {
        assertThat(search(new Model(1)).hits()).extracting(Hit::id).containsExactly("near", "words");
        assertThat(search(new Model(0.75)).hits()).extracting(Hit::id).containsExactly("near", "words");
    }

    @Test
    void wordsCountMoreWhereTheModelKnowsFewOfTheQuestions() {
        List<Hit> hits = search(new Model(0)).hits();
        assertThat(hits).extracting(Hit::id).containsExactly("words", "near");
        // What is left to vectors is a twentieth of .6.
        assertThat(hits.get(1).score().value()).isEqualTo(0.03, org.assertj.core.data.Offset.offset(1e-9));
        assertThat(search(new Model(0.2)).hits().get(1).score().value())
                .isEqualTo(hits.get(1).score().value());
        assertThat(search(new Model(0.425)).hits().get(1).score().value())
                .isEqualTo(0.3, org.assertj.core.data.Offset.offset(1e-9));
    }

    @Test
    void theResultSaysHowLikelyAnAnswerIs() {
        Answerability seen = search(new Model(1)).answerability().orElseThrow();
        assertThat(seen).isEqualTo(new Answerability(0.9, 0.4));
    }
}
