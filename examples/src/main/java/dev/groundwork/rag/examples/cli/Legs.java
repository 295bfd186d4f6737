package dev.groundwork.rag.examples.cli;

/** By what passages are found. */
enum Legs {
    /** By vector and by words, fused. */
    HYBRID,
    /** By vector alone. */
    VECTOR,
    /** By words alone; needs no embedding model. */
    TEXT
}
