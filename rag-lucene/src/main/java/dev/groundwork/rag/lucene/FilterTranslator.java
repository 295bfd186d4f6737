package dev.groundwork.rag.lucene;

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
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import org.apache.lucene.util.BytesRef;

/**
 * Translates LangChain4j's filters. They mean what their own {@link Filter#test} means: a comparison with a missing key
 * is false, {@link IsNotEqualTo} and {@link IsNotIn} of a missing key are true, numbers compare as decimals across types,
 * a UUID equals its string. One difference: where a segment's value has another type than the filter's, {@code test}
 * throws; here the two are not equal, and neither is the greater.
 */
final class FilterTranslator {

    /** How deep filters may nest; chains of one kind, {@code a.or(b).or(c)}, count once. */
    static final int MAX_DEPTH = 200;

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
        return switch (filter) {
            case And and -> new MetadataMatcher.All(translateAll(and, depth));
            case Or or -> new MetadataMatcher.Any(translateAll(or, depth));
            case Not not -> new MetadataMatcher.None(translate(not.expression(), depth + 1));
            case IsEqualTo is -> oneOf(is.key(), List.of(is.comparisonValue()));
            case IsNotEqualTo is -> new MetadataMatcher.None(oneOf(is.key(), List.of(is.comparisonValue())));
            case IsIn is -> oneOf(is.key(), is.comparisonValues());
            case IsNotIn is -> new MetadataMatcher.None(oneOf(is.key(), is.comparisonValues()));
            case IsGreaterThan is -> range(is.key(), is.comparisonValue(), Bound.ABOVE);
            case IsGreaterThanOrEqualTo is -> range(is.key(), is.comparisonValue(), Bound.FROM);
            case IsLessThan is -> range(is.key(), is.comparisonValue(), Bound.BELOW);
            case IsLessThanOrEqualTo is -> range(is.key(), is.comparisonValue(), Bound.TO);
            case ContainsString is -> contains(is.key(), is.comparisonValue());
            default ->
                throw new IllegalArgumentException("filter " + filter.getClass().getName()
                        + " can't be translated, must be one of LangChain4j's own");
        };
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
        return List.copyOf(parts);
    }

    private static MetadataMatcher oneOf(String key, Collection<?> values) {
        List<BytesRef> terms = new ArrayList<>();
        List<String> longValues = new ArrayList<>();
        for (Object value : values) {
            switch (value) {
                case String text when CodeUnits.length(text) > MetadataTerms.MAX_VALUE_BYTES -> longValues.add(text);
                case String text -> terms.add(MetadataTerms.string(key, text));
                case UUID uuid -> {
                    terms.add(MetadataTerms.uuid(key, uuid));
                    terms.add(MetadataTerms.string(key, uuid.toString()));
                }
                case Number number -> terms.add(MetadataTerms.number(key, decimal(key, number)));
                default -> throw unknownValue(key, value);
            }
        }
        terms.sort(null);
        MetadataMatcher matcher = new MetadataMatcher.OneOf(List.copyOf(terms));
        return longValues.isEmpty()
                ? matcher
                : new MetadataMatcher.Any(List.of(matcher, new MetadataMatcher.LongValue(key, longValues::contains)));
    }

    private enum Bound {
        ABOVE,
        FROM,
        BELOW,
        TO
    }

    private static MetadataMatcher range(String key, Comparable<?> value, Bound bound) {
        return switch (value) {
            case String text ->
                new MetadataMatcher.Any(List.of(
                        range(key, MetadataTerms.STRING, MetadataTerms.string(key, text), bound),
                        new MetadataMatcher.LongValue(key, other -> within(other.compareTo(text), bound))));
            case UUID uuid -> range(key, MetadataTerms.UUID_VALUE, MetadataTerms.uuid(key, uuid), bound);
            case Number number ->
                range(key, MetadataTerms.NUMBER, MetadataTerms.number(key, decimal(key, number)), bound);
            default -> throw unknownValue(key, value);
        };
    }

    private static MetadataMatcher range(String key, byte tag, BytesRef value, Bound bound) {
        BytesRef start = MetadataTerms.prefix(key, tag);
        BytesRef end = MetadataTerms.end(key, tag);
        Predicate<BytesRef> any = term -> true;
        return switch (bound) {
            case ABOVE -> new MetadataMatcher.Range(MetadataTerms.after(value), end, any);
            case FROM -> new MetadataMatcher.Range(value, end, any);
            case BELOW -> new MetadataMatcher.Range(start, value, any);
            case TO -> new MetadataMatcher.Range(start, MetadataTerms.after(value), any);
        };
    }

    private static boolean within(int comparison, Bound bound) {
        return switch (bound) {
            case ABOVE -> comparison > 0;
            case FROM -> comparison >= 0;
            case BELOW -> comparison < 0;
            case TO -> comparison <= 0;
        };
    }

    private static MetadataMatcher contains(String key, String part) {
        BytesRef start = MetadataTerms.prefix(key, MetadataTerms.STRING);
        Predicate<BytesRef> holds =
                term -> CodeUnits.decode(term.bytes, term.offset + start.length, term.length - start.length)
                        .contains(part);
        return new MetadataMatcher.Any(List.of(
                new MetadataMatcher.Range(start, MetadataTerms.end(key, MetadataTerms.STRING), holds),
                new MetadataMatcher.LongValue(key, value -> value.contains(part))));
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
                + value.getClass().getName() + ", must be a String, a UUID or a Number");
    }
}
