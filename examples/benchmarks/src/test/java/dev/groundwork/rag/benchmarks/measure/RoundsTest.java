package dev.groundwork.rag.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoundsTest {

    private static final Progress.Factory SILENT =
            Progress.Factory.on(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8), 0);

    @Test
    void sidesTakeTurnsAndTheDirectionChanges() {
        StringBuilder calls = new StringBuilder();
        Rounds rounds = new Rounds(3, 0, SILENT);
        rounds.measure("turns", 1, List.of(side(2, "a", calls), side(1, "b", calls)));
        assertThat(calls).hasToString("aab" + "baa" + "aab");
    }

    @Test
    void everySideIsWarmedUpByWholeRounds() {
        StringBuilder calls = new StringBuilder();
        Rounds rounds = new Rounds(1, 3, SILENT);
        rounds.measure("warm-up", 1, List.of(side(2, "a", calls)));
        assertThat(calls).hasToString("aaaa" + "aa");
    }

    @Test
    void everyCallIsMadeOnceByWhicheverThread() {
        List<Integer> made = java.util.Collections.synchronizedList(new ArrayList<>());
        new Rounds(1, 0, SILENT).measure("threads", 2, List.of(new Rounds.Side(100, call -> {
            made.add(call);
            return call;
        })));
        assertThat(made).hasSize(100).doesNotHaveDuplicates();
    }

    private static Rounds.Side side(int calls, String name, StringBuilder into) {
        return new Rounds.Side(calls, call -> into.append(name));
    }
}
