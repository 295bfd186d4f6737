package dev.groundwork.rag.examples.eval;

import dev.groundwork.rag.observability.evaluation.BeirCollection;
import dev.groundwork.rag.observability.evaluation.BeirCollection.Query;
import dev.groundwork.rag.observability.evaluation.SpanScores;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/** Asks a method all queries of a collection, one after the other, as a single user would. */
public final class Trial {

    /** Queries that go before the measured ones, so that these do not wait for Java's compilers. */
    private static final int WARM_UP = 40;

    private Trial() {}

    /**
     * Runs.
     *
     * @param k how many documents of a query count
     * @param progress told how many queries are done
     */
    public static Outcome run(Method method, Bench bench, int k, IntConsumer progress) {
        BeirCollection collection = bench.collection();
        List<Query> queries = collection.queries();
        SpanJudge judge = bench.spanJudge();
        List<SpanScores> spans = new ArrayList<>();
        for (int i = 0; i < Math.min(WARM_UP, queries.size()); i++) {
            method.find(queries.get(queries.size() - 1 - i));
        }
        Map<String, List<String>> rankings = new LinkedHashMap<>();
        Map<String, Map<String, List<String>>> hops = new LinkedHashMap<>();
        List<Double> millis = new ArrayList<>();
        int degraded = 0;
        for (int i = 0; i < queries.size(); i++) {
            Query query = queries.get(i);
            long start = System.nanoTime();
            Method.Found found = method.find(query);
            millis.add((System.nanoTime() - start) / 1e6);
            rankings.put(
                    query.id(), method.complete(query, found).stream().limit(k).toList());
            found.hops()
                    .get()
                    .forEach((hop, documents) ->
                            hops.computeIfAbsent(hop, h -> new HashMap<>()).put(query.id(), documents));
            judge.judge(query, found.passages()).ifPresent(spans::add);
            degraded += found.degraded() ? 1 : 0;
            progress.accept(i + 1);
        }
        return Outcome.of(
                method, rankings, hops, millis, degraded, SpanJudge.mean(spans).orElse(null), collection.qrels());
    }
}
