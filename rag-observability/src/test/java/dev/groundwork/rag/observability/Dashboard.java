package dev.groundwork.rag.observability;

import java.util.List;

/** The Grafana dashboard, made of the registry's names. */
final class Dashboard {

    /** How long ago rates look back, in Grafana's word for it. */
    static final String RATE = "$__rate_interval";

    private static final String WELL = "pipeline=~\"$pipeline\"";
    private static final String FAILED = "outcome=~\"error|timeout\"";

    /**
     * A query with its legend.
     *
     * @param promql what is asked
     * @param legend with labels in double braces
     */
    record Query(String promql, String legend) {}

    /**
     * A panel.
     *
     * @param unit Grafana's name of a unit
     */
    record Panel(String title, String description, String unit, List<Query> queries) {

        static Panel of(String title, String description, String unit, Query... queries) {
            return new Panel(title, description, unit, List.of(queries));
        }
    }

    /** Panels under one heading. */
    record Row(String title, List<Panel> panels) {}

    private Dashboard() {}

    static List<Row> rows() {
        return List.of(
                new Row("Questions", questions()),
                new Row("Hops", hops()),
                new Row("Pool members", members()),
                new Row("Retrieval quality", quality()),
                new Row("Cost", cost()),
                new Row("Index and process", index()),
                new Row("SLOs and health", health()));
    }

    private static List<Panel> questions() {
        Metric duration = Metric.QUERY_DURATION;
        return List.of(
                Panel.of(
                        "Questions per second",
                        "By outcome",
                        "reqps",
                        new Query(rate(duration, "outcome", WELL), "{{outcome}}")),
                Panel.of(
                        "Time of a question",
                        duration.description(),
                        "s",
                        new Query(quantile(0.5, duration, "pipeline", WELL), "p50 {{pipeline}}"),
                        new Query(quantile(0.95, duration, "pipeline", WELL), "p95 {{pipeline}}"),
                        new Query(quantile(0.99, duration, "pipeline", WELL), "p99 {{pipeline}}")),
                Panel.of(
                        "Under way",
                        Metric.QUERY_ACTIVE.description(),
                        "short",
                        new Query(sum(Metric.QUERY_ACTIVE, "pipeline", WELL), "{{pipeline}}")),
                Panel.of(
                        "Shares of questions",
                        "Failed, degraded and abstained, of all",
                        "percentunit",
                        new Query(share(duration, WELL + "," + FAILED, WELL), "failed"),
                        new Query(share(duration, WELL + ",outcome=\"degraded\"", WELL), "degraded"),
                        new Query(share(duration, WELL + ",outcome=\"abstained\"", WELL), "abstained")));
    }

    private static List<Panel> hops() {
        Metric duration = Metric.HOP_DURATION;
        String name = duration.prometheusName();
        return List.of(
                Panel.of(
                        "Mean time by hop",
                        "Hops that run side by side overlap",
                        "s",
                        new Query(
                                "sum by (hop) (rate(" + name + "_sum{" + WELL + "}[" + RATE
                                        + "])) / sum by (hop) (rate(" + name + "_count{" + WELL + "}[" + RATE + "]))",
                                "{{hop}}")),
                Panel.of(
                        "95 % of hops are faster",
                        duration.description(), "s", new Query(quantile(0.95, duration, "hop", WELL), "{{hop}}")),
                Panel.of(
                        "Hops that failed, per second",
                        "By hop and type of error",
                        "reqps",
                        new Query(
                                rate(duration, "hop, error_type", WELL + ",error_type!=\"none\""),
                                "{{hop}} {{error_type}}")));
    }

    private static List<Panel> members() {
        Metric calls = Metric.OPERATION_DURATION;
        return List.of(
                Panel.of(
                        "Attempts per second",
                        Metric.POOL_ATTEMPTS.description(),
                        "reqps",
                        new Query(rate(Metric.POOL_ATTEMPTS, "member, outcome", ""), "{{member}} {{outcome}}")),
                Panel.of(
                        "State",
                        Metric.POOL_MEMBER_STATE.description(),
                        "short",
                        new Query(sum(Metric.POOL_MEMBER_STATE, "member, state", "") + " > 0", "{{member}} {{state}}")),
                Panel.of(
                        "Calls under way, and waiting",
                        Metric.POOL_MEMBER_ACTIVE.description() + "; and calls that wait for a member",
                        "short",
                        new Query(sum(Metric.POOL_MEMBER_ACTIVE, "member", ""), "{{member}}"),
                        new Query(sum(Metric.POOL_WAITING, "pool", ""), "waiting")),
                Panel.of(
                        "Left of limits",
                        Metric.POOL_MEMBER_LIMIT_LEFT.description(),
                        "short",
                        new Query(
                                "min by (member, limit) (" + Metric.POOL_MEMBER_LIMIT_LEFT.prometheusName() + ")",
                                "{{member}} {{limit}}")),
                Panel.of(
                        "Time of a member's answer",
                        "Moving averages of a whole answer and of a stream's first token",
                        "s",
                        new Query(
                                "avg by (member) (" + Metric.POOL_MEMBER_ANSWER.prometheusName() + ")",
                                "{{member}} answer"),
                        new Query(
                                "avg by (member) (" + Metric.POOL_MEMBER_FIRST_TOKEN.prometheusName() + ")",
                                "{{member}} first token")),
                Panel.of(
                        "95 % of model calls are faster",
                        calls.description(),
                        "s",
                        new Query(
                                quantile(0.95, calls, "gen_ai_operation_name, gen_ai_request_model", ""),
                                "{{gen_ai_operation_name}} {{gen_ai_request_model}}")),
                Panel.of(
                        "95 % of first tokens come within",
                        Metric.TIME_TO_FIRST_CHUNK.description(),
                        "s",
                        new Query(
                                quantile(0.95, Metric.TIME_TO_FIRST_CHUNK, "gen_ai_request_model", ""),
                                "{{gen_ai_request_model}}")));
    }

    private static List<Panel> quality() {
        String empty = Metric.RETRIEVAL_EMPTY.prometheusName();
        String results = Metric.RETRIEVAL_RESULTS.prometheusName();
        return List.of(
                Panel.of(
                        "Searches that found nothing",
                        "Share by retriever",
                        "percentunit",
                        new Query(
                                "sum by (retriever) (rate(" + empty + "[" + RATE + "])) / sum by (retriever) (rate("
                                        + results + "_count{stage!=\"reranked\"}[" + RATE + "]))",
                                "{{retriever}}")),
                Panel.of(
                        "Segments found",
                        Metric.RETRIEVAL_RESULTS.description() + ", median",
                        "short",
                        new Query(
                                quantile(0.5, Metric.RETRIEVAL_RESULTS, "retriever, stage", ""),
                                "{{retriever}} {{stage}}")),
                Panel.of(
                        "Best score",
                        Metric.RETRIEVAL_TOP_SCORE.description() + "; median",
                        "short",
                        new Query(
                                quantile(0.5, Metric.RETRIEVAL_TOP_SCORE, "retriever, stage", ""),
                                "{{retriever}} {{stage}}")),
                Panel.of(
                        "What the reranker keeps",
                        Metric.RERANK_OVERLAP.description(),
                        "percentunit",
                        new Query(mean(Metric.RERANK_OVERLAP, "model"), "{{model}}")),
                Panel.of(
                        "Evaluations",
                        Metric.EVAL_SCORE.description() + "; mean",
                        "short",
                        new Query(mean(Metric.EVAL_SCORE, "evaluation, stage"), "{{evaluation}} {{stage}}")),
                Panel.of(
                        "Evaluations that failed",
                        "Per second",
                        "cps",
                        new Query(rate(Metric.EVAL_ERRORS, "evaluation", ""), "{{evaluation}}")),
                Panel.of(
                        "Drift",
                        "What each detector measured, and what it alerts above",
                        "short",
                        new Query(max(Metric.DRIFT_STATISTIC, "detector"), "{{detector}}"),
                        new Query(max(Metric.DRIFT_THRESHOLD, "detector"), "{{detector}} threshold"),
                        new Query(rate(Metric.DRIFT_ALARMS, "detector", ""), "{{detector}} alarms per second")),
                Panel.of(
                        "Topics",
                        Metric.TOPIC_QUERIES.description() + ", per second",
                        "reqps",
                        new Query(rate(Metric.TOPIC_QUERIES, "topic", ""), "{{topic}}")));
    }

    private static List<Panel> cost() {
        return List.of(
                Panel.of(
                        "Cost per hour",
                        Metric.POOL_COST.description(),
                        "short",
                        new Query(rate(Metric.POOL_COST, "member", "") + " * 3600", "{{member}}")),
                Panel.of(
                        "Tokens per second",
                        Metric.POOL_TOKENS.description(),
                        "short",
                        new Query(
                                rate(Metric.POOL_TOKENS, "member, gen_ai_token_type", ""),
                                "{{member}} {{gen_ai_token_type}}")),
                Panel.of(
                        "Tokens of a call",
                        Metric.TOKEN_USAGE.description() + ", 95 %",
                        "short",
                        new Query(
                                quantile(0.95, Metric.TOKEN_USAGE, "gen_ai_operation_name, gen_ai_token_type", ""),
                                "{{gen_ai_operation_name}} {{gen_ai_token_type}}")));
    }

    private static List<Panel> index() {
        return List.of(
                Panel.of(
                        "Content",
                        "Segments, documents, and entries that were deleted and still take space",
                        "short",
                        new Query(max(Metric.INDEX_SEGMENTS, "index"), "{{index}} segments"),
                        new Query(max(Metric.INDEX_DOCUMENTS, "index"), "{{index}} documents"),
                        new Query(max(Metric.INDEX_DELETED, "index"), "{{index}} deleted")),
                Panel.of(
                        "Parts",
                        Metric.INDEX_PARTS.description(),
                        "short",
                        new Query(max(Metric.INDEX_PARTS, "index"), "{{index}}")),
                Panel.of(
                        "Size",
                        "The index, its vectors, and all that the process has mapped",
                        "bytes",
                        new Query(max(Metric.INDEX_SIZE, "index"), "{{index}}"),
                        new Query(max(Metric.INDEX_VECTOR_SIZE, "index"), "{{index}} vectors"),
                        new Query(max(Metric.INDEX_TOKEN_VECTOR_SIZE, "index"), "{{index}} vectors of tokens"),
                        new Query("max(" + Metric.MEMORY_MAPPED.prometheusName() + ")", "mapped")),
                Panel.of(
                        "Memory",
                        "Of the process: heap and native memory, files; of that the weights of models",
                        "bytes",
                        new Query(max(Metric.MEMORY_RESIDENT, "kind"), "{{kind}}"),
                        new Query(max(Metric.MODEL_MEMORY, "model"), "{{model}}")),
                Panel.of(
                        "Documents ingested",
                        Metric.INGEST_DOCUMENTS.description(),
                        "short",
                        new Query(
                                "sum by (outcome) (" + Metric.INGEST_DOCUMENTS.prometheusName() + "{" + WELL + "})",
                                "{{outcome}}")),
                Panel.of(
                        "Threads",
                        "Busy, and as many as there can be",
                        "short",
                        new Query(sum(Metric.EXECUTOR_ACTIVE, "pipeline", WELL), "{{pipeline}} busy"),
                        new Query(sum(Metric.EXECUTOR_LIMIT, "pipeline", WELL), "{{pipeline}} limit")),
                Panel.of(
                        "Hops refused",
                        Metric.EXECUTOR_REFUSED.description(),
                        "reqps",
                        new Query(rate(Metric.EXECUTOR_REFUSED, "pipeline", WELL), "{{pipeline}}")));
    }

    private static List<Panel> health() {
        return List.of(
                Panel.of(
                        "Health",
                        Metric.HEALTH_STATUS.description(),
                        "short",
                        new Query(
                                "min by (pipeline, component) (" + Metric.HEALTH_STATUS.prometheusName() + "{" + WELL
                                        + "})",
                                "{{pipeline}} {{component}}")),
                Panel.of(
                        "Burn rates",
                        Metric.SLO_BURN_RATE.description(),
                        "short",
                        new Query(
                                "max by (pipeline, slo, window) (" + Metric.SLO_BURN_RATE.prometheusName() + "{" + WELL
                                        + "})",
                                "{{pipeline}} {{slo}} {{window}}")),
                Panel.of(
                        "Objectives",
                        Metric.SLO_OBJECTIVE.description(),
                        "percentunit",
                        new Query(
                                "max by (pipeline, slo) (" + Metric.SLO_OBJECTIVE.prometheusName() + "{" + WELL + "})",
                                "{{pipeline}} {{slo}}")),
                Panel.of(
                        "Alerts",
                        "Objectives that alert now, and how often they began to",
                        "short",
                        new Query(
                                "max by (pipeline, slo) (" + Metric.SLO_FIRING.prometheusName() + "{" + WELL + "})",
                                "{{pipeline}} {{slo}} now"),
                        new Query(
                                "sum by (pipeline, slo) (" + Metric.SLO_ALERTS.prometheusName() + "{" + WELL + "})",
                                "{{pipeline}} {{slo}} in all")),
                Panel.of(
                        "Telemetry dropped",
                        Metric.TELEMETRY_DROPPED.description() + ", per second",
                        "cps",
                        new Query(rate(Metric.TELEMETRY_DROPPED, "sink, reason", ""), "{{sink}} {{reason}}")));
    }

    private static String series(String name, String matchers) {
        return matchers.isEmpty() ? name : name + "{" + matchers + "}";
    }

    /** The rate of a counter, or of a histogram's count. */
    private static String rate(Metric metric, String by, String matchers) {
        String name =
                metric.kind() == Metric.Kind.HISTOGRAM ? metric.prometheusName() + "_count" : metric.prometheusName();
        return "sum by (" + by + ") (rate(" + series(name, matchers) + "[" + RATE + "]))";
    }

    private static String quantile(double q, Metric metric, String by, String matchers) {
        return "histogram_quantile(" + q + ", sum by (le, " + by + ") (rate("
                + series(metric.prometheusName() + "_bucket", matchers) + "[" + RATE + "])))";
    }

    private static String mean(Metric metric, String by) {
        String name = metric.prometheusName();
        return "sum by (" + by + ") (rate(" + name + "_sum[" + RATE + "])) / sum by (" + by + ") (rate(" + name
                + "_count[" + RATE + "]))";
    }

    private static String sum(Metric metric, String by, String matchers) {
        return "sum by (" + by + ") (" + series(metric.prometheusName(), matchers) + ")";
    }

    private static String max(Metric metric, String by) {
        return "max by (" + by + ") (" + metric.prometheusName() + ")";
    }

    /** A share is 0, not missing, where there is nothing to count yet. */
    private static String share(Metric metric, String some, String all) {
        String name = metric.prometheusName() + "_count";
        return "(sum(rate(" + series(name, some) + "[" + RATE + "])) or vector(0)) / sum(rate(" + series(name, all)
                + "[" + RATE + "]))";
    }

    /** Asks for the pipelines that there are. */
    static String variable() {
        return "label_values(" + Metric.QUERY_DURATION.prometheusName() + "_count, pipeline)";
    }
}
