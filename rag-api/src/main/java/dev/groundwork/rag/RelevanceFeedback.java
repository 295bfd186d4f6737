package dev.groundwork.rag;

/**
 * Pseudo-relevance feedback: the first hits are taken for relevant, and a second query is made of the question and of them. Its
 * vector is the question's, moved towards the mean of theirs (Rocchio, in Salton, "The SMART Retrieval System", 1971); its words
 * are the ones that they have more often than the other hits (RM3; Abdul-Jaleel et al., "UMass at TREC 2004"). The hits that it
 * is fed from are the fused ones: fed by words alone it does harm.
 *
 * <p>It can find segments that the question itself is too short to find, and moves away from the question where the first hits
 * are wrong, so it is off unless {@link RagBuilder#feedback} is called. Measured with {@link #DEFAULT}: nDCG@10 went from .944 to
 * .941 on 800 medical questions and from .986 to .988 on 1,190 questions to English paragraphs, and stayed at .765 on 809 claims
 * of biology, whose recall@10 went from .878 to .887, and at .958 on German paragraphs. With both shares at .2 it lost .012 on
 * 298 of the German questions. It takes one search by vector, and one by words where they count.
 *
 * @param sources how many of the first hits are taken for relevant, 1 to {@value #MAX_SOURCES}
 * @param vectorShare what their mean vector counts in the second one, from 0, where the vector stays, to 1
 * @param textShare what the ranking by their words counts beside that by the question's, from 0, where there is none, to 1
 * @param terms how many of their words are searched for, 1 to {@value #MAX_TERMS}
 */
public record RelevanceFeedback(int sources, double vectorShare, double textShare, int terms) {

    /** The most hits that are taken for relevant. */
    public static final int MAX_SOURCES = 20;

    /** The most words that are searched for. */
    public static final int MAX_TERMS = 100;

    /** Five hits, by their vectors alone: their words did harm to German questions. */
    public static final RelevanceFeedback DEFAULT = new RelevanceFeedback(5, 0.3, 0, 20);

    /** Checks. */
    public RelevanceFeedback {
        Check.range("sources", sources, 1, MAX_SOURCES);
        Check.range("vectorShare", vectorShare, 0, 1);
        Check.range("textShare", textShare, 0, 1);
        Check.range("terms", terms, 1, MAX_TERMS);
    }
}
