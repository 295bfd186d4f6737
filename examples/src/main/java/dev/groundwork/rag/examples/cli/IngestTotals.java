package dev.groundwork.rag.examples.cli;

import dev.groundwork.rag.IngestReport;
import java.util.List;
import java.util.Locale;
import java.util.function.ToIntFunction;

/**
 * What the ingestions of several sources did together.
 *
 * @param seconds how long they took, with three decimals
 */
record IngestTotals(
        int added,
        int updated,
        int unchanged,
        int deleted,
        List<IngestReport.Failure> failed,
        int segments,
        double seconds) {

    static IngestTotals of(List<IngestReport> reports) {
        return new IngestTotals(
                sum(reports, IngestReport::added),
                sum(reports, IngestReport::updated),
                sum(reports, IngestReport::unchanged),
                sum(reports, IngestReport::deleted),
                reports.stream().flatMap(report -> report.failed().stream()).toList(),
                sum(reports, IngestReport::segments),
                reports.stream()
                                .mapToLong(report -> report.duration().toMillis())
                                .sum()
                        / 1_000.0);
    }

    /** Returns them in one line for a human. */
    String line() {
        return String.format(
                Locale.ROOT,
                "%,d added, %,d updated, %,d unchanged, %,d deleted, %,d not read; %,d passages in %.1f s",
                added,
                updated,
                unchanged,
                deleted,
                failed.size(),
                segments,
                seconds);
    }

    private static int sum(List<IngestReport> reports, ToIntFunction<IngestReport> count) {
        return reports.stream().mapToInt(count).sum();
    }
}
