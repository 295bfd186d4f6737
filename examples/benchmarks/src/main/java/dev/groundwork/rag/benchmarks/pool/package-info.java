/** The pool of chat models in virtual time, beside other ways to call several providers. */
@NullMarked
package dev.groundwork.rag.benchmarks.pool;

import org.jspecify.annotations.NullMarked;
