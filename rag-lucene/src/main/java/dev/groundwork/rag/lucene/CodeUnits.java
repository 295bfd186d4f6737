package dev.groundwork.rag.lucene;

import java.util.Arrays;
import org.apache.lucene.util.BytesRef;

/**
 * Strings as bytes, one to three for each UTF-16 code unit (CESU-8). Unlike UTF-8 it keeps lone surrogates, so that every
 * string comes back as it was, and its bytes sort as {@link String#compareTo} does.
 */
final class CodeUnits {

    private CodeUnits() {}

    static byte[] encode(String text) {
        byte[] bytes = new byte[length(text)];
        int at = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                bytes[at++] = (byte) c;
            } else if (c < 0x800) {
                bytes[at++] = (byte) (0xC0 | (c >> 6));
                bytes[at++] = (byte) (0x80 | (c & 0x3F));
            } else {
                bytes[at++] = (byte) (0xE0 | (c >> 12));
                bytes[at++] = (byte) (0x80 | ((c >> 6) & 0x3F));
                bytes[at++] = (byte) (0x80 | (c & 0x3F));
            }
        }
        return bytes;
    }

    /** Returns how many bytes a string takes. */
    static int length(String text) {
        int length = text.length();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            length = Math.addExact(length, c < 0x80 ? 0 : c < 0x800 ? 1 : 2);
        }
        return length;
    }

    static String decode(byte[] bytes) {
        return decode(bytes, 0, bytes.length);
    }

    static String decode(byte[] bytes, int offset, int length) {
        char[] chars = new char[length];
        int count = 0;
        for (int i = offset; i < offset + length; ) {
            int lead = bytes[i++] & 0xFF;
            if (lead < 0x80) {
                chars[count++] = (char) lead;
            } else if (lead < 0xE0) {
                chars[count++] = (char) (((lead & 0x1F) << 6) | (bytes[i++] & 0x3F));
            } else {
                chars[count++] = (char) (((lead & 0x0F) << 12) | ((bytes[i++] & 0x3F) << 6) | (bytes[i++] & 0x3F));
            }
        }
        return new String(chars, 0, count);
    }

    /**
     * Returns whether an encoded string contains another; bytes suffice to tell, for none that starts a character is
     * within one.
     *
     * @param term holds the string
     * @param start where in the term the string starts
     * @param part the other string, encoded
     */
    static boolean contains(BytesRef term, int start, BytesRef part) {
        if (part.length == 0) {
            return true;
        }
        byte first = part.bytes[part.offset];
        int last = term.offset + term.length - part.length;
        for (int i = term.offset + start; i <= last; i++) {
            if (term.bytes[i] == first
                    && Arrays.equals(
                            term.bytes,
                            i + 1,
                            i + part.length,
                            part.bytes,
                            part.offset + 1,
                            part.offset + part.length)) {
                return true;
            }
        }
        return false;
    }

    /** Returns the bytes of two strings with a zero byte between; the first one's zero characters are written longer. */
    static byte[] pair(String first, String second) {
        byte[] head = encodeWithoutZero(first);
        byte[] tail = encode(second);
        byte[] bytes = Arrays.copyOf(head, head.length + 1 + tail.length);
        System.arraycopy(tail, 0, bytes, head.length + 1, tail.length);
        return bytes;
    }

    /** Returns bytes none of which is zero. */
    static byte[] encodeWithoutZero(String text) {
        byte[] plain = encode(text);
        int zeros = 0;
        for (byte b : plain) {
            zeros += b == 0 ? 1 : 0;
        }
        if (zeros == 0) {
            return plain;
        }
        byte[] bytes = new byte[plain.length + zeros];
        int at = 0;
        for (byte b : plain) {
            if (b == 0) {
                bytes[at++] = (byte) 0xC0;
                bytes[at++] = (byte) 0x80;
            } else {
                bytes[at++] = b;
            }
        }
        return bytes;
    }
}
