package dev.groundwork.rag.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import dev.groundwork.rag.StringArray;
import dev.langchain4j.data.document.Metadata;
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
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.UUID;
import java.util.function.IntPredicate;

/**
 * Random metadata, random filters, and what a filter means, segment by segment. Written from the documentation of what
 * filters mean, without the translator; where LangChain4j's own {@link Filter#test} knows the types, it is asked too.
 *
 * <p>Values are as an application has them: a {@code Boolean} and a {@code List<String>} are themselves, and become strings
 * when they are indexed.
 */
final class FilterModel {

    private static final String LONG = "long ".repeat(300);

    private static final List<String> STRINGS = List.of(
            "",
            " ",
            "a",
            "A",
            "ab",
            "b",
            "true",
            "True",
            "1",
            "ä",
            "a\u0000",
            "a\u0000b",
            "\uD800",
            "\uFFFD",
            "\u001F",
            "\u001B",
            "\u001Da",
            "🙂",
            "水库",
            "x".repeat(MetadataTerms.MAX_VALUE_BYTES),
            "x".repeat(MetadataTerms.MAX_VALUE_BYTES + 1),
            LONG,
            LONG + "b",
            new UUID(1, 1).toString());

    private static final List<String> PARTS =
            List.of("", "a", "b", "x", "ng", "\uD83D", "水", "\u0000", "\u001F", "g b", LONG + "!");

    private static final List<Number> NUMBERS = List.of(
            0,
            -0.0,
            1,
            1L,
            1.0f,
            1.0,
            -1,
            -1.5,
            0.1f,
            0.1,
            1e-7f,
            10,
            100L,
            12.3,
            -12.3f,
            9_007_199_254_740_993L,
            9_007_199_254_740_992.0,
            Integer.MAX_VALUE,
            Long.MIN_VALUE,
            Float.MAX_VALUE,
            Float.MIN_VALUE,
            -Double.MAX_VALUE,
            Double.MIN_VALUE);

    private static final List<Number> NOT_FINITE =
            List.of(Double.NaN, Float.NaN, Double.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY);

    private static final List<UUID> UUIDS =
            List.of(new UUID(0, 0), new UUID(0, -1), new UUID(-1, 0), new UUID(1, 1), new UUID(Long.MIN_VALUE, 5));

    private static final List<String> ROLES = List.of("hr", "eng", "legal", "sales", "", "h", "\u001F", "a", LONG);

    /** Each for one type of value; "mixed" for any, "missing" for none. */
    private static final List<String> KEYS = List.of("s", "s2", "n", "u", "flag", "roles", "mixed", "missing");

    /**
     * A segment's metadata.
     *
     * @param byKey as the application has them
     * @param indexed as the index has them
     */
    record Values(Map<String, Object> byKey, Metadata indexed) {
        static Values of(Map<String, Object> byKey) {
            return new Values(Map.copyOf(byKey), metadata(byKey));
        }

        private Object of(String key) {
            return byKey.get(key);
        }
    }

    private final Random random;

    FilterModel(Random random) {
        this.random = random;
    }

    // ---- metadata

    Map<String, Object> values() {
        Map<String, Object> values = new HashMap<>();
        for (String key : KEYS) {
            if (!key.equals("missing") && random.nextInt(4) > 0) {
                values.put(key, value(key));
            }
        }
        return values;
    }

    private Object value(String key) {
        return switch (key) {
            case "s", "s2" -> pick(STRINGS);
            case "n" -> random.nextInt(12) == 0 ? pick(NOT_FINITE) : pick(NUMBERS);
            case "u" -> pick(UUIDS);
            case "flag" -> random.nextBoolean();
            case "roles" -> roles();
            default -> value(pick(KEYS.subList(0, 6)));
        };
    }

    private List<String> roles() {
        List<String> roles = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            roles.add(pick(ROLES));
        }
        return random.nextInt(20) == 0 ? many(roles) : List.copyOf(roles);
    }

    private static List<String> many(List<String> roles) {
        List<String> many = new ArrayList<>(roles);
        for (int i = 0; i < 300; i++) {
            many.add("role " + i);
        }
        return List.copyOf(many);
    }

    private static Metadata metadata(Map<String, Object> values) {
        Map<String, Object> metadata = new HashMap<>();
        values.forEach((key, value) -> metadata.put(key, indexed(value)));
        return Metadata.from(metadata);
    }

    private static Object indexed(Object value) {
        return switch (value) {
            case Boolean truth -> truth.toString();
            case List<?> list ->
                StringArray.of(list.stream().map(String.class::cast).toList());
            default -> value;
        };
    }

    // ---- filters

    /** Returns a filter of any of LangChain4j's twelve kinds, nested up to a depth. */
    Filter filter(int depth) {
        return switch (random.nextInt(depth == 0 ? 3 : 6)) {
            case 3 -> new And(filter(depth - 1), filter(depth - 1));
            case 4 -> new Or(filter(depth - 1), filter(depth - 1));
            case 5 -> new Not(filter(depth - 1));
            default -> comparison();
        };
    }

    private Filter comparison() {
        String key = pick(KEYS);
        return switch (random.nextInt(9)) {
            case 0 -> new IsEqualTo(key, compared(key));
            case 1 -> new IsNotEqualTo(key, compared(key));
            case 2 -> new IsIn(key, several(key));
            case 3 -> new IsNotIn(key, several(key));
            case 4 -> new IsGreaterThan(key, compared(key));
            case 5 -> new IsGreaterThanOrEqualTo(key, compared(key));
            case 6 -> new IsLessThan(key, compared(key));
            case 7 -> new IsLessThanOrEqualTo(key, compared(key));
            default -> new ContainsString(key, pick(PARTS));
        };
    }

    private List<Comparable<?>> several(String key) {
        List<Comparable<?>> several = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            several.add(compared(key));
        }
        return several;
    }

    /** Returns a value to compare with, most often of the type that the key's values are of. */
    private Comparable<?> compared(String key) {
        String like = random.nextInt(8) == 0 ? pick(KEYS) : key;
        return switch (like) {
            case "s", "s2" -> pick(STRINGS);
            case "n" -> (Comparable<?>) pick(NUMBERS);
            case "u" -> pick(UUIDS);
            case "flag" -> random.nextBoolean();
            case "roles" -> random.nextInt(4) > 0 ? pick(ROLES) : StringArray.of(roles());
            default -> compared(pick(KEYS.subList(0, 6)));
        };
    }

    private <T> T pick(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    // ---- what filters mean

    static boolean matches(Filter filter, Values values) {
        return switch (filter) {
            case And and -> matches(and.left(), values) && matches(and.right(), values);
            case Or or -> matches(or.left(), values) || matches(or.right(), values);
            case Not not -> !matches(not.expression(), values);
            default -> holds(filter, values);
        };
    }

    private static boolean holds(Filter filter, Values values) {
        boolean holds = switch (filter) {
            case IsEqualTo is -> equalsOne(values.of(is.key()), List.of(is.comparisonValue()));
            case IsNotEqualTo is -> !equalsOne(values.of(is.key()), List.of(is.comparisonValue()));
            case IsIn is -> equalsOne(values.of(is.key()), is.comparisonValues());
            case IsNotIn is -> !equalsOne(values.of(is.key()), is.comparisonValues());
            case IsGreaterThan is -> compares(values.of(is.key()), is.comparisonValue(), c -> c > 0);
            case IsGreaterThanOrEqualTo is -> compares(values.of(is.key()), is.comparisonValue(), c -> c >= 0);
            case IsLessThan is -> compares(values.of(is.key()), is.comparisonValue(), c -> c < 0);
            case IsLessThanOrEqualTo is -> compares(values.of(is.key()), is.comparisonValue(), c -> c <= 0);
            case ContainsString is ->
                elements(values.of(is.key())).stream()
                        .anyMatch(one -> one instanceof String text && text.contains(is.comparisonValue()));
            default -> throw new AssertionError("no meaning given for " + filter);
        };
        askLangChain4j(filter, values, holds);
        return holds;
    }

    private static List<Object> elements(Object value) {
        return switch (value) {
            case null -> List.of();
            case List<?> list -> List.copyOf(list);
            case Boolean truth -> List.of(truth.toString());
            default -> List.of(value);
        };
    }

    private static boolean equalsOne(Object value, Collection<?> others) {
        boolean asAWhole = value instanceof List<?> && others.contains(indexed(value));
        return asAWhole
                || elements(value).stream().anyMatch(one -> others.stream().anyMatch(other -> equal(one, other)));
    }

    private static boolean equal(Object value, Object other) {
        return switch (other) {
            case Number number -> compare(value, number).equals(OptionalInt.of(0));
            case Boolean truth -> value.equals(truth.toString());
            case UUID uuid -> value.equals(uuid) || value.equals(uuid.toString());
            default -> value.equals(other);
        };
    }

    private static boolean compares(Object value, Object other, IntPredicate test) {
        return elements(value).stream()
                .map(one -> compare(one, other))
                .anyMatch(comparison -> comparison.isPresent() && test.test(comparison.getAsInt()));
    }

    /** Returns how two values compare; empty where they are of different types. */
    private static OptionalInt compare(Object value, Object other) {
        if (value instanceof Number number && other instanceof Number to) {
            return Double.isFinite(number.doubleValue()) || number instanceof Long
                    ? OptionalInt.of(new BigDecimal(number.toString()).compareTo(new BigDecimal(to.toString())))
                    : OptionalInt.empty();
        }
        if (value instanceof String text && other instanceof String to) {
            return OptionalInt.of(text.compareTo(to));
        }
        if (value instanceof UUID uuid && other instanceof UUID to) {
            return OptionalInt.of(uuid.compareTo(to));
        }
        if (other instanceof Boolean to && (value.equals("true") || value.equals("false"))) {
            return OptionalInt.of(Boolean.compare(value.equals("true"), to));
        }
        return OptionalInt.empty();
    }

    /** Checks the meaning given here against LangChain4j's, where it has one. */
    private static void askLangChain4j(Filter filter, Values values, boolean holds) {
        String key = switch (filter) {
            case IsIn is when mixed(is.comparisonValues()) -> ""; // it looks at the type of one only
            case IsNotIn is when mixed(is.comparisonValues()) -> "";
            case IsIn is -> is.key();
            case IsNotIn is -> is.key();
            case IsEqualTo is -> is.key();
            case IsNotEqualTo is -> is.key();
            case IsGreaterThan is -> is.key();
            case IsGreaterThanOrEqualTo is -> is.key();
            case IsLessThan is -> is.key();
            case IsLessThanOrEqualTo is -> is.key();
            case ContainsString is -> is.key();
            default -> "";
        };
        if (key.isEmpty() || values.of(key) instanceof List<?>) {
            return;
        }
        boolean test;
        try {
            test = filter.test(values.indexed());
        } catch (IllegalArgumentException | ClassCastException differentTypes) {
            return;
        }
        assertThat(test)
                .as("LangChain4j's own test of %s on %s", filter, values.byKey())
                .isEqualTo(holds);
    }

    private static boolean mixed(Collection<?> values) {
        return values.stream()
                        .map(value -> value instanceof Number ? Number.class : value.getClass())
                        .distinct()
                        .count()
                > 1;
    }
}
