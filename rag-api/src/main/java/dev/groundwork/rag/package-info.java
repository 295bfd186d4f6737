/**
 * The words and the flow of retrieval-augmented generation. Start at {@link dev.groundwork.rag.Rag}:
 *
 * <pre>{@code
 * Rag rag = Rag.builder().index(index).embeddingModel(embeddings).llmPool(llms).build();
 * rag.ingest(Documents.directory(Path.of("docs")));
 * Answer answer = rag.ask("How is an API key rotated?");
 * System.out.println(answer.text());
 * answer.citations().forEach(System.out::println);
 * }</pre>
 *
 * <p>What to plug in: {@link dev.groundwork.rag.Retriever}, {@link dev.groundwork.rag.Fusion},
 * {@link dev.groundwork.rag.Reranker}, {@link dev.groundwork.rag.PromptAugmenter}, {@link dev.groundwork.rag.LlmPool},
 * {@link dev.groundwork.rag.SegmentIndex}, {@link dev.groundwork.rag.DocumentSource}. What comes out:
 * {@link dev.groundwork.rag.Answer}, {@link dev.groundwork.rag.SearchResult}, {@link dev.groundwork.rag.IngestReport},
 * each with how it came about. What to watch: {@link dev.groundwork.rag.RagListener},
 * {@link dev.groundwork.rag.MetricsSink}, {@link dev.groundwork.rag.Health}.
 *
 * <p>A caller's mistake is an {@link java.lang.IllegalArgumentException}; a failure of the surroundings is a
 * {@link dev.groundwork.rag.RagException}, which holds no question, no document text and no secret.
 */
@NullMarked
package dev.groundwork.rag;

import org.jspecify.annotations.NullMarked;
