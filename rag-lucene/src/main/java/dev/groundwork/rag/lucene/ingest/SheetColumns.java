package dev.groundwork.rag.lucene.ingest;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The hidden columns of a sheet, and the numbers of columns, from 0. */
final class SheetColumns {

    private final List<int[]> hidden = new ArrayList<>();

    /** Takes what an element says about columns. */
    void take(XmlCursor at) {
        String hide = at.attribute("hidden");
        if ("1".equals(hide) || "true".equals(hide)) {
            hidden.add(new int[] {Texts.number(at.attribute("min"), 0) - 1, Texts.number(at.attribute("max"), 0) - 1});
        }
    }

    boolean contains(int column) {
        return hidden.stream().anyMatch(range -> range[0] <= column && column <= range[1]);
    }

    /** Returns the column of a reference such as {@code AB12}, or another where it has none. */
    static int of(@Nullable String reference, int otherwise) {
        int column = 0;
        if (reference != null) {
            for (int i = 0; i < reference.length() && column < 1_000_000; i++) {
                char letter = reference.charAt(i);
                if (letter < 'A' || letter > 'Z') {
                    break;
                }
                column = column * 26 + letter - 'A' + 1;
            }
        }
        return column == 0 ? otherwise : column - 1;
    }
}
