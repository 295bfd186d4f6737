package dev.groundwork.rag.llm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.groundwork.rag.llm.TextWindows.Window;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TextWindowsTest {

    private static BitSet everyToken(int count) {
        BitSet starts = new BitSet();
        starts.set(0, count);
        return starts;
    }

    @Test
    void cutsInWindowsOfLikeLengthThatOverlapByAnEighth() {
        assertThat(TextWindows.of(30, everyToken(30), 30, 32)).containsExactly(new Window(0, 30));
        assertThat(TextWindows.of(31, everyToken(31), 30, 32)).containsExactly(new Window(0, 17), new Window(14, 31));
        assertThat(TextWindows.of(50, everyToken(50), 30, 32)).containsExactly(new Window(0, 27), new Window(24, 50));
    }

    @Test
    void cutsBetweenTwoWords() {
        BitSet starts = new BitSet();
        for (int i = 0; i < 50; i += 4) {
            starts.set(i);
        }
        assertThat(TextWindows.of(50, starts, 30, 32)).containsExactly(new Window(0, 24), new Window(24, 50));
        for (int i = 2; i < 50; i += 2) {
            starts.set(i);
        }
        assertThat(TextWindows.of(50, starts, 30, 32)).containsExactly(new Window(0, 26), new Window(24, 50));
    }

    @Test
    void cutsAWordThatIsLongerThanAWindow() {
        BitSet starts = new BitSet();
        starts.set(0);
        assertThat(TextWindows.of(50, starts, 30, 32)).containsExactly(new Window(0, 27), new Window(27, 50));
        assertThat(TextWindows.of(3, starts, 1, 32))
                .containsExactly(new Window(0, 1), new Window(1, 2), new Window(2, 3));
    }

    @Test
    void leavesOutWhatIsBehindTheLastWindow() {
        assertThat(TextWindows.tokens(30, 4)).isEqualTo(4 * 27 + 3);
        assertThat(TextWindows.of(111, everyToken(111), 30, 4))
                .hasSize(4)
                .last()
                .isEqualTo(new Window(81, 111));
        assertThat(TextWindows.of(1_000, everyToken(1_000), 30, 4)).hasSize(4);
        assertThat(TextWindows.of(1_000, everyToken(1_000), 30, 4).getLast().to())
                .isLessThan(112);
    }

    @Test
    void coversEveryTokenOnceWhereWindowsMeet() {
        long seed = 42;
        Random random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            int count = 1 + random.nextInt(400);
            int room = 1 + random.nextInt(64);
            BitSet starts = new BitSet();
            for (int i = 0; i < count; i += 1 + random.nextInt(1 + random.nextInt(40))) {
                starts.set(i);
            }
            List<Window> windows = TextWindows.of(count, starts, room, Integer.MAX_VALUE);
            int at = 0;
            for (int i = 0; i < windows.size(); i++) {
                Window window = windows.get(i);
                int to = i == windows.size() - 1 ? window.to() : window.meets(windows.get(i + 1));
                assertThat(window.length()).as("seed %s round %s", seed, round).isBetween(1, room);
                assertThat(at).isBetween(window.from(), to);
                assertThat(to).isLessThanOrEqualTo(window.to()).isGreaterThan(at);
                at = to;
            }
            assertThat(at).isEqualTo(count);
        }
    }
}
