package dev.groundwork.rag.lucene;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Does the same with each of many things, on several threads where there are enough things and free threads. Adding a
 * vector to Lucene is mostly work on the graph that is in memory, and each thread builds a graph of its own.
 */
final class ManyAtOnce {

    /** Does all on the caller's thread. */
    static final ManyAtOnce ALONE = new ManyAtOnce(work -> work.run(), 1);

    /** Fewer are done before other threads have taken up the work. */
    private static final int LEAST = 16;

    /** Each thread more leaves one more part to merge and to search. */
    private static final int MOST_THREADS = 4;

    @FunctionalInterface
    interface Doing<T> {
        void with(T one) throws IOException;
    }

    private final Executor helper;
    private final int threads;

    ManyAtOnce(Executor helper) {
        this(helper, Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors()));
    }

    ManyAtOnce(Executor helper, int threads) {
        this.helper = helper;
        this.threads = threads;
    }

    /** Returns when all is done; after a failure, when nothing is being done any more. */
    <T> void forEach(List<T> things, Doing<T> doing) throws IOException {
        AtomicInteger next = new AtomicInteger();
        List<Beside<Boolean>> others = new ArrayList<>();
        for (int i = 1; i < threads && things.size() >= LEAST; i++) {
            others.add(Beside.start(helper, () -> {
                run(things, next, doing);
                return true;
            }));
        }
        try {
            run(things, next, doing);
        } catch (Throwable t) {
            others.forEach(other -> other.end(t));
            throw t;
        }
        for (int i = 0; i < others.size(); i++) {
            try {
                others.get(i).result();
            } catch (Throwable t) {
                others.subList(i + 1, others.size()).forEach(other -> other.end(t));
                throw t;
            }
        }
    }

    private static <T> void run(List<T> things, AtomicInteger next, Doing<T> doing) throws IOException {
        try {
            for (int i = next.getAndIncrement(); i < things.size(); i = next.getAndIncrement()) {
                doing.with(things.get(i));
            }
        } catch (Throwable t) {
            next.set(things.size()); // the others stop as well
            throw t;
        }
    }
}
