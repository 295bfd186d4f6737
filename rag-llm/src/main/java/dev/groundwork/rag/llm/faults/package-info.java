/**
 * Faults on purpose, for game days and tests: {@link dev.groundwork.rag.llm.faults.Faults} puts errors, delays, cuts and
 * garbage into any chat model or retriever, seeded. Nothing here is used unless it is wired.
 */
@NullMarked
package dev.groundwork.rag.llm.faults;

import org.jspecify.annotations.NullMarked;
