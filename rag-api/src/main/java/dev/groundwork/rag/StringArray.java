package dev.groundwork.rag;

import dev.langchain4j.data.document.Metadata;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Several strings as one metadata value, for instance the roles that may read a segment, or its tags. LangChain4j's
 * {@link Metadata} holds no arrays, so they are written as one string, which a {@link SegmentIndex} takes apart again:
 *
 * <pre>{@code
 * metadata.put("roles", StringArray.of("hr", "legal"));
 * Filter readable = metadataKey("roles").isIn(rolesOfTheUser);
 * }</pre>
 *
 * <p>A filter on a key whose value is an array means this, the elements being compared as single strings are:
 *
 * <ul>
 *   <li>equal to, in, greater than, less than, contains: some element is; of two such filters joined by {@code and}, each
 *       may hold for another element;
 *   <li>not equal to, not in: no element is; they are what {@code not} makes of equal to and in;
 *   <li>equal to an array, that is to what {@link #of} returned: it has the same elements in the same order. So an array
 *       can be found as a whole, too, and be one of the values of {@code in}.
 * </ul>
 *
 * <p>An empty array has no element that could match: of the filters above only the negations are true of it, and
 * equality with the empty array. LangChain4j's {@link dev.langchain4j.store.embedding.filter.Filter#test} knows nothing of
 * arrays: to it the value is one string.
 *
 * <p>Any string can be an element: empty, with control characters, an encoded array itself. The other way round, a string
 * that is no array but starts with the control character U+001D can look like one; where metadata come from people who
 * must not decide who reads them, refuse strings that {@linkplain #is are arrays}.
 */
public final class StringArray {

    // what no one types: GROUP SEPARATOR before all, UNIT SEPARATOR after each element, ESCAPE before either in an
    // element
    private static final char START = '\u001D';
    private static final char END = '\u001F';
    private static final char ESCAPE = '\u001B';

    private StringArray() {}

    /**
     * Encodes strings in their order.
     *
     * @param elements the strings; may be none
     * @return a metadata value
     */
    public static String of(String... elements) {
        return of(List.of(elements));
    }

    /**
     * Encodes strings in their order.
     *
     * @param elements the strings; may be none. Of a set that has no order, equal ones may be encoded differently
     * @return a metadata value
     */
    public static String of(Collection<String> elements) {
        StringBuilder value = new StringBuilder().append(START);
        for (String element : elements) {
            for (int i = 0; i < element.length(); i++) {
                char c = element.charAt(i);
                if (c == END || c == ESCAPE) {
                    value.append(ESCAPE);
                }
                value.append(c);
            }
            value.append(END);
        }
        return value.toString();
    }

    /** Returns whether a metadata value is an array, that is, whether {@link #of} could have returned it. */
    public static boolean is(String value) {
        if (value.isEmpty() || value.charAt(0) != START) {
            return false;
        }
        boolean closed = true;
        for (int i = 1; i < value.length(); i++) {
            char c = value.charAt(i);
            closed = c == END;
            if (c == ESCAPE) {
                i++;
                if (i == value.length() || (value.charAt(i) != END && value.charAt(i) != ESCAPE)) {
                    return false;
                }
            }
        }
        return closed;
    }

    /**
     * Decodes.
     *
     * @param value a metadata value
     * @return its elements in their order
     * @throws IllegalArgumentException if it is no array
     */
    public static List<String> values(String value) {
        if (!is(value)) {
            throw new IllegalArgumentException(
                    "value of " + value.length() + " characters is not an array, must be what StringArray.of returned");
        }
        List<String> elements = new ArrayList<>();
        StringBuilder element = new StringBuilder();
        for (int i = 1; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == END) {
                elements.add(element.toString());
                element.setLength(0);
            } else {
                element.append(c == ESCAPE ? value.charAt(++i) : c);
            }
        }
        return List.copyOf(elements);
    }
}
