/**
 * Several chat models behind one. {@link dev.groundwork.rag.llm.pool.ChatModelPool} is the entry: it is made of
 * {@link dev.groundwork.rag.llm.pool.PoolMember}s with {@link dev.groundwork.rag.llm.pool.Limits},
 * {@link dev.groundwork.rag.llm.pool.OpenAiMembers} makes members of OpenAI-compatible endpoints, and
 * {@link dev.groundwork.rag.llm.pool.PoolEvent}s tell what happens. {@link dev.groundwork.rag.llm.pool.VirtualClock} lets
 * tests run the pool's time by hand.
 */
@NullMarked
package dev.groundwork.rag.llm.pool;

import org.jspecify.annotations.NullMarked;
