package dev.groundwork.rag.lucene;

import java.util.concurrent.Executor;

/**
 * How an index is searched.
 *
 * @param text finds by words
 * @param exactLimit up to this many segments are compared one by one
 * @param asked takes note of what is asked of the graph
 * @param helper runs part of a search while the caller runs the rest; may refuse, may run it at once
 */
record SearchSettings(TextSearch text, int exactLimit, RecentQueries asked, Executor helper) {}
