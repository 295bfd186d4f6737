/** What is indexed and asked: real sentences with their embeddings, or synthetic ones, and what an exact search finds. */
@NullMarked
package dev.groundwork.rag.benchmarks.data;

import org.jspecify.annotations.NullMarked;
