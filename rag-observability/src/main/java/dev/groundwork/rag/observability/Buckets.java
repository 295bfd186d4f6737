package dev.groundwork.rag.observability;

import java.util.List;
import java.util.stream.DoubleStream;

/** Upper bounds of histograms' buckets. All are above 0, since Micrometer takes no others. */
final class Buckets {

    /** Seconds of a whole question: from a search in memory to a model that takes its time. */
    static final List<Double> QUERY = powers(0.005, 2, 15);

    /** Seconds of one hop: fusing takes less than a millisecond, a model many seconds. */
    static final List<Double> HOP = powers(0.0005, 2, 18);

    /** Seconds of one call of a model, as OpenTelemetry's conventions for generative AI advise. */
    static final List<Double> MODEL = powers(0.01, 2, 14);

    /** Tokens of one call, as OpenTelemetry's conventions for generative AI advise. */
    static final List<Double> TOKENS = powers(1, 4, 14);

    /** Segments of one step of retrieval. */
    static final List<Double> RESULTS = List.of(1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0);

    /** Shares. */
    static final List<Double> RATIOS = List.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0);

    /** Scores: tenths up to 1 for cosines, fusions and probabilities, wider ones for BM25 and logits. */
    static final List<Double> SCORES =
            List.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0);

    /** What a histogram that is not the library's gets: wide enough for milliseconds in seconds and for counts. */
    static final List<Double> OTHERS = powers(0.001, 4, 16);

    private Buckets() {}

    private static List<Double> powers(double first, int factor, int count) {
        return DoubleStream.iterate(first, bound -> bound * factor)
                .limit(count)
                .boxed()
                .toList();
    }
}
