package dev.groundwork.rag.llm;

import dev.groundwork.rag.Hit;
import dev.groundwork.rag.Score;
import dev.groundwork.rag.SegmentKeys;
import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.segment.TextSegment;
import java.util.ArrayList;
import java.util.List;

/** Makes hits. */
final class Hits {

    private Hits() {}

    /** Returns a hit whose text is a stretch of {@code guide.md} from the given line on. */
    static Hit at(int line, String text) {
        Metadata metadata = Metadata.from(SegmentKeys.SOURCE, "guide.md");
        metadata.put(SegmentKeys.START_LINE, line);
        metadata.put(
                SegmentKeys.END_LINE,
                line + (int) text.chars().filter(c -> c == '\n').count());
        return hit("s" + line, text, metadata);
    }

    static Hit hit(String id, String text, Metadata metadata) {
        return Hit.of(id, TextSegment.from(text, metadata), new Score("fuse", Score.Kind.FUSED, 0.5, 1));
    }

    /** Returns hits with these texts, best first. */
    static List<Hit> of(String... texts) {
        List<Hit> hits = new ArrayList<>();
        for (String text : texts) {
            hits.add(hit("h" + (hits.size() + 1), text, new Metadata()));
        }
        return hits;
    }
}
