package dev.groundwork.rag;

import org.jspecify.annotations.Nullable;

/**
 * Stands between a model's stream and the caller's handler: calls come one at a time, none comes after the stream was
 * left, and a reply that may be the decline token is held back until it can't be.
 */
final class PartialGate {

    private final AnswerHandler handler;
    private final String declineToken;
    private final StringBuilder held = new StringBuilder();
    private boolean holding = true;
    private boolean open = true;
    private boolean passed;
    private @Nullable RuntimeException thrown;

    PartialGate(AnswerHandler handler, String declineToken) {
        this.handler = handler;
        this.declineToken = declineToken;
    }

    /** Takes a piece; returns false when no more are wanted. */
    synchronized boolean take(String text) {
        if (!open) {
            return false;
        }
        held.append(text);
        if (holding && mayBeDecline()) {
            return true;
        }
        holding = false;
        return pass();
    }

    /** The stream starts again: what was handed over is to be thrown away. Returns false when no more are wanted. */
    synchronized boolean restart() {
        held.setLength(0);
        holding = true;
        if (!open || !passed) {
            return open;
        }
        passed = false;
        try {
            handler.onRestart();
            return true;
        } catch (RuntimeException e) {
            thrown = e;
            open = false;
            return false;
        }
    }

    /** Hands over what is still held, as the reply is whole and is no decline, and takes no more. */
    synchronized void finish() {
        if (open && !held.isEmpty()) {
            pass();
        }
        open = false;
    }

    /** Takes no more; returns whether anything was handed over. */
    synchronized boolean leave() {
        open = false;
        return passed;
    }

    /** Throws if the handler threw. */
    synchronized void check() {
        if (thrown != null) {
            throw new HandlerFailure(thrown);
        }
    }

    /** The caller's own handler threw, so there is nobody left to answer. */
    static final class HandlerFailure extends RuntimeException {

        private static final long serialVersionUID = 1L;

        HandlerFailure(RuntimeException cause) {
            super(cause);
        }
    }

    private boolean pass() {
        String text = held.toString();
        held.setLength(0);
        try {
            passed = true;
            handler.onPartial(text);
            return true;
        } catch (RuntimeException e) {
            thrown = e;
            open = false;
            return false;
        }
    }

    private boolean mayBeDecline() {
        String start = held.toString().strip();
        int from = 0;
        while (from < start.length() && !Character.isLetterOrDigit(start.charAt(from))) {
            from++;
        }
        String bare = start.substring(from);
        int shared = Math.min(bare.length(), declineToken.length());
        // A decline may carry a full stop or quotes around it, hence the slack.
        return bare.regionMatches(true, 0, declineToken, 0, shared) && bare.length() <= declineToken.length() + 2;
    }
}
