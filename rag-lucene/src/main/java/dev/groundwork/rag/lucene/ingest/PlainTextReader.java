package dev.groundwork.rag.lucene.ingest;

import java.util.ArrayList;
import java.util.List;

/** Plain text: what stands between blank lines is a block. */
final class PlainTextReader implements DocumentReader {

    private final Block.Kind kind;

    /** Makes one for text whose blocks are of a kind: sentences, or lines of data. */
    PlainTextReader(Block.Kind kind) {
        this.kind = kind;
    }

    @Override
    public DocumentText read(byte[] content, ReadLimits limits) throws UnreadableException {
        String text = TextDecoder.decode(content, limits.maxCharacters());
        return new DocumentText(null, text, LineMap.ofLines(text), null, paragraphs(text, 0, text.length(), kind));
    }

    /** Reads data of no known form. */
    static DocumentText lines(String text) {
        return new DocumentText(
                null, text, LineMap.ofLines(text), null, paragraphs(text, 0, text.length(), Block.Kind.LINES));
    }

    /** Returns what stands between blank lines in a stretch of a text. */
    static List<Block> paragraphs(String text, int start, int end, Block.Kind kind) {
        List<Block> blocks = new ArrayList<>();
        int blockStart = -1;
        int blockEnd = start;
        for (int at = start; at < end; ) {
            int newline = text.indexOf('\n', at);
            int lineEnd = newline < 0 || newline >= end ? end : newline;
            if (Texts.isBlank(text, at, lineEnd)) {
                if (blockStart >= 0) {
                    blocks.add(new Block(blockStart, blockEnd, kind, List.of()));
                    blockStart = -1;
                }
            } else {
                if (blockStart < 0) {
                    blockStart = at;
                }
                blockEnd = lineEnd;
            }
            at = lineEnd + 1;
        }
        if (blockStart >= 0) {
            blocks.add(new Block(blockStart, blockEnd, kind, List.of()));
        }
        return blocks;
    }
}
