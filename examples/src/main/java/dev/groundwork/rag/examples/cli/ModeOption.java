package dev.groundwork.rag.examples.cli;

import picocli.CommandLine.Option;

/** By what passages are found. */
final class ModeOption {

    @Option(
            order = 11,
            names = "--mode",
            paramLabel = "MODE",
            description = "By what to find: hybrid (both, if not given), vector (by meaning) or text (by words, BM25).")
    private Legs legs = Legs.HYBRID;

    Legs legs() {
        return legs;
    }
}
