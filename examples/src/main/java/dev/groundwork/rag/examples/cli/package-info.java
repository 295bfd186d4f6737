/**
 * The command line {@code rag}: a folder of documents in, cited answers out. Starts at
 * {@link dev.groundwork.rag.examples.cli.RagCommand}; the launcher {@code examples/rag} runs it.
 */
@NullMarked
package dev.groundwork.rag.examples.cli;

import org.jspecify.annotations.NullMarked;
