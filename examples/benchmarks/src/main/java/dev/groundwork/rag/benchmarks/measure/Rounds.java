package dev.groundwork.rag.benchmarks.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Measures sides by turns: each round all calls of each side, the next round in the other direction. What else the machine
 * does at a time meets them alike.
 */
public final class Rounds {

    private final int warmUpCalls;
    private final int rounds;
    private final Progress.Factory progress;

    @SuppressWarnings("UnusedVariable") // written so that no call can be left out as useless
    private volatile int sink;

    /**
     * One side.
     *
     * @param calls how many a round has
     * @param call does the call of a number
     */
    public record Side(int calls, IntFunction<?> call) {}

    /**
     * Makes the measure.
     *
     * @param warmUpCalls calls of each side before the first round, at least
     */
    public Rounds(int rounds, int warmUpCalls, Progress.Factory progress) {
        this.rounds = rounds;
        this.warmUpCalls = warmUpCalls;
        this.progress = progress;
    }

    /** Returns how many rounds are measured. */
    public int rounds() {
        return rounds;
    }

    /** Returns how many calls of each side come before the first round, at least. */
    public int warmUpCalls() {
        return warmUpCalls;
    }

    /** Returns the same measure with other numbers. */
    public Rounds with(int otherRounds, int otherWarmUp) {
        return new Rounds(otherRounds, otherWarmUp, progress);
    }

    /** Measures, with so many callers at once, and returns each side's timing in their order. */
    public List<Timing> measure(String task, int threads, List<Side> sides) {
        List<double[]> p50 = new ArrayList<>();
        List<double[]> p99 = new ArrayList<>();
        List<double[]> rate = new ArrayList<>();
        for (Side side : sides) {
            p50.add(new double[rounds]);
            p99.add(new double[rounds]);
            rate.add(new double[rounds]);
            for (int done = 0; done < warmUpCalls; done += side.calls()) {
                round(threads, side);
            }
        }
        try (Progress bar = progress.start(task, (long) rounds * sides.size())) {
            for (int round = 0; round < rounds; round++) {
                for (int i = 0; i < sides.size(); i++) {
                    int turn = round % 2 == 0 ? i : sides.size() - 1 - i;
                    Side side = sides.get(turn);
                    long start = System.nanoTime();
                    long[] nanos = round(threads, side);
                    double seconds = (System.nanoTime() - start) / 1e9;
                    p50.get(turn)[round] = Quantiles.percentile(nanos, 50) / 1e3;
                    p99.get(turn)[round] = Quantiles.percentile(nanos, 99) / 1e3;
                    rate.get(turn)[round] = nanos.length / seconds;
                    bar.step(1);
                }
            }
        }
        List<Timing> timings = new ArrayList<>();
        for (int i = 0; i < sides.size(); i++) {
            timings.add(new Timing(new Series(p50.get(i)), new Series(p99.get(i)), new Series(rate.get(i))));
        }
        return timings;
    }

    private long[] round(int threads, Side side) {
        long[] nanos = new long[side.calls()];
        Parallel.run(threads, side.calls(), i -> {
            long start = System.nanoTime();
            Object result = side.call().apply(i);
            nanos[i] = System.nanoTime() - start;
            sink = System.identityHashCode(result);
        });
        return nanos;
    }
}
