package dev.groundwork.rag.lucene;

import static dev.groundwork.rag.lucene.Segments.ids;
import static dev.groundwork.rag.lucene.Segments.segment;
import static dev.groundwork.rag.lucene.Segments.upsert;
import static org.assertj.core.api.Assertions.assertThat;

import dev.groundwork.rag.Hit;
import dev.groundwork.rag.IndexChange;
import dev.groundwork.rag.IndexedSegment;
import dev.groundwork.rag.SegmentKeys;
import dev.langchain4j.data.document.Metadata;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.apache.lucene.search.IndexSearcher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextSearchTest {

    private static final long SEED = 7;

    private static LuceneIndex index(TextSettings settings, IndexedSegment... segments) {
        LuceneIndex index = LuceneIndex.builder().text(settings).open();
        index.apply(upsert(segments));
        return index;
    }

    private static List<String> find(LuceneIndex index, String text) {
        return ids(index.searchText(text, 10, null));
    }

    // ---- ties

    @Test
    void ordersByScoreAndThenByIdWhateverTheLimit() {
        Random random = new Random(SEED);
        String[] words = {"one", "two", "three", "four", "five", "six"};
        try (LuceneIndex index = LuceneIndex.inMemory()) {
            for (int batch = 0; batch < 6; batch++) { // parts of the index, with ids in no order
                List<IndexedSegment> segments = new ArrayList<>();
                for (int i = 0; i < 100; i++) {
                    StringBuilder text = new StringBuilder();
                    for (int w = 0; w < 1 + random.nextInt(3); w++) {
                        text.append(words[random.nextInt(words.length)]).append(' ');
                    }
                    segments.add(segment(Integer.toString(random.nextInt(1_000_000)), text.toString(), 1, 0));
                }
                index.apply(List.of(new IndexChange.Upsert(segments)));
                assertThat(index.stats().segments()).isPositive(); // looked at, so that it becomes a part of its own
            }
            assertThat(index.stats().parts()).isGreaterThan(1);
            index.apply(List.of(new IndexChange.Delete(
                    ids(index.searchText("one", 1_000, null)).subList(0, 20))));
            for (String query : List.of("one", "two three", "one two three four five six", "six one")) {
                List<Hit> all = index.searchText(query, 1_000, null);
                Comparator<Hit> order = Comparator.comparingDouble(
                                (Hit hit) -> -hit.score().value())
                        .thenComparing(Hit::id);
                assertThat(all).as(query).hasSizeGreaterThan(100).isSortedAccordingTo(order);
                for (int limit = 1; limit < all.size(); limit += limit < 20 ? 1 : 37) {
                    assertThat(ids(index.searchText(query, limit, null)))
                            .as(query + " " + limit + ", seed " + SEED)
                            .isEqualTo(ids(all.subList(0, limit)));
                }
            }
        }
    }

    @Test
    void takesTheLeastIdsOfATieThatTheLimitCuts() {
        try (LuceneIndex index =
                index(TextSettings.defaults(), segment("x", "river river", 1, 0), segment("z", "river stone", 1, 0))) {
            for (String id : List.of("d", "b", "c", "a")) {
                index.apply(upsert(segment(id, "river stone", 1, 0)));
            }
            assertThat(ids(index.searchText("river", 3, null))).containsExactly("x", "a", "b");
            assertThat(ids(index.searchText("river", 5, null))).containsExactly("x", "a", "b", "c", "d");
            assertThat(ids(index.searchText("river", 6, null))).containsExactly("x", "a", "b", "c", "d", "z");
        }
    }

    // ---- boosts

    @Test
    void countsATitleAsItsBoostSays() {
        IndexedSegment[] segments = {
            segment("text", "river", Metadata.from(SegmentKeys.TITLE, "other"), 1, 0),
            segment("title", "other", Metadata.from(SegmentKeys.TITLE, "river"), 1, 0)
        };
        try (LuceneIndex half = index(TextSettings.defaults(), segments);
                LuceneIndex twice = index(TextSettings.defaults().titleBoost(2), segments);
                LuceneIndex none = index(TextSettings.defaults().titleBoost(0), segments)) {
            assertThat(find(half, "river")).containsExactly("text", "title");
            assertThat(find(twice, "river")).containsExactly("title", "text");
            assertThat(find(none, "river")).containsExactly("text");
            List<Hit> hits = half.searchText("river", 2, null);
            assertThat(hits.get(1).score().value())
                    .isEqualTo(hits.get(0).score().value() / 2);
        }
    }

    @Test
    void raisesNeighboursWhereAskedTo() {
        IndexedSegment[] segments = {
            segment("a-apart", "key then something else and then a lot of rotation", 1, 0),
            segment("b-near", "key of rotation then something else and then a lot", 1, 0),
            segment("c-side", "key rotation then something else and then a lot of", 1, 0),
        };
        try (LuceneIndex off = index(TextSettings.defaults(), segments);
                LuceneIndex on = index(TextSettings.defaults().phraseBoost(.5f), segments)) {
            assertThat(find(off, "key rotation")).containsExactly("a-apart", "b-near", "c-side"); // a tie
            assertThat(find(on, "key rotation")).containsExactly("c-side", "b-near", "a-apart");
            assertThat(find(on, "rotation key")).hasSize(3);
            assertThat(find(on, "rotation")).containsExactly("a-apart", "b-near", "c-side");
            assertThat(find(on, "key missing rotation")).containsExactly("a-apart", "b-near", "c-side");
        }
    }

    @Test
    void takesOperatorsForNothingWithAPhraseBoostToo() {
        try (LuceneIndex index =
                index(TextSettings.defaults().phraseBoost(1).language("de"), segment("a", "alpha beta", 1, 0))) {
            for (String query : List.of(
                    "\"alpha beta\"~3", "alpha AND NOT beta", "text_de:alpha", "(alpha beta)^5", "alpha \u0000 beta")) {
                assertThat(find(index, query)).as(query).containsExactly("a");
            }
            assertThat(find(index, "\" \" \"")).isEmpty();
        }
    }

    // ---- bounds

    @Test
    void looksAtTheFirstWordsOfALongQueryOnly() {
        try (LuceneIndex index = index(TextSettings.defaults(), segment("a", "alpha", 1, 0))) {
            String long1 = words(TextQuery.MAX_TERMS - 1) + " alpha";
            String long2 = words(TextQuery.MAX_TERMS) + " alpha";

            assertThat(find(index, long1)).containsExactly("a");
            assertThat(find(index, long2)).isEmpty();
        }
    }

    private static String words(int count) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(" w").append(i);
        }
        return text.toString();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 8, 50})
    void staysBelowLucenesLimitWhereTheApplicationLoweredIt(int limit) {
        TextSettings settings = TextSettings.defaults().phraseBoost(1);
        IndexedSegment[] segments = new IndexedSegment[4];
        String[] languages = {"de", "fr", "es", "it"};
        for (int i = 0; i < 4; i++) {
            segments[i] = segment(
                    "s" + i,
                    words(60),
                    new Metadata().put(SegmentKeys.LANGUAGE, languages[i]).put("k", 1),
                    1,
                    0);
        }
        int before = IndexSearcher.getMaxClauseCount();
        try (LuceneIndex index = index(settings.declaredLanguage(), segments)) {
            IndexSearcher.setMaxClauseCount(limit);
            // below 8 not even one word fits in all its forms
            assertThat(find(index, words(500))).hasSize(limit < 8 ? 0 : 4);
        } finally {
            IndexSearcher.setMaxClauseCount(before);
        }
    }
}
