package dev.groundwork.rag;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/** Puts rerankers together. */
public final class Rerankers {

    private Rerankers() {}

    /**
     * Returns one that hands what each gives to the next. All but the last may hand on everything; only the last one cuts at the
     * limit.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Reranker inOrder(Reranker... rerankers) {
        if (rerankers.length == 0) {
            throw new IllegalArgumentException("rerankers is empty, must hold at least one");
        }
        List<Reranker> all = List.of(rerankers);
        return new InOrder(Arrays.stream(rerankers).map(Reranker::name).collect(Collectors.joining("+")), all);
    }

    private record InOrder(String name, List<Reranker> all) implements Reranker {

        InOrder {
            Objects.requireNonNull(name, "name");
        }

        @Override
        public List<Hit> rerank(Question question, List<Hit> hits, int limit, Deadline deadline)
                throws InterruptedException {
            List<Hit> ordered = hits;
            for (int i = 0; i < all.size(); i++) {
                deadline.check(Hop.RERANK);
                boolean last = i == all.size() - 1;
                if (ordered.isEmpty()) {
                    return ordered;
                }
                ordered = all.get(i).rerank(question, ordered, last ? limit : ordered.size(), deadline);
            }
            return ordered;
        }
    }
}
