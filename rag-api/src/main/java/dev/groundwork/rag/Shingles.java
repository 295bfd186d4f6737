package dev.groundwork.rag;

import java.util.Arrays;
import java.util.Locale;

/**
 * The runs of so many neighbouring words that a text has, as a sorted set of hashes. A word is a run of letters and digits; of
 * scripts that write no spaces, each character is one.
 */
final class Shingles {

    private final long[] hashes;

    private Shingles(long[] hashes) {
        this.hashes = hashes;
    }

    /**
     * Makes those of a text; of one that has fewer words, one shingle of them all.
     *
     * @param size words of a shingle, from 1
     */
    static Shingles of(String text, int size) {
        String lower = text.toLowerCase(Locale.ROOT);
        long[] words = new long[Math.max(1, lower.length())];
        int count = 0;
        long word = 0;
        boolean inside = false;
        for (int i = 0; i < lower.length(); ) {
            int c = lower.codePointAt(i);
            i += Character.charCount(c);
            boolean alone = Character.isIdeographic(c) || isKana(c);
            if (inside && (alone || !Character.isLetterOrDigit(c))) {
                words[count++] = word;
                inside = false;
            }
            if (alone) {
                words[count++] = mix(c);
            } else if (Character.isLetterOrDigit(c)) {
                word = inside ? mix(word ^ c) : mix(c);
                inside = true;
            }
        }
        if (inside) {
            words[count++] = word;
        }
        if (count == 0) {
            return new Shingles(new long[0]);
        }
        int runs = Math.max(1, count - size + 1);
        long[] hashes = new long[runs];
        for (int run = 0; run < runs; run++) {
            long hash = 1;
            for (int i = run; i < Math.min(count, run + size); i++) {
                hash = mix(hash * 31 + words[i]);
            }
            hashes[run] = hash;
        }
        return new Shingles(Arrays.stream(hashes).sorted().distinct().toArray());
    }

    private static boolean isKana(int c) {
        Character.UnicodeScript script = Character.UnicodeScript.of(c);
        return script == Character.UnicodeScript.HIRAGANA
                || script == Character.UnicodeScript.KATAKANA
                || script == Character.UnicodeScript.THAI;
    }

    /** The finaliser of splitmix64. */
    private static long mix(long value) {
        long z = value + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    /** Returns which part of the smaller one the larger one has too, from 0 to 1; 0 where either is empty. */
    double containment(Shingles other) {
        int smaller = Math.min(hashes.length, other.hashes.length);
        return smaller == 0 ? 0 : (double) common(other) / smaller;
    }

    /** Returns the cosine of the two as sets, from 0 to 1; 0 where either is empty. */
    double cosine(Shingles other) {
        double product = (double) hashes.length * other.hashes.length;
        return product == 0 ? 0 : common(other) / Math.sqrt(product);
    }

    private int common(Shingles other) {
        int common = 0;
        int i = 0;
        int j = 0;
        while (i < hashes.length && j < other.hashes.length) {
            int order = Long.compare(hashes[i], other.hashes[j]);
            common += order == 0 ? 1 : 0;
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }
        return common;
    }
}
