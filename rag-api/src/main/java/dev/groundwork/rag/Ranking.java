package dev.groundwork.rag;

import dev.langchain4j.data.embedding.Embedding;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes one ranking of what the legs of a question found: fusion, and the steps that look at the fused hits again. */
final class Ranking {

    private final Asking asking;
    private final Map<String, List<Hit>> legs;
    private final @Nullable Fusion fusion;
    private final double understood;
    private final double vectorWeight;
    private final int limit;
    private final @Nullable Near near;

    /**
     * What can be looked up once more by the question's vector.
     *
     * @param embedding what the vector leg searched for
     * @param state gives the state of the index that it searched in
     */
    record Near(Embedding embedding, Supplier<SegmentReader> state) {}

    /**
     * Makes one for a question.
     *
     * @param legs what each leg found, by its name
     * @param fusion {@code null} for the default
     * @param understood how much of the question the model understands, from 0 to 1: vectors count as much less
     * @param limit how many hits a step hands to the next at most
     * @param near {@code null} where no vector leg was at work
     */
    Ranking(
            Asking asking,
            Map<String, List<Hit>> legs,
            @Nullable Fusion fusion,
            double understood,
            int limit,
            @Nullable Near near) {
        this.asking = asking;
        this.legs = legs;
        this.fusion = fusion;
        this.understood = understood;
        this.vectorWeight = asking.settings().vectorWeight() * understood;
        this.limit = limit;
        this.near = near;
    }

    private Fusion fusion(Map<String, Double> weights) {
        return fusion == null ? new ConvexFusion(weights) : fusion;
    }

    /** Makes one ranking of several. */
    List<Hit> fuse() throws Exception {
        int in = legs.values().stream().mapToInt(List::size).sum();
        Fusion strategy = fusion(Map.of(Hop.VECTOR, vectorWeight, Hop.TEXT, 1 - vectorWeight));
        Recorder.OpenHop hop = asking.recorder().begin(this, Hop.FUSE, in);
        try {
            List<Hit> fused = asking.executor()
                    .run(
                            asking.scope(),
                            Hop.FUSE,
                            asking.deadline(),
                            hop.within(() -> List.copyOf(strategy.fuse(legs, limit))));
            hop.ok(fused);
            return fused;
        } catch (Exception e) {
            hop.failed(e);
            throw e;
        }
    }

    /**
     * Searches once more, by what the first hits say, where the vector leg has been at work; what goes wrong costs nothing else.
     *
     * @param asked what was searched for by words
     */
    List<Hit> feedBack(RelevanceFeedback feedback, String asked, List<Hit> fused) throws Exception {
        Near vector = near;
        if (vector == null || fused.isEmpty()) {
            return fused;
        }
        double words = 1 - vectorWeight;
        Fusion strategy = fusion(Map.of(
                Hop.VECTOR,
                vectorWeight,
                Hop.TEXT,
                words * (1 - feedback.textShare()),
                SecondPass.TERMS,
                words * feedback.textShare()));
        Recorder.OpenHop hop = asking.recorder().begin(this, Hop.FEEDBACK, Math.min(feedback.sources(), fused.size()));
        return asking.skippable(
                Hop.FEEDBACK,
                hop,
                fused,
                own -> new SecondPass(feedback, asking.question(), asked, vector.embedding, vector.state.get())
                        .search(fused, legs, strategy, limit, own),
                hop::ok);
    }

    /** Follows titles where the default legs and a fusion have been at work; what goes wrong with it costs nothing else. */
    List<Hit> followTitles(List<Hit> fused) throws Exception {
        Near vector = near;
        int hops = asking.settings().titleHops();
        if (hops == 0 || vector == null || fusion != null || legs.size() < 2 || fused.isEmpty()) {
            return fused;
        }
        MinMax cosines = MinMax.of(legs.getOrDefault(Hop.VECTOR, List.of()).stream()
                .mapToDouble(hit -> hit.score().value())
                .toArray());
        Recorder.OpenHop hop = asking.recorder().begin(this, Hop.TITLES, fused.size());
        return asking.skippable(
                Hop.TITLES,
                hop,
                fused,
                own -> {
                    List<Hit> followed = TitleHop.follow(
                            asking.question().filter(),
                            vector.embedding,
                            vector.state.get(),
                            fused,
                            cosines,
                            vectorWeight,
                            hops);
                    return List.copyOf(followed.subList(0, Math.min(limit, followed.size())));
                },
                hop::ok);
    }

    /** Compares tokens where the index has some; what goes wrong with it costs nothing else. */
    List<Hit> compareTokens(List<Hit> fused) throws Exception {
        Near vector = near;
        double weight = LateOrder.weight(asking.settings().lateWeight(), understood);
        TokenVectors asked = LateOrder.tokens(vector == null ? null : vector.embedding);
        if (weight == 0 || vector == null || asked == null || fused.size() < 2) {
            return fused;
        }
        Recorder recorder = asking.recorder();
        Recorder.OpenHop hop = recorder.begin(this, Hop.LATE, fused.size());
        AtomicReference<Map<String, Double>> nearness = new AtomicReference<>(Map.of());
        List<Hit> ordered = asking.skippable(
                Hop.LATE,
                hop,
                fused,
                own -> {
                    nearness.set(LateOrder.near(vector.state.get(), asked, fused));
                    return LateOrder.order(fused, nearness.get(), weight);
                },
                hop::ok);
        Answerability.Tokens.of(fused, nearness.get())
                .ifPresent(
                        said -> recorder.answerability(recorder.answerability().map(seen -> seen.with(said))));
        return ordered;
    }
}
