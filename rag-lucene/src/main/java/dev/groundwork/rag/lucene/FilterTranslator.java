package dev.groundwork.rag.lucene;

import dev.groundwork.rag.StringArray;
import dev.groundwork.rag.lucene.StringTest.Bound;
import dev.langchain4j.store.embedding.filter.Filter;
import dev.langchain4j.store.embedding.filter.comparison.ContainsString;
import dev.langchain4j.store.embedding.filter.comparison.IsEqualTo;
import dev.langchain4j.store.embedding.filter.comparison.IsGreaterThan;
import dev.langchain4j.store.embedding.filter.comparison.IsGreaterThanOrEqualTo;
import dev.langchain4j.store.embedding.filter.comparison.IsIn;
import dev.langchain4j.store.embedding.filter.comparison.IsLessThan;
import dev.langchain4j.store.embedding.filter.comparison.IsLessThanOrEqualTo;
import dev.langchain4j.store.embedding.filter.comparison.IsNotEqualTo;
import dev.langchain4j.store.embedding.filter.comparison.IsNotIn;
import dev.langchain4j.store.embedding.filter.logical.And;
import dev.langchain4j.store.embedding.filter.logical.Not;
import dev.langchain4j.store.embedding.filter.logical.Or;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.lucene.util.BytesRef;

/**
 * Translates LangChain4j's filters. They mean what their own {@link Filter#test} means: a comparison with a missing key
 * is false, {@link IsNotEqualTo} and {@link IsNotIn} of a missing key are true, numbers compare as decimals across types,
 * a UUID equals the string that it prints as. What differs:
 *
 * <ul>
 *   <li>Where a segment's value has another type than the filter's, {@code test} throws; here the two are not equal, and
 *       neither is the greater.
 *   <li>A {@code Boolean}, which no metadata can hold, stands for the strings {@code "true"} and {@code "false"}; false is
 *       the lesser, and any other string is of another type.
 *   <li>Where a segment's value is a {@link StringArray}, equality, {@link IsIn}, {@link ContainsString} and comparisons
 *       hold if they hold for one of its elements; {@link IsNotEqualTo} and {@link IsNotIn} if their opposites do not.
 *       Equality with an array, alone or in {@link IsIn}, also holds for the array as a whole: the same elements in the same
 *       order. An empty array equals the empty array only, and contains and exceeds nothing.
 * </ul>
 */
final class FilterTranslator {

    /** How deep filters may nest; chains of one kind, {@code a.or(b).or(c)}, count once. */
    static final int MAX_DEPTH = 200;

    /** Not their subclasses, which may test something else. */
    private static final Set<Class<? extends Filter>> KNOWN = Set.of(
            And.class,
            Or.class,
            Not.class,
            IsEqualTo.class,
            IsNotEqualTo.class,
            IsIn.class,
            IsNotIn.class,
            IsGreaterThan.class,
            IsGreaterThanOrEqualTo.class,
            IsLessThan.class,
            IsLessThanOrEqualTo.class,
            ContainsString.class);

    private FilterTranslator() {}

    /**
     * Translates.
     *
     * @throws IllegalArgumentException if the filter is of an unknown class or compares with a value of an unknown one
     */
    static MetadataMatcher translate(Filter filter) {
        return translate(filter, 1);
    }

    private static MetadataMatcher translate(Filter filter, int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException("filter is nested deeper than " + MAX_DEPTH);
        }
        if (!KNOWN.contains(filter.getClass())) {
            throw unknown(filter);
        }
        return switch (filter) {
            case And and -> MetadataMatcher.all(translateAll(and, depth));
            case Or or -> MetadataMatcher.any(translateAll(or, depth));
            case Not not -> MetadataMatcher.none(translate(not.expression(), depth + 1));
            case IsEqualTo is -> oneOf(is.key(), List.of(is.comparisonValue()));
            case IsNotEqualTo is -> MetadataMatcher.none(oneOf(is.key(), List.of(is.comparisonValue())));
            case IsIn is -> oneOf(is.key(), is.comparisonValues());
            case IsNotIn is -> MetadataMatcher.none(oneOf(is.key(), is.comparisonValues()));
            case IsGreaterThan is -> range(is.key(), is.comparisonValue(), Bound.ABOVE);
            case IsGreaterThanOrEqualTo is -> range(is.key(), is.comparisonValue(), Bound.FROM);
            case IsLessThan is -> range(is.key(), is.comparisonValue(), Bound.BELOW);
            case IsLessThanOrEqualTo is -> range(is.key(), is.comparisonValue(), Bound.TO);
            case ContainsString is -> contains(is.key(), is.comparisonValue());
            default -> throw unknown(filter);
        };
    }

    private static IllegalArgumentException unknown(Filter filter) {
        return new IllegalArgumentException(
                "filter " + filter.getClass().getName() + " can't be translated, must be one of LangChain4j's own");
    }

    /** Translates the operands of a chain of one kind, however long, without recursion. */
    private static List<MetadataMatcher> translateAll(Filter chain, int depth) {
        List<MetadataMatcher> parts = new ArrayList<>();
        Deque<Filter> open = new ArrayDeque<>();
        open.push(chain);
        while (!open.isEmpty()) {
            Filter next = open.pop();
            if (chain instanceof And && next instanceof And and) {
                open.push(and.right());
                open.push(and.left());
            } else if (chain instanceof Or && next instanceof Or or) {
                open.push(or.right());
                open.push(or.left());
            } else {
                parts.add(translate(next, depth + 1));
            }
        }
        return parts;
    }

    private static MetadataMatcher oneOf(String key, Collection<?> values) {
        List<BytesRef> terms = new ArrayList<>();
        Set<String> longValues = new HashSet<>();
        Set<String> longArrays = new HashSet<>();
        for (Object value : values) {
            switch (value) {
                case String text -> {
                    boolean tooLong = MetadataTerms.tooLong(text);
                    if (tooLong) {
                        longValues.add(text);
                    } else {
                        terms.add(MetadataTerms.string(key, text));
                    }
                    if (StringArray.is(text)) {
                        if (tooLong) {
                            longArrays.add(text);
                        } else {
                            terms.add(MetadataTerms.array(key, text));
                        }
                    }
                }
                case Boolean truth -> terms.add(MetadataTerms.string(key, truth.toString()));
                case UUID uuid -> {
                    terms.add(MetadataTerms.uuid(key, uuid));
                    terms.add(MetadataTerms.string(key, uuid.toString()));
                }
                case Number number -> terms.add(MetadataTerms.number(key, decimal(key, number)));
                default -> throw unknownValue(key, value);
            }
        }
        List<MetadataMatcher> parts = new ArrayList<>();
        parts.add(MetadataMatcher.oneOf(terms));
        if (!longValues.isEmpty()) {
            parts.add(longValue(key, MetadataTerms.LONG, new StringTest.In(longValues)));
        }
        if (!longArrays.isEmpty()) {
            parts.add(longValue(key, MetadataTerms.LONG_ARRAY, new StringTest.In(longArrays)));
        }
        return parts.size() == 1 ? parts.getFirst() : new MetadataMatcher.Any(List.copyOf(parts));
    }

    private static MetadataMatcher longValue(String key, byte tag, StringTest test) {
        return new MetadataMatcher.LongValue(key, tag, test);
    }

    private static MetadataMatcher range(String key, Comparable<?> value, Bound bound) {
        return switch (value) {
            case String text ->
                new MetadataMatcher.Any(List.of(
                        range(key, MetadataTerms.STRING, MetadataTerms.string(key, text), bound),
                        longValue(key, MetadataTerms.LONG, new StringTest.Within(bound, text))));
            case Boolean truth ->
                oneOf(
                        key,
                        Stream.of(false, true)
                                .filter(other -> bound.holds(Boolean.compare(other, truth)))
                                .toList());
            case UUID uuid -> range(key, MetadataTerms.UUID_VALUE, MetadataTerms.uuid(key, uuid), bound);
            case Number number ->
                range(key, MetadataTerms.NUMBER, MetadataTerms.number(key, decimal(key, number)), bound);
            default -> throw unknownValue(key, value);
        };
    }

    private static MetadataMatcher range(String key, byte tag, BytesRef value, Bound bound) {
        BytesRef start = MetadataTerms.prefix(key, tag);
        BytesRef end = MetadataTerms.end(key, tag);
        return switch (bound) {
            case ABOVE -> new MetadataMatcher.Range(MetadataTerms.after(value), end);
            case FROM -> new MetadataMatcher.Range(value, end);
            case BELOW -> new MetadataMatcher.Range(start, value);
            case TO -> new MetadataMatcher.Range(start, MetadataTerms.after(value));
        };
    }

    private static MetadataMatcher contains(String key, String part) {
        return new MetadataMatcher.Any(List.of(
                new MetadataMatcher.Containing(
                        MetadataTerms.prefix(key, MetadataTerms.STRING),
                        MetadataTerms.end(key, MetadataTerms.STRING),
                        new BytesRef(CodeUnits.encode(part))),
                longValue(key, MetadataTerms.LONG, new StringTest.Containing(part))));
    }

    private static BigDecimal decimal(String key, Number number) {
        try {
            return MetadataTerms.decimal(number)
                    .orElseThrow(() -> new IllegalArgumentException(
                            "filter on " + key + " compares with " + number + ", must be finite"));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "filter on " + key + " compares with a " + number.getClass().getName()
                            + " that does not print as a number",
                    e);
        }
    }

    private static IllegalArgumentException unknownValue(String key, Object value) {
        return new IllegalArgumentException("filter on " + key + " compares with a "
                + value.getClass().getName() + ", must be a String, a Boolean, a UUID or a Number");
    }
}
