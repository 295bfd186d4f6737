/**
 * What can go wrong around the library, as types that carry data: all extend {@link dev.groundwork.rag.error.RagException}
 * and are unchecked. A caller's own mistake is an {@link java.lang.IllegalArgumentException} instead. Messages hold no
 * document text, no question and no secret.
 */
@NullMarked
package dev.groundwork.rag.error;

import org.jspecify.annotations.NullMarked;
