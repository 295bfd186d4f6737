/**
 * The library at work: {@link dev.groundwork.rag.examples.QuickStart} is the README's example, the command line is in
 * {@code cli}.
 */
@NullMarked
package dev.groundwork.rag.examples;

import org.jspecify.annotations.NullMarked;
