package dev.groundwork.rag.benchmarks;

/** What is indexed and asked. */
enum DataKind {
    REAL,
    SYNTHETIC
}
