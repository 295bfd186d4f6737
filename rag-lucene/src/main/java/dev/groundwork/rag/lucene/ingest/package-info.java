/**
 * Ingestion: where documents come from, how they are parsed, and how they are split into segments that keep to the
 * document's own structure.
 *
 * <p>{@link dev.groundwork.rag.lucene.ingest.Documents} is the way in: {@code Documents.directory(Path.of("docs"))}.
 */
@NullMarked
package dev.groundwork.rag.lucene.ingest;

import org.jspecify.annotations.NullMarked;
