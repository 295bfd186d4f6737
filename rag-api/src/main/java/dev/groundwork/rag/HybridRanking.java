package dev.groundwork.rag;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.store.embedding.filter.Filter;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link Rag} with its default fusion ranks what both legs of a search found. For indexes that answer by themselves what
 * other libraries ask of them; an application searches with {@link Rag#search}. Immutable and thread-safe.
 */
public final class HybridRanking {

    private final RagSettings settings;

    private HybridRanking(RagSettings settings) {
        this.settings = settings;
    }

    /** Makes one of settings, of which those under {@code rag.search} count. */
    public static HybridRanking of(RagSettings settings) {
        return new HybridRanking(Objects.requireNonNull(settings, "settings"));
    }

    /**
     * Returns what vectors count in the fusion, from 0 to 1; words count the rest.
     *
     * @param understood how much of the question the model understands, as {@link QuestionEmbedder#understood} says
     */
    public double vectorWeight(double understood) {
        return settings.vectorWeight() * understood;
    }

    /**
     * Returns whether there is anything for {@link #refine} to do, which needs the hits' texts.
     *
     * @param question the question's vector
     */
    public boolean refines(Embedding question) {
        return settings.titleHops() > 0 || (settings.lateWeight() > 0 && LateOrder.tokens(question) != null);
    }

    /**
     * Returns how many fused hits {@link #refine} should be given for so many in the end: those beyond the ones that are
     * returned may come forward. A {@link Rag} hands on as many as {@link RagSettings#candidates()}, so that one which only its
     * title brings forward may stand elsewhere there.
     */
    public int depth(int limit) {
        return Math.max(limit, LateOrder.COMPARED);
    }

    /**
     * Ranks anew what was fused: documents whose titles the best hits name are looked for and raised, and the best hits are
     * ordered by what their tokens say of the question's, where the index and the question have tokens; that counts up to a
     * fifth less the less the model understands. Blocks for a search
     * and some reading.
     *
     * @param index the state of the index that was searched
     * @param question the question's vector
     * @param filter restricts the search for documents that are named; {@code null} for all
     * @param fused the hits, best first, with the fused score, from 0 to 1, as their last; {@link #depth} of them where there are
     *     as many
     * @param nearest the span of the scores that the vector leg gave
     * @param understood how much of the question the model understands, as {@link QuestionEmbedder#understood} says
     * @param limit the most hits to return, from 1
     * @return hits, best first; those that were moved or added with the score of the hop that did it as their last
     */
    public List<Hit> refine(
            SegmentReader index,
            Embedding question,
            @Nullable Filter filter,
            List<Hit> fused,
            MinMax nearest,
            double understood,
            int limit) {
        List<Hit> hits = fused;
        if (settings.titleHops() > 0) {
            hits = TitleHop.follow(
                    filter, question, index, hits, nearest, vectorWeight(understood), settings.titleHops());
        }
        TokenVectors tokens = LateOrder.tokens(question);
        if (settings.lateWeight() > 0 && tokens != null) {
            hits = LateOrder.order(
                    hits, LateOrder.near(index, tokens, hits), LateOrder.weight(settings.lateWeight(), understood));
        }
        return hits.subList(0, Math.min(limit, hits.size()));
    }
}
