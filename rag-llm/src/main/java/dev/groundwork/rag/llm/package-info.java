/**
 * Models that the pipeline calls. {@link dev.groundwork.rag.llm.OnnxEmbeddingModel} turns texts into vectors inside this
 * process with ONNX Runtime: no server, no key, no network. The pool of chat models is in {@code pool}, faults on purpose
 * in {@code faults}.
 */
@NullMarked
package dev.groundwork.rag.llm;

import org.jspecify.annotations.NullMarked;
