/** Measuring side by side, and telling the result. */
@NullMarked
package dev.groundwork.rag.benchmarks.measure;

import org.jspecify.annotations.NullMarked;
