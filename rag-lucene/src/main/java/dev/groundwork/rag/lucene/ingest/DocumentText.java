package dev.groundwork.rag.lucene.ingest;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a reader made of a file.
 *
 * @param title the document's own title, if it has one
 * @param text the text that the blocks point into
 * @param lines the line of the file that each character of the text stands on
 * @param pages the page of each character, for formats that have pages
 * @param blocks the visible parts of the text, in order and without overlap
 */
record DocumentText(
        @Nullable String title,
        String text,
        LineMap lines,
        @Nullable LineMap pages,
        List<Block> blocks) {

    DocumentText {
        blocks = List.copyOf(blocks);
    }

    /** Whether any block holds more than marks: a letter, a digit, an emoji. */
    boolean hasWords() {
        for (Block block : blocks) {
            for (int at = block.start(); at < block.end(); ) {
                int point = text.codePointAt(at);
                if (Character.isLetterOrDigit(point) || Character.getType(point) == Character.OTHER_SYMBOL) {
                    return true;
                }
                at += Character.charCount(point);
            }
        }
        return false;
    }
}
