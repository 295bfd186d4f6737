/** Passages judged by the characters of evidence in them: questions, spans, and the two sides that find passages. */
@NullMarked
package dev.groundwork.rag.benchmarks.passages;

import org.jspecify.annotations.NullMarked;
