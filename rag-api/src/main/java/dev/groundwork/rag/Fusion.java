package dev.groundwork.rag;

import java.util.List;
import java.util.Map;

/** Makes one ranking out of those of several legs. Must be thread-safe and must not block. */
@FunctionalInterface
public interface Fusion {

    /**
     * Fuses.
     *
     * @param legs each leg's hits, best first, by the leg's name, in the order in which the legs were given; a leg that
     *     failed is absent, one that found nothing is empty
     * @param limit the most hits to return, at least 1
     * @return at most {@code limit} hits, best first, each id once, with the scores of every leg that found it and a
     *     score of kind {@link Score.Kind#FUSED} as the last
     */
    List<Hit> fuse(Map<String, List<Hit>> legs, int limit);
}
