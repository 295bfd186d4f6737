/**
 * Keeps segments and finds them again, in process: vectors, words, metadata and the ledger of sources in one Lucene
 * index. Start at {@link dev.groundwork.rag.lucene.LuceneIndex}:
 *
 * <pre>{@code
 * try (LuceneIndex index = LuceneIndex.open(Path.of("index"))) {
 *     index.bind(EmbeddingSpec.of(embeddings));
 *     index.apply(List.of(new IndexChange.Upsert(segments)));
 *     List<Hit> byMeaning = index.searchVector(embeddings.embed(question).content(), 10, null);
 *     List<Hit> byWords = index.searchText(question, 10, metadataKey("lang").isEqualTo("en"));
 * }
 * }</pre>
 *
 * <p>Promises: {@link dev.groundwork.rag.SegmentIndex#apply} is atomic and, on disk, durable when it returns; by default a
 * search sees all of every change that was applied before it started, and nothing of one that is under way; an interrupt of a
 * caller never damages the index.
 */
@NullMarked
package dev.groundwork.rag.lucene;

import org.jspecify.annotations.NullMarked;
