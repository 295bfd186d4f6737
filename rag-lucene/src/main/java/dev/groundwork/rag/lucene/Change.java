package dev.groundwork.rag.lucene;

import dev.groundwork.rag.IndexChange;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One call of {@code apply} on its way: checked and encoded on the caller's thread, made on the index's. */
final class Change {

    private final ChangePlan plan;
    private final byte @Nullable [] logged;
    private final CompletableFuture<Boolean> done = new CompletableFuture<>();

    private Change(ChangePlan plan, byte @Nullable [] logged) {
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
        return new Change(plan, forLog && ChangeCodec.canEncode(changes) ? ChangeCodec.encode(changes) : null);
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
