package dev.groundwork.rag.lucene;

import java.util.Set;

/** What a filter asks of a string. A value: two that are equal ask the same. */
sealed interface StringTest {

    boolean test(String value);

    /** Returns about how many bytes this takes on the heap. */
    long bytes();

    /**
     * Is one of some.
     *
     * @param values the strings
     */
    record In(Set<String> values) implements StringTest {
        public In {
            values = Set.copyOf(values);
        }

        @Override
        public boolean test(String value) {
            return values.contains(value);
        }

        @Override
        public long bytes() {
            return 64
                    + values.stream()
                            .mapToLong(value -> 64L + 2L * value.length())
                            .sum();
        }
    }

    /**
     * Lies on a side of another.
     *
     * @param bound which side
     * @param other the other string
     */
    record Within(Bound bound, String other) implements StringTest {
        @Override
        public boolean test(String value) {
            return bound.holds(value.compareTo(other));
        }

        @Override
        public long bytes() {
            return 64 + 2L * other.length();
        }
    }

    /**
     * Contains another.
     *
     * @param part the other string
     */
    record Containing(String part) implements StringTest {
        @Override
        public boolean test(String value) {
            return value.contains(part);
        }

        @Override
        public long bytes() {
            return 64 + 2L * part.length();
        }
    }

    /** A side of a value. */
    enum Bound {
        ABOVE,
        FROM,
        BELOW,
        TO;

        /** Returns whether a value that compares so with the bound's lies on this side. */
        boolean holds(int comparison) {
            return switch (this) {
                case ABOVE -> comparison > 0;
                case FROM -> comparison >= 0;
                case BELOW -> comparison < 0;
                case TO -> comparison <= 0;
            };
        }
    }
}
