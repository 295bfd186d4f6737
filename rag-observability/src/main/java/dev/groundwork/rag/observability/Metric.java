package dev.groundwork.rag.observability;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every metric of the library: the one place for names, units and label keys. */
enum Metric {
    /** How long a question or search took, in seconds. */
    QUERY_DURATION("rag.query.duration", "pipeline", "outcome"),
    /** How long a hop took, in seconds. */
    HOP_DURATION("rag.hop.duration", "pipeline", "hop", "error.type"),
    /** How many segments came out of a step of retrieval. */
    RETRIEVAL_RESULTS("rag.retrieval.results", "retriever", "stage"),
    /** The best score of a step of retrieval, on that step's scale. */
    RETRIEVAL_TOP_SCORE("rag.retrieval.top_score", "retriever", "stage"),
    /** Counts searches that worked and found nothing. */
    RETRIEVAL_EMPTY("rag.retrieval.empty", "retriever"),
    /** Tokens that one call of a model read or wrote. */
    TOKEN_USAGE("gen_ai.client.token.usage", "gen_ai.operation.name", "gen_ai.request.model", "gen_ai.token.type"),
    /** Counts attempts of the pool's members. */
    POOL_ATTEMPTS("rag.pool.attempts", "member", "outcome"),
    /** Counts documents by what an ingestion did with them. */
    INGEST_DOCUMENTS("rag.ingest.documents", "pipeline", "outcome"),
    /** Counts measurements that were left out, or whose labels were replaced. */
    TELEMETRY_DROPPED("rag.telemetry.dropped", "sink", "reason");

    private final String metricName;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> labelKeys;

    Metric(String metricName, String... labelKeys) {
        this.metricName = metricName;
        this.labelKeys = List.of(labelKeys);
    }

    String metricName() {
        return metricName;
    }

    /** Returns the labels with these values, in the order of the keys. */
    Map<String, String> labels(String... values) {
        if (values.length != labelKeys.size()) {
            throw new IllegalArgumentException(metricName + " has the labels " + labelKeys + ", got " + values.length);
        }
        Map<String, String> labels = LinkedHashMap.newLinkedHashMap(values.length);
        for (int i = 0; i < values.length; i++) {
            labels.put(labelKeys.get(i), values[i]);
        }
        return labels;
    }
}
