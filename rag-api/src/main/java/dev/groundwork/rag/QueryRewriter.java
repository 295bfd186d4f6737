package dev.groundwork.rag;

import java.util.List;

/**
 * Says what to search for in a question's place, once for all legs: a question that can stand without the conversation before it,
 * several wordings, its parts, or what an answer might look like. The model that answers gets the question as it was asked.
 *
 * <p>Must be thread-safe. Called on a thread that is interrupted when the question is cancelled or its deadline passes. One
 * that fails or takes too long is skipped: the question itself is searched for, and the answer says so.
 */
public interface QueryRewriter {

    /** Returns its name in traces and metrics; constant, short. */
    String name();

    /**
     * Says what to search for.
     *
     * @param deadline what is left for this hop
     * @throws InterruptedException if it was cancelled
     */
    Rewrite rewrite(Question question, Deadline deadline) throws InterruptedException;

    /**
     * Returns one that hands the first text of this one's to the next, without the conversation: a question is condensed, and
     * the condensed one is asked in several wordings.
     */
    default QueryRewriter then(QueryRewriter next) {
        QueryRewriter first = this;
        return new QueryRewriter() {
            @Override
            public String name() {
                return first.name() + "+" + next.name();
            }

            @Override
            public Rewrite rewrite(Question question, Deadline deadline) throws InterruptedException {
                String text = first.rewrite(question, deadline).texts().getFirst();
                deadline.check(Hop.REWRITE);
                return next.rewrite(question.withText(text).withConversation(List.of()), deadline);
            }
        };
    }

    /**
     * What to search for.
     *
     * @param texts each is searched for by every leg, and a segment counts by the best of them (CombMAX); at least one, none blank,
     *     at most {@link #MAX}
     * @param passages what an answer might look like; vectors are looked for near the mean of these and of the first text, other legs
     *     pay no heed; at most {@link #MAX}
     */
    record Rewrite(List<String> texts, List<String> passages) {

        /** Each costs a search by every leg. */
        public static final int MAX = 10;

        /** Checks and copies. */
        public Rewrite {
            texts = List.copyOf(texts);
            passages = List.copyOf(passages);
            Check.range("number of texts", texts.size(), 1, MAX);
            Check.range("number of passages", passages.size(), 0, MAX);
            texts.forEach(text -> Check.notBlank("text", text));
            passages.forEach(passage -> Check.notBlank("passage", passage));
        }

        /** Searches for one text. */
        public static Rewrite of(String text) {
            return new Rewrite(List.of(text), List.of());
        }

        /** Names neither texts nor passages: they may be confidential. */
        @Override
        public String toString() {
            return "Rewrite[" + texts.size() + " texts, " + passages.size() + " passages]";
        }
    }
}
