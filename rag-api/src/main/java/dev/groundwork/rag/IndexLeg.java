package dev.groundwork.rag;

/** A leg that reads an index. Several of one index read one state of it, so that no leg finds what another can't. */
interface IndexLeg extends Retriever {

    /** Returns what it reads. */
    SegmentReader reader();
}
