package dev.groundwork.rag.examples.cli;

/** What a command tells the shell. */
final class ExitCode {

    /** It did what it was asked to; for a question, it was answered. */
    static final int OK = 0;

    /** Something around it failed: a file, an index, a model, the time. */
    static final int FAILURE = 1;

    /** It was called in a way that can't work. */
    static final int USAGE = 2;

    /** The documents hold no answer. */
    static final int ABSTAINED = 3;

    private ExitCode() {}
}
