package dev.groundwork.rag.lucene;

import dev.groundwork.rag.IndexChange;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One call of {@code apply} on its way: checked and encoded on the caller's thread, made on the index's. */
final class Change {

    private final List<IndexChange> changes;
    private final byte @Nullable [] logged;
    private final CompletableFuture<Boolean> done = new CompletableFuture<>();
    private ChangePlan plan;

    private Change(List<IndexChange> changes, ChangePlan plan, byte @Nullable [] logged) {
        this.changes = changes;
        this.plan = plan;
        this.logged = logged;
    }

    /**
     * Checks changes.
     *
     * @param forLog whether they are to be logged
     * @throws IllegalArgumentException if a change can't be made in any index
     */
    static Change of(List<IndexChange> changes, Layout layout, boolean forLog) {
        ChangePlan plan = ChangePlan.of(changes, layout);
        return new Change(changes, plan, forLog && ChangeCodec.canEncode(changes) ? ChangeCodec.encode(changes) : null);
    }

    /**
     * Plans anew where the index has come to be kept otherwise, by a rebuild, since the change was planned.
     *
     * @throws IllegalArgumentException if the change can't be made in such an index
     */
    void planFor(Layout layout) {
        if (!plan.layout().equals(layout)) {
            plan = ChangePlan.of(changes, layout);
        }
    }

    ChangePlan plan() {
        return plan;
    }

    /** Returns what is to be logged; {@code null} where the change is to be committed instead. */
    byte @Nullable [] logged() {
        return logged;
    }

    /** Completes when the change is acknowledged or has failed. */
    CompletableFuture<Boolean> done() {
        return done;
    }
}
