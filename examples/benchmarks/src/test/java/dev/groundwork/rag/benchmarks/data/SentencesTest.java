package dev.groundwork.rag.benchmarks.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SentencesTest {

    @Test
    void cutsAtTheEndsOfSentencesAndLines() {
        assertThat(Sentences.of(
                        "Keys are rotated weekly.  Old keys stop\tworking at once!\nA line with no stop at all\n"))
                .containsExactly(
                        "Keys are rotated weekly.", "Old keys stop working at once!", "A line with no stop at all");
    }

    @Test
    void passesOverWhatIsTooShortToBeOne() {
        assertThat(Sentences.of("Overview\n\n- a\n- b\nThe sentence that remains."))
                .containsExactly("The sentence that remains.");
    }

    @Test
    void cutsChineseWhereNoBlankFollows() {
        assertThat(Sentences.of("黑豹队的防守只丢了三百零八分。联盟排名第六。")).containsExactly("黑豹队的防守只丢了三百零八分。", "联盟排名第六。");
    }

    @Test
    void doesNotCutNumbersInTwo() {
        assertThat(Sentences.of("A recall of .95 at 3.5 milliseconds."))
                .containsExactly("A recall of .95 at 3.5 milliseconds.");
    }

    @Test
    void windowsAreRunsOfNeighbours() {
        assertThat(Sentences.windows(List.of("a", "b", "c"), 2)).containsExactly("a b", "b c");
        assertThat(Sentences.windows(List.of("a"), 2)).isEmpty();
    }

    @Test
    void nothingIsLongerThanAThousandCharacters() {
        String long2 = "x".repeat(999) + "\uD83D\uDE00" + "y";
        assertThat(Sentences.of(long2)).singleElement().isEqualTo("x".repeat(999));
    }
}
