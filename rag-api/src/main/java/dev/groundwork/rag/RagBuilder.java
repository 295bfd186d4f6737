package dev.groundwork.rag;

/** Wires a {@link Rag}. */
public final class RagBuilder {

    RagBuilder() {}
}
