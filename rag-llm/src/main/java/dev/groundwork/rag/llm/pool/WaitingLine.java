package dev.groundwork.rag.llm.pool;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for a member: the important first and the others in their order; of eight turns one goes to whoever waits with
 * lower priority. Guarded by the pool's lock.
 */
final class WaitingLine {

    static final int RANKS = Priority.values().length;

    private static final int TURNS = 8;

    private final List<Deque<Ticket>> waiting = List.of(new ArrayDeque<>(), new ArrayDeque<>(), new ArrayDeque<>());
    private int size;
    private int turnsOfOthers;

    int size() {
        return size;
    }

    /** Returns those of one priority; who is taken out there has to be told to {@link #left}. */
    Deque<Ticket> ofRank(int rank) {
        return waiting.get(rank);
    }

    void add(Ticket ticket) {
        ticket.queued = true;
        waiting.get(ticket.priority().rank()).add(ticket);
        size++;
    }

    void remove(Ticket ticket) {
        if (waiting.get(ticket.priority().rank()).remove(ticket)) {
            left(ticket);
        }
    }

    /** One was taken out. */
    void left(Ticket ticket) {
        size--;
        ticket.queued = false;
    }

    /** Returns the first of the lowest priority where it has waited for enough turns of others. */
    @Nullable
    Ticket whoseTurnItIs() {
        if (turnsOfOthers < TURNS - 1) {
            return null;
        }
        for (int rank = RANKS - 1; rank > 0; rank--) {
            Ticket first = waiting.get(rank).peek();
            if (first != null) {
                return first;
            }
        }
        return null;
    }

    /** One got a member: on a turn of its own, which takes it out, or on its priority's. */
    void served(Ticket ticket, boolean ownTurn) {
        if (ownTurn) {
            remove(ticket);
            turnsOfOthers = 0;
        } else {
            turnsOfOthers = lowerWait(ticket.priority().rank()) ? turnsOfOthers + 1 : 0;
        }
    }

    private boolean lowerWait(int rank) {
        for (int lower = rank + 1; lower < RANKS; lower++) {
            if (!waiting.get(lower).isEmpty()) {
                return true;
            }
        }
        return false;
    }
}
