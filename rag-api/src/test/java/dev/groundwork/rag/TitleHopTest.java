package dev.groundwork.rag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.filter.Filter;
import dev.langchain4j.store.embedding.filter.comparison.IsEqualTo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TitleHopTest {

    private static final Embedding QUESTION = Embedding.from(new float[] {1});

    private static TextSegment segment(String title, String text) {
        return TextSegment.from(text, Metadata.from(SegmentKeys.TITLE, title));
    }

    private static Hit fused(String id, String title, String text, double score) {
        return Hit.of(id, segment(title, text), new Score(Hop.FUSE, Score.Kind.FUSED, score, 1));
    }

    private static Hit near(String id, String title, double cosine) {
        return Hit.of(id, segment(title, "text"), new Score(Hop.VECTOR, Score.Kind.COSINE, cosine, 1));
    }

    /** Finds by vector, of some hits, those that the filter lets through. */
    private static final class Index implements SegmentReader {
        final List<Filter> filters = new ArrayList<>();
        private final List<Hit> hits;

        Index(Hit... hits) {
            this.hits = List.of(hits);
        }

        @Override
        public List<Hit> searchVector(Embedding query, int limit, @Nullable Filter filter) {
            filters.add(filter);
            return hits.stream()
                    .filter(hit -> filter == null || filter.test(hit.segment().metadata()))
                    .limit(limit)
                    .toList();
        }

        @Override
        public List<Hit> searchText(String text, int limit, @Nullable Filter filter) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<TextSegment> get(String id) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long count(@Nullable Filter filter) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<IndexedSegment> scan(@Nullable String after, int limit, @Nullable Filter filter) {
            throw new UnsupportedOperationException();
        }

        @Override
        public SegmentSnapshot snapshot() {
            throw new UnsupportedOperationException();
        }
    }

    private static List<Hit> follow(Question question, Index index, List<Hit> fused) {
        return TitleHop.follow(question.filter(), QUESTION, index, fused, new MinMax(0.4, 0.8), 0.6, 3);
    }

    @Test
    void aDocumentThatTheBestHitNamesIsAddedAndRaised() {
        List<Hit> fused = List.of(
                fused("film", "Plan 9", "Plan 9 is a film by Ed Wood, of 1957.", 0.8),
                fused("other", "Other", "x", 0.3));
        List<Hit> ranked = follow(Question.of("q"), new Index(near("wood", "Ed Wood", 0.6)), fused);
        assertThat(ranked).extracting(Hit::id).containsExactly("film", "wood", "other");
        // .6 * (.6 - .4) / (.8 - .4) for the vector, a quarter of .8 for the name.
        assertThat(ranked.get(1).score().value())
                .isEqualTo(0.6 * 0.5 + 0.25 * 0.8, org.assertj.core.data.Offset.offset(1e-9));
        assertThat(ranked.get(1).score().hop()).isEqualTo(Hop.TITLES);
        assertThat(ranked.get(1).score().rank()).isEqualTo(2);
        assertThat(ranked.get(0).score().value()).isEqualTo(0.8);
    }

    @Test
    void oneThatIsThereAlreadyKeepsWhatItHas() {
        List<Hit> fused =
                List.of(fused("film", "Plan 9", "By Ed Wood.", 0.8), fused("wood", "Ed Wood", "He was born.", 0.5));
        List<Hit> ranked = follow(Question.of("q"), new Index(near("wood", "Ed Wood", 0.6)), fused);
        assertThat(ranked).extracting(Hit::id).containsExactly("film", "wood");
        assertThat(ranked.get(1).score().value()).isEqualTo(0.7, org.assertj.core.data.Offset.offset(1e-9));
    }

    @Test
    void whatTheQuestionIsFarFromNeverPassesTheHitThatNamesIt() {
        List<Hit> fused = List.of(fused("film", "Plan 9", "By Ed Wood.", 0.8), fused("second", "B", "x", 0.7));
        List<Hit> ranked = follow(Question.of("q"), new Index(near("wood", "Ed Wood", 0.1)), fused);
        assertThat(ranked).extracting(Hit::id).containsExactly("film", "second", "wood");
        assertThat(ranked.getLast().score().value()).isEqualTo(0.2, org.assertj.core.data.Offset.offset(1e-9));
    }

    @Test
    void aTitleOfManyDocumentsIsNoName() {
        List<Hit> fused = List.of(fused("film", "Plan 9", "By Ed Wood.", 0.8));
        Index two = new Index(near("1", "Ed Wood", 0.6), near("2", "Ed Wood", 0.6));
        assertThat(follow(Question.of("q"), two, fused)).hasSize(3);
        Index three = new Index(near("1", "Ed Wood", 0.6), near("2", "Ed Wood", 0.6), near("3", "Ed Wood", 0.6));
        assertThat(follow(Question.of("q"), three, fused)).isSameAs(fused);
    }

    @Test
    void noOneIsRaisedByItsOwnTitle() {
        List<Hit> fused = List.of(fused("film", "Plan Nine", "Plan Nine is a film.", 0.8));
        assertThat(follow(Question.of("q"), new Index(near("film2", "Plan Nine", 0.6)), fused))
                .isSameAs(fused);
    }

    @Test
    void theQuestionsFilterHoldsForTheHopToo() {
        Filter mine = new IsEqualTo("tenant", "mine");
        Index index = new Index(near("wood", "Ed Wood", 0.6));
        List<Hit> fused = List.of(fused("film", "Plan 9", "By Ed Wood.", 0.8));
        assertThat(follow(Question.of("q").withFilter(mine), index, fused)).isSameAs(fused);
        Metadata other = Metadata.from(SegmentKeys.TITLE, "Ed Wood").put("tenant", "other");
        assertThat(index.filters.getFirst().test(other)).isFalse();
        assertThat(index.filters.getFirst().test(other.copy().put("tenant", "mine")))
                .isTrue();
    }

    @Test
    void textWithoutNamesAsksTheIndexNothing() {
        Index index = new Index();
        List<Hit> fused = List.of(fused("a", "", "nothing here has a capital", 0.8));
        assertThat(follow(Question.of("q"), index, fused)).isSameAs(fused);
        assertThat(index.filters).isEmpty();
    }

    @Test
    void namesAreRunsOfCapitalizedWords() {
        assertThat(TitleHop.namesIn("In 1994 the University of California, Berkeley saw J. K. Rowling's book."))
                .contains(
                        "1994",
                        "University of California",
                        "University of California, Berkeley",
                        "J. K. Rowling",
                        "Berkeley")
                .doesNotContain("the University of California", "Rowling's book", "saw", "of");
        assertThat(TitleHop.namesIn("")).isEmpty();
        assertThat(TitleHop.namesIn("ß \ud83d \ud83d\ude00 黑豹队")).isEmpty();
    }
}
