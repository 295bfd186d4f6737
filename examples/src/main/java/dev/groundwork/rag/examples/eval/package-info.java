/** What {@code rag eval} does: a collection in, figures out. Starts at {@link dev.groundwork.rag.examples.eval.Trial}. */
@NullMarked
package dev.groundwork.rag.examples.eval;

import org.jspecify.annotations.NullMarked;
