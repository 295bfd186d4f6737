package dev.groundwork.rag.lucene;

import static dev.langchain4j.store.embedding.filter.MetadataFilterBuilder.metadataKey;
import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.store.embedding.filter.Filter;
import dev.langchain4j.store.embedding.filter.comparison.IsGreaterThan;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.apache.lucene.util.BytesRef;
import org.junit.jupiter.api.Test;

/** The normal form that filters are brought to. */
class FilterTranslatorTest {

    private static final int PARTS = 5_000;

    private static MetadataMatcher translate(Filter filter) {
        return FilterTranslator.translate(filter);
    }

    private static MetadataMatcher.OneOf terms(String key, String... values) {
        List<BytesRef> terms = new ArrayList<>();
        for (String value : values) {
            terms.add(MetadataTerms.string(key, value));
        }
        return new MetadataMatcher.OneOf(terms);
    }

    private static Filter chain(BinaryOperator<Filter> join, IntFunction<Filter> part) {
        Filter chain = part.apply(0);
        for (int i = 1; i < PARTS; i++) {
            chain = join.apply(chain, part.apply(i));
        }
        return chain;
    }

    @Test
    void makesOneListOfTermsOfAChainOfEqualities() {
        MetadataMatcher any =
                translate(chain((a, b) -> a.or(b), i -> metadataKey("k" + i % 3).isEqualTo("v" + i)));

        assertThat(any)
                .isInstanceOfSatisfying(
                        MetadataMatcher.OneOf.class,
                        one -> assertThat(one.terms()).hasSize(PARTS).isSorted());
    }

    @Test
    void makesOneNegationOfAChainOfNegations() {
        MetadataMatcher all =
                translate(chain((a, b) -> a.and(b), i -> metadataKey("k").isNotEqualTo("v" + i)));
        MetadataMatcher any =
                translate(chain((a, b) -> a.or(b), i -> metadataKey("k").isNotEqualTo("v" + i)));

        assertThat(all)
                .isEqualTo(MetadataMatcher.none(translate(metadataKey("k")
                        .isIn(IntStream.range(0, PARTS).mapToObj(i -> "v" + i).toList()))));
        assertThat(any)
                .isInstanceOfSatisfying(
                        MetadataMatcher.None.class,
                        none -> assertThat(none.part())
                                .isInstanceOfSatisfying(
                                        MetadataMatcher.All.class,
                                        each -> assertThat(each.parts()).hasSize(PARTS)));
    }

    @Test
    void looksUpTermsBeforeAllElseAndTakesAwayLast() {
        Filter tenant = metadataKey("tenant").isEqualTo("t");
        Filter range = new IsGreaterThan("n", 1);
        Filter unwanted = metadataKey("k").isNotEqualTo("v");

        MetadataMatcher expected = new MetadataMatcher.All(
                List.of(terms("tenant", "t"), translate(range), new MetadataMatcher.None(terms("k", "v"))));

        assertThat(translate(unwanted.and(range).and(tenant))).isEqualTo(expected);
        assertThat(translate(range.and(unwanted.and(tenant)))).isEqualTo(expected);
    }

    @Test
    void resolvesNegationsOfNegations() {
        Filter is = metadataKey("k").isEqualTo("v");

        assertThat(translate(Filter.not(Filter.not(is)))).isEqualTo(terms("k", "v"));
        assertThat(translate(Filter.not(metadataKey("k").isNotEqualTo("v")))).isEqualTo(terms("k", "v"));
        assertThat(translate(Filter.not(Filter.not(Filter.not(is))))).isEqualTo(translate(Filter.not(is)));
    }

    @Test
    void translatesEqualFiltersToEqualsAndOthersToOthers() {
        String tooLong = "x".repeat(2_000);
        List<IntFunction<Filter>> filters = List.of(
                i -> metadataKey("k").isEqualTo("v" + i),
                i -> metadataKey("k" + i).isEqualTo("v"),
                i -> metadataKey("k").isEqualTo(i),
                i -> metadataKey("k").isEqualTo(tooLong + i),
                i -> metadataKey("k").isGreaterThan("v" + i),
                i -> metadataKey("k").isGreaterThanOrEqualTo("v" + i),
                i -> metadataKey("k").isLessThan(tooLong + i),
                i -> metadataKey("k").isLessThanOrEqualTo(i),
                i -> metadataKey("k").containsString("v" + i),
                i -> metadataKey("k").isIn("v", "w" + i),
                i -> Filter.not(metadataKey("k").containsString("v" + i)),
                i -> metadataKey("k").isEqualTo("v").and(metadataKey("n").isLessThan(i)),
                i -> metadataKey("k").isEqualTo("v").or(metadataKey("n").isLessThan(i)));
        List<MetadataMatcher> all = new ArrayList<>();
        for (IntFunction<Filter> filter : filters) {
            for (int i = 0; i < 2; i++) {
                MetadataMatcher once = translate(filter.apply(i));
                assertThat(once).isEqualTo(translate(filter.apply(i))).hasSameHashCodeAs(translate(filter.apply(i)));
                all.add(once);
            }
        }
        assertThat(all).doesNotHaveDuplicates();
    }
}
