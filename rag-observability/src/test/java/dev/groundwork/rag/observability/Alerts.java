package dev.groundwork.rag.observability;

import java.util.List;

/** The Prometheus alert rules, made of the registry's names. */
final class Alerts {

    /**
     * One rule.
     *
     * @param pending how long it must hold before it alerts
     * @param severity {@code page} where someone must come, {@code ticket} where it has time
     */
    record Rule(String name, String promql, String pending, String severity, String summary, String description) {}

    /** What is allowed to fail: 1 % of questions. */
    private static final double ERROR_BUDGET = 0.01;

    /** What is allowed to take longer: 5 % of questions. */
    private static final double LATENCY_BUDGET = 0.05;

    /** The bucket that questions should be in, in seconds. */
    private static final double LATENCY = 2.56;

    private Alerts() {}

    static List<Rule> rules() {
        String questions = Metric.QUERY_DURATION.prometheusName();
        String state = Metric.POOL_MEMBER_STATE.prometheusName();
        String health = Metric.HEALTH_STATUS.prometheusName();
        String results = Metric.RETRIEVAL_RESULTS.prometheusName() + "_count{stage!=\"reranked\"}";
        return List.of(
                new Rule(
                        "RagErrorBudgetBurns",
                        // The windows and rates of the Site Reliability Workbook, chapter 5.
                        errors("5m") + " > " + 14.4 + " * " + ERROR_BUDGET + "\nand\n" + errors("1h") + " > " + 14.4
                                + " * " + ERROR_BUDGET,
                        "2m",
                        "page",
                        "{{ $labels.pipeline }}: {{ $value | humanizePercentage }} of questions fail",
                        "The budget of 1 % failed questions of a month is spent within two days at this rate."),
                new Rule(
                        "RagLatencyBudgetBurns",
                        slow("30m") + " > 6 * " + LATENCY_BUDGET + "\nand\n" + slow("6h") + " > 6 * " + LATENCY_BUDGET,
                        "5m",
                        "page",
                        "{{ $labels.pipeline }}: {{ $value | humanizePercentage }} of questions take longer than "
                                + LATENCY + " s",
                        "5 % of questions may take longer; see the dashboard for the hop that is slow."),
                new Rule(
                        "RagRetrievalsAreEmpty",
                        "sum by (retriever) (rate(" + Metric.RETRIEVAL_EMPTY.prometheusName()
                                + "[15m])) / sum by (retriever) (rate(" + results + "[15m])) > 0.2",
                        "15m",
                        "ticket",
                        "{{ $labels.retriever }}: {{ $value | humanizePercentage }} of searches find nothing",
                        "The index may be empty or stale, a filter too narrow, or questions of another kind than"
                                + " before."),
                new Rule(
                        "RagAbstainsOften",
                        "sum by (pipeline) (rate(" + questions
                                + "_count{outcome=\"abstained\"}[30m])) / sum by (pipeline) (rate(" + questions
                                + "_count[30m])) > 0.3",
                        "30m",
                        "ticket",
                        "{{ $labels.pipeline }}: {{ $value | humanizePercentage }} of questions get no answer",
                        "The documents do not hold what is asked, or retrieval no longer finds it."),
                new Rule(
                        "RagPoolMemberDown",
                        "min by (member) (" + state + "{state=\"resting\"}) == 1",
                        "5m",
                        "ticket",
                        "Pool member {{ $labels.member }} gets no calls",
                        "It failed or was rate limited; the attempts on the dashboard say which."),
                new Rule(
                        "RagPoolAllMembersDown",
                        "sum(" + state + "{state=~\"up|probing\"}) == 0",
                        "1m",
                        "page",
                        "No member of the pool gets calls",
                        "Questions get extractive answers, or none where settings do not allow them."),
                new Rule(
                        "RagHealthDown",
                        "min by (pipeline) (" + health + "{component=\"all\"}) == 0",
                        "1m",
                        "page",
                        "{{ $labels.pipeline }} is down",
                        "The components on the dashboard say which part."),
                new Rule(
                        "RagObjectiveMissed",
                        "max by (pipeline, slo) (" + Metric.SLO_FIRING.prometheusName() + ") == 1",
                        "0m",
                        "page",
                        "{{ $labels.pipeline }}: objective {{ $labels.slo }} is missed",
                        "Both windows burn its budget faster than allowed; the application has declared it."),
                new Rule(
                        "RagThreadsRunOut",
                        "sum by (pipeline) (" + Metric.EXECUTOR_ACTIVE.prometheusName() + ") / sum by (pipeline) ("
                                + Metric.EXECUTOR_LIMIT.prometheusName() + ") > 0.9",
                        "5m",
                        "page",
                        "{{ $labels.pipeline }}: {{ $value | humanizePercentage }} of threads are busy",
                        "When all are, questions are refused. A hop hangs, or there is more load than one process"
                                + " takes."),
                new Rule(
                        "RagTelemetryDropped",
                        "sum by (sink, reason) (increase(" + Metric.TELEMETRY_DROPPED.prometheusName() + "[15m])) > 0",
                        "15m",
                        "ticket",
                        "{{ $labels.sink }} drops telemetry: {{ $labels.reason }}",
                        "Logs or metrics are not complete."),
                new Rule(
                        "RagDrift",
                        "max by (detector) (" + Metric.DRIFT_STATISTIC.prometheusName() + ") > max by (detector) ("
                                + Metric.DRIFT_THRESHOLD.prometheusName() + ")",
                        "15m",
                        "ticket",
                        "{{ $labels.detector }} is {{ $value }}, above its threshold",
                        "Questions or documents are no longer what they were."),
                new Rule(
                        "RagEvaluationsFail",
                        "sum by (evaluation) (increase(" + Metric.EVAL_ERRORS.prometheusName() + "[1h])) > 0",
                        "1h",
                        "ticket",
                        "Evaluation {{ $labels.evaluation }} fails",
                        "Its scores are not complete."));
    }

    private static String errors(String window) {
        String count = Metric.QUERY_DURATION.prometheusName() + "_count";
        return "sum by (pipeline) (rate(" + count + "{outcome=~\"error|timeout\"}[" + window
                + "])) / sum by (pipeline) (rate(" + count + "[" + window + "]))";
    }

    private static String slow(String window) {
        if (!Metric.QUERY_DURATION.buckets().contains(LATENCY)) {
            throw new AssertionError("no bucket ends at " + LATENCY);
        }
        String name = Metric.QUERY_DURATION.prometheusName();
        return "1 - sum by (pipeline) (rate(" + name + "_bucket{le=\"" + LATENCY + "\"}[" + window
                + "])) / sum by (pipeline) (rate(" + name + "_count[" + window + "]))";
    }

    /** Returns the file that a Prometheus server loads. */
    static String yaml() {
        StringBuilder yaml = new StringBuilder("""
            # Alert rules for Groundwork. Made by code from the library's registry of metrics; thresholds are a start, change
            # them in a copy.
            groups:
              - name: groundwork
                rules:
            """);
        for (Rule rule : rules()) {
            yaml.append("      - alert: ").append(rule.name()).append('\n');
            yaml.append("        expr: |\n");
            rule.promql()
                    .lines()
                    .forEach(line -> yaml.append("          ").append(line).append('\n'));
            yaml.append("        for: ").append(rule.pending()).append('\n');
            yaml.append("        labels:\n          severity: ")
                    .append(rule.severity())
                    .append('\n');
            yaml.append("        annotations:\n");
            yaml.append("          summary: '").append(rule.summary()).append("'\n");
            yaml.append("          description: '").append(rule.description()).append("'\n");
        }
        return yaml.toString();
    }
}
