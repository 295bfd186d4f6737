package dev.groundwork.rag.llm.pool;

/** What becomes of a stream that breaks after its first piece was handed on. It never passes for a whole answer. */
public enum StreamRecovery {
    /**
     * Another member writes the answer anew, and the handler is told to throw away what it has. Where it can't, or nobody
     * else can write, it gets a {@link dev.groundwork.rag.PartialAnswerException}. The default.
     */
    RESTART,
    /**
     * Another member is asked to go on from where it broke off. Only for answers of text alone; else as with
     * {@link #PARTIAL}. The seam may show.
     */
    CONTINUE,
    /** The handler gets a {@link dev.groundwork.rag.PartialAnswerException}. */
    PARTIAL
}
