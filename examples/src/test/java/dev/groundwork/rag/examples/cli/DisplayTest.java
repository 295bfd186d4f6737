package dev.groundwork.rag.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class DisplayTest {

    @Test
    void wrapsBetweenWordsAndKeepsParagraphs() {
        assertThat(wrapped(10, "one two three\n\nfour fiveandahalfandmore six"))
                .isEqualTo("one two\nthree\n\nfour\nfiveandahalfandmore\nsix\n");
    }

    @Test
    void wrapsTheSameWhereverThePiecesAreCut() {
        assertThat(wrapped(10, "one t", "wo thr", "ee", " four")).isEqualTo("one two\nthree four\n");
    }

    @Test
    void wrapsNothingWithoutAWidth() {
        assertThat(wrapped(0, "one two three ", "four  five\nsix")).isEqualTo("one two three four  five\nsix\n");
    }

    @Test
    void replacesWhatSteersATerminal() {
        assertThat(Display.safe("a\u001B[2Jb\u0007c\u009Bd\u202Ee\r\nf\tg"))
                .isEqualTo("a\uFFFD[2Jb\uFFFDc\uFFFDd\uFFFDe\nf\tg");
    }

    @Test
    void cutsALineAtAWord() {
        assertThat(Display.line("one\n two   three four", 12)).isEqualTo("one two…");
        assertThat(Display.line("short", 12)).isEqualTo("short");
        assertThat(Display.line("x".repeat(20), 12)).isEqualTo("x".repeat(11) + "…");
    }

    private static String wrapped(int width, String... pieces) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        WordWrap wrap = new WordWrap(new PrintStream(bytes, true, StandardCharsets.UTF_8), width);
        for (String piece : pieces) {
            wrap.print(piece);
        }
        wrap.end();
        return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }
}
