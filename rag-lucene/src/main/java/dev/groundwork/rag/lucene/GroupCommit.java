package dev.groundwork.rag.lucene;

import dev.groundwork.rag.EmbeddingSpec;
import dev.groundwork.rag.IndexChange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The changes that wait to be written. Those that came while the disk was busy make a group: they are logged with one wait
 * for it. Applied by {@link IndexThread} alone.
 */
final class GroupCommit {

    /** A group takes no more than this, so that who waits first is not kept for long. */
    private static final long MAX_GROUP_BYTES = 32 << 20;

    /** The writer was closed before a change could be made. */
    static final class ClosedException extends Exception {
        private static final long serialVersionUID = 1L;
    }

    private final IndexEngine engine;
    private final IndexThread thread;
    private final Queue<Change> waiting = new ConcurrentLinkedQueue<>();

    GroupCommit(IndexEngine engine, IndexThread thread) {
        this.engine = engine;
        this.thread = thread;
    }

    /** Puts a change into the queue; when it is acknowledged, or has failed, it is {@linkplain Change#done() done}. */
    Change submit(Writer to, List<IndexChange> all) {
        Change change = Change.of(all, to.layout(), to.logs());
        waiting.add(change);
        try {
            thread.submit(() -> applyWaiting(to));
        } catch (IllegalStateException e) {
            if (!change.done().isDone()) {
                throw engine.closed("apply");
            } // else closing came in between and has applied it, or failed to
        }
        return change;
    }

    /** Applies what waits, and what comes meanwhile: the last thing that is done. */
    void applyAll(Writer to) {
        while (!waiting.isEmpty()) {
            applyWaiting(to);
        }
    }

    /** Tells those who came after the last thing that was done. */
    void refuseWaiting() {
        waiting.forEach(change -> change.done().completeExceptionally(engine.closed("apply")));
    }

    /**
     * Applies all that waits now; of the tasks of one group, the first one does the work of all. What comes meanwhile has a
     * task of its own, behind those who wait to read.
     */
    private void applyWaiting(Writer to) {
        List<Change> taken = new ArrayList<>();
        try {
            for (int left = waiting.size(); left > 0; left--) {
                Change change = waiting.poll();
                if (change == null) {
                    break; // this is closing, and the queue has shrunk
                }
                taken.add(change);
            }
            apply(to, taken);
        } catch (Throwable t) {
            failed(taken, t); // those that are done stay done
        }
    }

    private void apply(Writer to, List<Change> taken) {
        List<Writer.Step> group = new ArrayList<>();
        long bytes = 0;
        for (Change change : taken) {
            try {
                engine.requireUnsealed("apply");
                change.planFor(to.layout());
                byte[] logged = change.logged();
                if (to.isClosed()) {
                    throw new ClosedException();
                }
                if (to.logs() && (logged == null || logged.length > ChangeLog.MAX_PAYLOAD / 2)) {
                    applyGroup(to, group);
                    to.applyAndCommit(new Writer.Step(change, manifestAfter(to, change)));
                    succeeded(List.of(change));
                    continue;
                }
                Manifest before =
                        group.isEmpty() ? to.manifest() : group.getLast().after();
                if (!change.plan().fits(before, engine.bound())) {
                    applyGroup(to, group);
                    group.add(new Writer.Step(change, manifestAfter(to, change)));
                } else {
                    group.add(new Writer.Step(change, before));
                }
                bytes += logged == null ? 0 : logged.length;
                if (bytes > MAX_GROUP_BYTES) {
                    applyGroup(to, group);
                    bytes = 0;
                }
            } catch (Throwable t) {
                failed(List.of(change), t);
            }
        }
        applyGroup(to, group);
    }

    /** Counts what the index holds, which says whether it takes another model. */
    private Manifest manifestAfter(Writer to, Change change) throws IOException {
        if (to.manifest().dimension() == 0) {
            return change.plan().check(to.manifest(), false, engine.bound());
        }
        return engine.readApplied(now -> {
            EmbeddingSpec asked = engine.bound();
            if (asked != null && now.segments() > 0 && change.plan().adds()) {
                engine.requireModel(to.manifest(), asked); // another state may have come since it was bound
            }
            return change.plan().check(to.manifest(), now.segments() > 0, engine.bound());
        });
    }

    private void applyGroup(Writer to, List<Writer.Step> group) {
        if (group.isEmpty()) {
            return;
        }
        List<Writer.Step> steps = List.copyOf(group);
        group.clear();
        try {
            to.apply(steps);
            succeeded(steps.stream().map(Writer.Step::change).toList());
        } catch (RuntimeException e) {
            if (steps.size() == 1) {
                failed(List.of(steps.getFirst().change()), e);
            } else { // one of them may be at fault, and none of the others is to suffer for it
                steps.forEach(step -> apply(to, List.of(step.change())));
            }
        } catch (Throwable t) {
            failed(steps.stream().map(Writer.Step::change).toList(), t);
        }
    }

    private void succeeded(List<Change> group) {
        engine.applied();
        group.forEach(change -> change.done().complete(true));
    }

    private void failed(List<Change> group, Throwable failure) {
        engine.failed(failure);
        group.forEach(change -> change.done().completeExceptionally(failure));
    }
}
