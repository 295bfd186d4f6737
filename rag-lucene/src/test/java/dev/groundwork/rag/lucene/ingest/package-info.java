/** Tests of ingestion: all offline, on files that they write themselves. */
@NullMarked
package dev.groundwork.rag.lucene.ingest;

import org.jspecify.annotations.NullMarked;
