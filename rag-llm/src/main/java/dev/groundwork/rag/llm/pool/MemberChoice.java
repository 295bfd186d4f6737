package dev.groundwork.rag.llm.pool;

import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;

/**
 * Which of several members serves a call. Is asked only about members of one tier that could serve it right now.
 *
 * <p>Must return at once and be thread-safe: it is called under a lock. What it throws, or an index out of range, counts
 * as the first one.
 */
@FunctionalInterface
public interface MemberChoice {

    /**
     * Chooses.
     *
     * @param candidates two or more, in the order in which they were added
     * @param random what chance there is, so that runs with one seed are alike
     * @return the index of one
     */
    int choose(List<? extends Candidate> candidates, RandomGenerator random);

    /** A member that could serve a call. A view that changes: read what is needed and keep none. */
    interface Candidate {

        /** Returns the member's name. */
        String name();

        /** Returns its weight, lowered while it starts slowly after a rest. */
        double weight();

        /** Returns its calls under way. */
        int inFlight();

        /** Returns the moving average of its time to the first token, of whole answers where none was streamed; NaN while unknown. */
        double latencyNanos();

        /** Returns the cost of a million tokens of prompt and a quarter of a million of answer; 0 where no price is set. */
        double cost();
    }

    /** Takes them at random, in proportion to their weights. */
    static MemberChoice weighted() {
        return (candidates, random) -> {
            double sum = 0;
            for (Candidate candidate : candidates) {
                sum += candidate.weight();
            }
            double at = random.nextDouble() * sum;
            for (int i = 0; i < candidates.size(); i++) {
                at -= candidates.get(i).weight();
                if (at < 0) {
                    return i;
                }
            }
            return candidates.size() - 1;
        };
    }

    /** Takes the one with the fewest calls under way for its weight; the default. Equal ones take turns by chance. */
    static MemberChoice leastInFlight() {
        return (candidates, random) -> least(candidates, random, c -> (c.inFlight() + 1) / c.weight());
    }

    /**
     * Looks at two at random and takes the one with the lower latency times calls under way (peak EWMA with the power of
     * two choices, Mitzenmacher 2001). One of unknown latency is taken first.
     */
    static MemberChoice lowestLatency() {
        return (candidates, random) -> {
            int first = random.nextInt(candidates.size());
            int second = random.nextInt(candidates.size() - 1);
            if (second >= first) {
                second++;
            }
            return load(candidates.get(first)) <= load(candidates.get(second)) ? first : second;
        };
    }

    /** Takes the cheapest; of equally cheap ones, the one with the fewest calls under way. */
    static MemberChoice lowestCost() {
        return (candidates, random) -> {
            double cheapest =
                    candidates.stream().mapToDouble(Candidate::cost).min().orElse(0);
            return least(
                    candidates,
                    random,
                    c -> c.cost() > cheapest ? Double.POSITIVE_INFINITY : (c.inFlight() + 1) / c.weight());
        };
    }

    private static double load(Candidate candidate) {
        double latency = candidate.latencyNanos();
        return Double.isNaN(latency) ? 0 : latency * (candidate.inFlight() + 1) / candidate.weight();
    }

    private static int least(
            List<? extends Candidate> candidates, RandomGenerator random, ToDoubleFunction<Candidate> measure) {
        int best = -1;
        int equal = 0;
        double least = 0;
        for (int i = 0; i < candidates.size(); i++) {
            double value = measure.applyAsDouble(candidates.get(i));
            int compared = best < 0 ? -1 : Double.compare(value, least);
            if (compared < 0) {
                best = i;
                least = value;
                equal = 1;
            } else if (compared == 0 && random.nextInt(++equal) == 0) {
                best = i;
            }
        }
        return best;
    }
}
