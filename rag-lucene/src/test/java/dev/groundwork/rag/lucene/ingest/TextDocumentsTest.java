package dev.groundwork.rag.lucene.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.groundwork.rag.SegmentKeys;
import dev.groundwork.rag.SourceDocument;
import dev.langchain4j.data.segment.TextSegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextDocumentsTest {

    private static SourceDocument document(String title, String text) {
        List<SourceDocument> documents = new ArrayList<>();
        TextDocuments.of("texts", List.of(new TextDocuments.Text("id 1", title, text)))
                .visit(documents::add);
        assertThat(documents).hasSize(1);
        return documents.getFirst();
    }

    @Test
    void aShortTextIsOneSegmentWithItsTitle() {
        List<TextSegment> segments = document(" Keys ", "Keys are rotated.").load();
        assertThat(segments).hasSize(1);
        assertThat(segments.getFirst().text()).isEqualTo("Keys\n\nKeys are rotated.");
        assertThat(segments.getFirst().metadata().getString(SegmentKeys.TITLE)).isEqualTo("Keys");
        assertThat(segments.getFirst().metadata().getString(SegmentKeys.SOURCE)).isEqualTo("id 1");
    }

    @Test
    void aTextThatBeginsWithItsTitleHasItOnce() {
        assertThat(document("Keys", "\nKEYS \nAre rotated.").load())
                .extracting(TextSegment::text)
                .containsExactly("KEYS \nAre rotated.");
    }

    @Test
    void linesAreThoseOfTheTextWithoutItsTitle() {
        String paragraph =
                "The quick brown fox jumps over the lazy dog. ".repeat(14).strip();
        List<TextSegment> segments = document("Foxes", paragraph + "\n\n" + paragraph + "\n\n" + paragraph)
                .load();
        assertThat(segments.getFirst().text()).startsWith("Foxes\n\nThe quick");
        assertThat(segments.getFirst().metadata().getInteger(SegmentKeys.START_LINE))
                .isEqualTo(1);
        assertThat(segments.getLast().text()).doesNotContain("Foxes");
        assertThat(segments.getLast().metadata().getInteger(SegmentKeys.END_LINE))
                .isEqualTo(5);
    }

    @Test
    void aLongTextIsSplitAndLosesNoSentence() {
        String sentence = "The quick brown fox jumps over the lazy dog. ";
        List<TextSegment> segments = document("", sentence.repeat(100)).load();
        assertThat(segments.size()).isBetween(4, 8);
        String all = String.join(" ", segments.stream().map(TextSegment::text).toList());
        assertThat(all).isEqualTo(sentence.repeat(100).strip());
    }

    @Test
    void aTextThatIsEmptyIsFoundByItsTitle() {
        assertThat(document("Only a title", "\n").load())
                .extracting(TextSegment::text)
                .containsExactly("Only a title");
        assertThat(document("", "").load()).isEmpty();
    }

    @Test
    void theFingerprintTellsWhatChanged() {
        String fingerprint = document("a", "b").fingerprint();
        assertThat(document("a", "b").fingerprint()).isEqualTo(fingerprint);
        assertThat(document("ab", "").fingerprint()).isNotEqualTo(fingerprint);
        assertThat(document("a", "c").fingerprint()).isNotEqualTo(fingerprint);
    }

    @Test
    void needsAName() {
        assertThatThrownBy(() -> TextDocuments.of(" ", List.of())).hasMessageContaining("name");
    }
}
