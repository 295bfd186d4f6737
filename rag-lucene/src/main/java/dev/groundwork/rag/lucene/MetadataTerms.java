package dev.groundwork.rag.lucene;

import dev.groundwork.rag.StringArray;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.lucene.util.BytesRef;

/**
 * Metadata as terms of one field: key, zero byte, tag, value. Within a key and tag the terms sort as the values do, so
 * that equality is a look-up and a comparison is a range. Numbers of all types share a tag and compare as decimals,
 * {@code 1} with {@code 1.0f}, as LangChain4j's filters compare them. An array has a term for each element, the one that
 * the element would have as a value of its own, and one for the whole.
 */
final class MetadataTerms {

    /** Longer keys are refused: a term must stay under Lucene's 32,766 bytes. */
    static final int MAX_KEY_BYTES = 4_096;

    /**
     * Longer strings get the tag {@link #LONG} without their value: whole texts kept as metadata must not fill the term
     * dictionary. Filters look at the stored value of those segments.
     */
    static final int MAX_VALUE_BYTES = 1_024;

    static final byte STRING = 's';
    static final byte UUID_VALUE = 'u';
    static final byte NUMBER = 'n';
    static final byte LONG = 'x';

    /** Arrays as a whole, encoded, for equality with an array. */
    static final byte ARRAY = 'a';

    /** Arrays whose encoding is longer than {@link #MAX_VALUE_BYTES}: like {@link #LONG}. */
    static final byte LONG_ARRAY = 'y';

    private MetadataTerms() {}

    static List<BytesRef> of(Map<String, Object> metadata) {
        List<BytesRef> terms = new ArrayList<>(metadata.size());
        metadata.forEach((key, value) -> {
            switch (value) {
                case String array
                when StringArray.is(array) -> {
                    terms.add(tooLong(array) ? prefix(key, LONG_ARRAY) : array(key, array));
                    for (String element : new LinkedHashSet<>(StringArray.values(array))) {
                        terms.add(tooLong(element) ? prefix(key, LONG) : string(key, element));
                    }
                }
                case String text -> terms.add(tooLong(text) ? prefix(key, LONG) : string(key, text));
                case UUID uuid -> terms.add(uuid(key, uuid));
                case Number number -> decimal(number).ifPresent(decimal -> terms.add(number(key, decimal)));
                default -> throw new IllegalArgumentException("metadata " + key + " is of " + value.getClass());
            }
        });
        return terms;
    }

    /** Returns whether a string is too long to be a term. */
    static boolean tooLong(String value) {
        return CodeUnits.length(value) > MAX_VALUE_BYTES;
    }

    static BytesRef array(String key, String value) {
        return join(key, ARRAY, CodeUnits.encode(value));
    }

    static BytesRef string(String key, String value) {
        return join(key, STRING, CodeUnits.encode(value));
    }

    static BytesRef uuid(String key, UUID value) {
        // UUID.compareTo compares signed halves; with the sign flipped, unsigned bytes sort alike
        return join(
                key,
                UUID_VALUE,
                ByteBuffer.allocate(2 * Long.BYTES)
                        .putLong(value.getMostSignificantBits() ^ Long.MIN_VALUE)
                        .putLong(value.getLeastSignificantBits() ^ Long.MIN_VALUE)
                        .array());
    }

    /**
     * Sign, exponent, digits without trailing zeros; a negative number's exponent and digits are complemented and closed
     * by the highest byte, so that the longer one, further from zero, sorts first.
     */
    static BytesRef number(String key, BigDecimal value) {
        if (value.signum() == 0) {
            return join(key, NUMBER, new byte[] {1});
        }
        BigDecimal plain = value.stripTrailingZeros();
        String digits = plain.unscaledValue().abs().toString();
        boolean negative = plain.signum() < 0;
        ByteBuffer bytes = ByteBuffer.allocate(1 + Long.BYTES + digits.length() + (negative ? 1 : 0));
        long exponent = ((long) plain.precision() - plain.scale()) ^ Long.MIN_VALUE;
        bytes.put((byte) (negative ? 0 : 2)).putLong(negative ? ~exponent : exponent);
        for (int i = 0; i < digits.length(); i++) {
            bytes.put((byte) (negative ? ~digits.charAt(i) : digits.charAt(i)));
        }
        if (negative) {
            bytes.put((byte) 0xFF);
        }
        return join(key, NUMBER, bytes.array());
    }

    /** Returns the value that a number prints as; empty for NaN and the infinities, which equal nothing. */
    static Optional<BigDecimal> decimal(Number number) {
        if ((number instanceof Double d && !Double.isFinite(d)) || (number instanceof Float f && !Float.isFinite(f))) {
            return Optional.empty();
        }
        return Optional.of(new BigDecimal(number.toString()));
    }

    /** Returns what all terms of a key and tag start with. */
    static BytesRef prefix(String key, byte tag) {
        return join(key, tag, new byte[0]);
    }

    /** Returns the least term above every term of a key and tag. */
    static BytesRef end(String key, byte tag) {
        return prefix(key, (byte) (tag + 1));
    }

    /** Returns the least term above this one. */
    static BytesRef after(BytesRef term) {
        byte[] bytes = new byte[term.length + 1];
        System.arraycopy(term.bytes, term.offset, bytes, 0, term.length);
        return new BytesRef(bytes);
    }

    private static BytesRef join(String key, byte tag, byte[] value) {
        byte[] head = CodeUnits.encodeWithoutZero(key);
        ByteBuffer bytes = ByteBuffer.allocate(head.length + 2 + value.length);
        return new BytesRef(bytes.put(head).put((byte) 0).put(tag).put(value).array());
    }
}
