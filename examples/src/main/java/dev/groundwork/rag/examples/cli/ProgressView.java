package dev.groundwork.rag.examples.cli;

import dev.groundwork.rag.IngestProgress;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Draws progress where someone watches, and nothing elsewhere. */
final class ProgressView implements IngestProgress, AutoCloseable {

    private final @Nullable ProgressBar bar;

    private ProgressView(@Nullable ProgressBar bar) {
        this.bar = bar;
    }

    /**
     * Begins.
     *
     * @param width columns of the terminal; 0 where there is none
     */
    static ProgressView open(PrintStream err, int width, Map<String, String> environment) {
        return open(err, width, environment, "Reading", " files");
    }

    /** Begins to show how many queries a method has answered. */
    static ProgressView queries(PrintStream err, int width, Map<String, String> environment, String method) {
        return open(err, width, environment, method, " queries");
    }

    private static ProgressView open(
            PrintStream err, int width, Map<String, String> environment, String task, String unit) {
        if (width <= 0) {
            return new ProgressView(null);
        }
        return new ProgressView(new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(-1)
                .setStyle(unicode(environment) ? ProgressBarStyle.UNICODE_BLOCK : ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(150)
                .setUnit(unit, 1)
                // One column stays free: some terminals wrap as soon as the last one is written.
                .setConsumer(new ConsoleProgressBarConsumer(err, Math.max(20, width - 1)))
                .build());
    }

    @Override
    public void onProgress(long documents, long total, long segments) {
        if (bar == null) {
            return;
        }
        if (total >= 0) {
            bar.maxHint(Math.max(total, documents));
        }
        bar.stepTo(documents);
        if (segments > 0) {
            bar.setExtraMessage(String.format(Locale.ROOT, "%,d passages", segments));
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }

    /** Everything else that is written is UTF-8 too; what calls itself dumb is not trusted with the blocks. */
    static boolean unicode(Map<String, String> environment) {
        String terminal = environment.getOrDefault("TERM", "dumb");
        return !terminal.equals("dumb");
    }
}
