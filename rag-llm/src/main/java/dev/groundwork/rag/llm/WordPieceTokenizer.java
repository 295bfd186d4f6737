package dev.groundwork.rag.llm;

import java.text.Normalizer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * BERT's tokenization in plain Java: the ids that the Hugging Face library gives for the same {@code tokenizer.json}, with
 * no native code. (DJL's binding of that library opens a socket of its own when it loads.) Thread-safe; time is linear in
 * the text's length.
 *
 * <p>Two differences are on purpose. Text such as {@code [SEP]} is read as plain text and never becomes a special token, so
 * no document can end the model's input early. And an unpaired surrogate counts as U+FFFD, which is dropped.
 *
 * <p>Where a run of more than {@value #LONGEST_PIECE} combining marks is not in canonical order, it is put in order piece by
 * piece, since the JDK's normalizer needs quadratic time for it: ids could differ only for marks that aren't stripped.
 */
final class WordPieceTokenizer {

    /** Single letters are in every vocabulary. */
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{M}]{2,}");

    /** More words do not change the picture. */
    private static final int FLUENCY_WORDS = 64;

    private static final int PIECE = 128;
    private static final int LONGEST_PIECE = 256;

    /** What a {@code tokenizer.json} says besides its vocabulary. */
    record Settings(
            boolean cleanText,
            boolean chineseChars,
            boolean stripAccents,
            boolean lowerCase,
            int maxWordLength,
            int unknownId,
            int clsId,
            int sepId) {}

    /** A text as the model reads it, [CLS] and [SEP] included. */
    static final class Tokens {
        private final long[] ids;
        private final BitSet wordStarts;
        private final boolean truncated;

        private Tokens(long[] ids, BitSet wordStarts, boolean truncated) {
            this.ids = ids;
            this.wordStarts = wordStarts;
            this.truncated = truncated;
        }

        /** Returns the ids themselves, not a copy: at most as many as were asked for. */
        long[] ids() {
            return ids;
        }

        /** Returns which tokens begin a word, counted from the one behind [CLS]. */
        BitSet wordStarts() {
            return wordStarts;
        }

        /** Returns whether tokens were left out for that. */
        boolean truncated() {
            return truncated;
        }
    }

    private final WordPieceVocabulary vocabulary;
    private final Settings settings;

    WordPieceTokenizer(WordPieceVocabulary vocabulary, Settings settings) {
        this.vocabulary = vocabulary;
        this.settings = settings;
    }

    /** Returns the ids of a text between [CLS] and [SEP], the first {@code maxTokens - 2} if there are more. */
    Tokens encode(String text, int maxTokens) {
        Reading reading = new Reading(maxTokens - 2);
        reading.read(text);
        boolean truncated = reading.count > maxTokens - 2;
        int kept = truncated ? maxTokens - 2 : reading.count;
        long[] ids = new long[kept + 2];
        ids[0] = settings.clsId;
        System.arraycopy(reading.ids, 0, ids, 1, kept);
        ids[kept + 1] = settings.sepId;
        return new Tokens(ids, reading.wordStarts, truncated);
    }

    /** Returns how many tokens a text has, without [CLS] and [SEP]. */
    int count(String text) {
        Reading reading = new Reading(0);
        reading.counting = true;
        reading.read(text);
        return reading.count;
    }

    /** Returns the share of the text's words, of two letters or more, that the vocabulary has whole; 1 where there are none. */
    double fluency(String text) {
        Matcher words = WORD.matcher(text);
        int all = 0;
        int known = 0;
        while (all < FLUENCY_WORDS && words.find()) {
            all++;
            known += knows(words.group()) ? 1 : 0;
        }
        return all == 0 ? 1 : (double) known / all;
    }

    /** Returns whether a word is a single token, and one that the vocabulary has. */
    private boolean knows(String word) {
        Tokens tokens = encode(word, 4);
        return tokens.ids.length == 3 && tokens.ids[1] != settings.unknownId;
    }

    /** One pass over one text: clean, decompose, lower-case, cut into words, and words into pieces. */
    private final class Reading {
        private final int limit;
        private boolean counting;
        private long[] ids = new long[64];
        private final BitSet wordStarts = new BitSet();
        private int count;

        /** Cleaned characters beyond ASCII that wait to be decomposed together. */
        private final StringBuilder pending = new StringBuilder();

        private char[] word = new char[64];
        private int wordLength;
        private int wordCodePoints;
        private int[] hashes = new int[65];
        private int[] pieces = new int[64];

        Reading(int limit) {
            this.limit = limit;
        }

        void read(String text) {
            int i = 0;
            while (i < text.length() && (counting || count <= limit)) {
                char c = text.charAt(i);
                if (c < 0x80) {
                    flush();
                    ascii(c);
                    i++;
                } else {
                    int codePoint = text.codePointAt(i);
                    i += Character.charCount(codePoint);
                    beyondAscii(codePoint >= 0xD800 && codePoint <= 0xDFFF ? 0xFFFD : codePoint);
                }
            }
            flush();
            endWord();
        }

        private void ascii(char c) {
            int classes = BertCharacters.classes(c);
            if ((classes & BertCharacters.SPACE) != 0 && (classes & BertCharacters.DROPPED) == 0) {
                endWord();
            } else if (!settings.cleanText || (classes & BertCharacters.DROPPED) == 0) {
                normalized(c);
            }
        }

        private void beyondAscii(int codePoint) {
            int classes = BertCharacters.classes(codePoint);
            if (settings.cleanText && (classes & BertCharacters.DROPPED) != 0) {
                return;
            }
            if (settings.cleanText && (classes & BertCharacters.SPACE) != 0) {
                flush();
                endWord();
            } else if (settings.chineseChars && (classes & BertCharacters.CHINESE) != 0) {
                flush();
                endWord();
                decompose(codePoint);
                flush();
                endWord();
            } else {
                decompose(codePoint);
            }
        }

        private void decompose(int codePoint) {
            if (!settings.stripAccents) {
                lowerCased(codePoint);
            } else if ((BertCharacters.classes(codePoint) & BertCharacters.WHOLE) != 0) {
                flush();
                lowerCased(codePoint);
            } else {
                if (pending.length() >= PIECE && (!isMark(codePoint) || pending.length() >= LONGEST_PIECE)) {
                    flush();
                }
                pending.appendCodePoint(codePoint);
            }
        }

        /** Canonical decomposition may move marks, but never past a character that isn't one. */
        private static boolean isMark(int codePoint) {
            int type = Character.getType(codePoint);
            return type == Character.NON_SPACING_MARK
                    || type == Character.COMBINING_SPACING_MARK
                    || type == Character.ENCLOSING_MARK;
        }

        private void flush() {
            if (pending.isEmpty()) {
                return;
            }
            String decomposed = Normalizer.normalize(pending, Normalizer.Form.NFD);
            pending.setLength(0);
            for (int i = 0; i < decomposed.length(); ) {
                int codePoint = decomposed.codePointAt(i);
                i += Character.charCount(codePoint);
                if ((BertCharacters.classes(codePoint) & BertCharacters.MARK) == 0) {
                    lowerCased(codePoint);
                }
            }
        }

        private void lowerCased(int codePoint) {
            if (settings.lowerCase && codePoint == 0x130) {
                normalized('i');
                normalized(0x307);
            } else {
                normalized(codePoint);
            }
        }

        private void normalized(int original) {
            int codePoint = settings.lowerCase ? BertCharacters.lowerCase(original) : original;
            int classes = BertCharacters.classes(codePoint);
            if ((classes & BertCharacters.SPACE) != 0) {
                endWord();
            } else if ((classes & BertCharacters.PUNCTUATION) != 0) {
                endWord();
                append(codePoint);
                endWord();
            } else {
                append(codePoint);
            }
        }

        /** Of a word that is too long anyway only the length is kept. */
        private void append(int codePoint) {
            if (wordCodePoints++ >= settings.maxWordLength) {
                return;
            }
            if (wordLength + 2 > word.length) {
                word = Arrays.copyOf(word, word.length * 2);
                hashes = new int[word.length + 1];
                pieces = new int[word.length];
            }
            wordLength += Character.toChars(codePoint, word, wordLength);
        }

        private void endWord() {
            if (wordCodePoints == 0) {
                return;
            }
            int found = wordCodePoints > settings.maxWordLength
                    ? WordPieceVocabulary.NONE
                    : vocabulary.split(word, wordLength, hashes, pieces);
            if (!counting) {
                wordStarts.set(count);
            }
            if (found == WordPieceVocabulary.NONE) {
                token(settings.unknownId);
            } else {
                for (int i = 0; i < found; i++) {
                    token(pieces[i]);
                }
            }
            wordLength = 0;
            wordCodePoints = 0;
        }

        private void token(int id) {
            if (!counting) {
                if (count == ids.length) {
                    ids = Arrays.copyOf(ids, ids.length * 2);
                }
                ids[count] = id;
            }
            count = Math.addExact(count, 1);
        }
    }
}
