package dev.groundwork.rag.benchmarks.passages;

import java.util.List;

/** Splits documents and finds passages. */
public interface Side extends AutoCloseable {

    /** Returns what it is, in a few words. */
    String name();

    /** Returns how many passages there are. */
    int size();

    /** Returns the best passages for a question, the best first. */
    List<Passage> find(String question, int limit);

    @Override
    void close();
}
