package dev.groundwork.rag.llm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Decides which texts of a call go through the model together: short ones of like length, the longest first. */
final class TextBatches {

    /** Above this a text keeps a core busy by itself, and company only makes its run slower. */
    static final int SHORT_TOKENS = 32;

    /** Tokens of one run at most, filling included: bounds the memory that ONNX Runtime takes and keeps. */
    static final int MAX_TOKENS = 1_024;

    private TextBatches() {}

    /**
     * Returns the numbers of the texts, each once, in batches.
     *
     * @param ids the tokens of each text
     * @param maxTexts the most texts of a batch; 1 for each text by itself
     */
    static List<int[]> of(long[][] ids, int maxTexts) {
        int[] order = IntStream.range(0, ids.length)
                .boxed()
                .sorted(Comparator.comparingInt((Integer i) -> -ids[i].length))
                .mapToInt(Integer::intValue)
                .toArray();
        List<int[]> batches = new ArrayList<>();
        for (int from = 0; from < order.length; ) {
            int longest = ids[order[from]].length;
            int size = longest > SHORT_TOKENS ? 1 : Math.clamp(MAX_TOKENS / longest, 1, maxTexts);
            int to = Math.min(order.length, from + size);
            batches.add(Arrays.copyOfRange(order, from, to));
            from = to;
        }
        return batches;
    }
}
