/**
 * Groundwork's speed and recall beside those of its peers. {@link dev.groundwork.rag.benchmarks.BenchCommand} has a
 * subcommand for each claim, which measures both sides in one run:
 *
 * <pre>{@code
 * examples/bench search
 * examples/bench peers --n 20000 --json peers.json
 * }</pre>
 *
 * <p>What a row compares, and how, is in the module's README.
 */
@NullMarked
package dev.groundwork.rag.benchmarks;

import org.jspecify.annotations.NullMarked;
