package dev.groundwork.rag.benchmarks.measure;

import java.io.PrintStream;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A bar where someone watches; elsewhere a line at the end. */
public final class Progress implements AutoCloseable {

    private final PrintStream err;
    private final String task;
    private final @Nullable ProgressBar bar;
    private final long start = System.nanoTime();
    private long done;

    /** Starts progress of tasks. */
    @FunctionalInterface
    public interface Factory {
        /** Starts one, to be closed. */
        Progress start(String task, long total);

        /** Returns what draws on a stream of so many columns; 0 where it is no terminal. */
        static Factory on(PrintStream err, int columns) {
            return (task, total) -> new Progress(err, columns, task, total);
        }
    }

    private Progress(PrintStream err, int columns, String task, long total) {
        this.err = err;
        this.task = task;
        bar = columns <= 0
                ? null
                : new ProgressBarBuilder()
                        .setTaskName(task)
                        .setInitialMax(total)
                        .setStyle(ProgressBarStyle.ASCII)
                        .setUpdateIntervalMillis(200)
                        .setConsumer(new ConsoleProgressBarConsumer(err, Math.max(20, columns - 1)))
                        .build();
    }

    /** Tells that so much more is done. */
    public synchronized void step(long more) {
        done += more;
        if (bar != null) {
            bar.stepBy(more);
        }
    }

    @Override
    public synchronized void close() {
        if (bar != null) {
            bar.close();
        } else {
            double seconds = (System.nanoTime() - start) / 1e9;
            err.println(String.format(Locale.ROOT, "%s: %,d in %.1f s", task, done, seconds));
        }
    }
}
