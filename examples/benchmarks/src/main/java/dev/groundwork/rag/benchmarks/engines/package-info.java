/** Groundwork's index and its peers, each as an ordinary user of it would write it. */
@NullMarked
package dev.groundwork.rag.benchmarks.engines;

import org.jspecify.annotations.NullMarked;
