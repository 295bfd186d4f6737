package dev.groundwork.rag.llm;

import dev.langchain4j.model.TokenCountEstimator;

/** Counts text up to a limit, without reading much further than that. */
final class TokenBudget {

    /** A piece that is counted at once. */
    private static final int PIECE_CHARS = 2_000;

    private static final int LOOK_AHEAD = 200;

    private TokenBudget() {}

    /** Returns the text's tokens, or some number above {@code limit} where it has more. */
    static int count(TokenCountEstimator counter, String text, int limit) {
        if (text.length() <= PIECE_CHARS) {
            return counter.estimateTokenCountInText(text);
        }
        int tokens = 0;
        int from = 0;
        while (from < text.length() && tokens <= limit) {
            int to = pieceEnd(text, from);
            tokens += counter.estimateTokenCountInText(text.substring(from, to));
            from = to;
        }
        return tokens;
    }

    /** Returns how much of the text's beginning fits, ending where a sentence or line ends, else a word; 0 for nothing. */
    static int fitting(TokenCountEstimator counter, String text, int limit) {
        int fits = 0;
        int left = limit;
        int from = 0;
        while (from < text.length()) {
            int to = pieceEnd(text, from);
            int tokens = counter.estimateTokenCountInText(text.substring(from, to));
            if (tokens > left) {
                fits = from + within(counter, text.substring(from, to), left);
                break;
            }
            left -= tokens;
            from = to;
            fits = to;
        }
        return fits >= text.length() ? text.length() : atEnd(text, fits);
    }

    /** The most characters of a piece that fit, by halving. */
    private static int within(TokenCountEstimator counter, String piece, int limit) {
        int low = 0;
        int high = piece.length();
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (counter.estimateTokenCountInText(piece.substring(0, middle)) <= limit) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private static int atEnd(String text, int end) {
        // Looked at with what follows, as a sentence that is cut is none.
        String view = text.substring(0, Math.min(text.length(), end + LOOK_AHEAD));
        int sentence = Sentences.of(view).stream()
                .mapToInt(Sentences.Sentence::end)
                .filter(e -> e <= end)
                .max()
                .orElse(0);
        if (sentence > 0) {
            return sentence;
        }
        int word = end;
        while (word > 0 && !Character.isWhitespace(text.charAt(word - 1))) {
            word--;
        }
        if (word > 0) {
            return word;
        }
        return end > 0 && Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end;
    }

    private static int pieceEnd(String text, int from) {
        int to = Math.min(text.length(), from + PIECE_CHARS);
        if (to == text.length()) {
            return to;
        }
        for (int i = to; i > to - PIECE_CHARS / 4; i--) {
            if (Character.isWhitespace(text.charAt(i)) && !Character.isWhitespace(text.charAt(i - 1))) {
                return i;
            }
        }
        return Character.isHighSurrogate(text.charAt(to - 1)) ? to - 1 : to;
    }
}
