/**
 * Sees every hop of every question. Start at {@link dev.groundwork.rag.observability.JsonEventLogger}:
 *
 * <pre>{@code
 * JsonEventLogger log = JsonEventLogger.toSlf4j(LogLevel.MINIMAL);
 * InMemoryMetrics metrics = new InMemoryMetrics();
 * Rag rag = Rag.builder().index(index).embeddingModel(model).listener(log).listener(MetricsListener.to(metrics)).build();
 * rag.ask("How is an API key rotated?"); // one JSON line in the logger rag.events
 * String table = metrics.toString(); // how long it took, hop by hop
 * }</pre>
 *
 * <p>Nothing here writes the text of a question, a conversation, an answer or a source, nor the message of an exception,
 * at any level: only names, ids, counts, times and scores. User name, password, query and key-value fragment of a URL, keys
 * in a provider's form and e-mail addresses are cut from names and ids. Texts of questions, answers and sources are logged
 * only where {@link dev.groundwork.rag.observability.JsonEventLogger#content(boolean)} says so, through a
 * {@link dev.groundwork.rag.observability.Redactor}.
 */
@NullMarked
package dev.groundwork.rag.observability;

import org.jspecify.annotations.NullMarked;
