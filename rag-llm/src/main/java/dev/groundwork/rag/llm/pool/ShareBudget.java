package dev.groundwork.rag.llm.pool;

/**
 * Allows something for a share of all calls: each call pays in, each use takes one out. What was not used is kept, up to
 * a bound; a small reserve grows with time, so that rare calls have it too. Thread-safe.
 */
final class ShareBudget {

    private final double share;
    private final double most;
    private final double reserve;
    private final double perNano;

    // Guarded by this.
    private double left;
    private long at;
    private boolean begun;

    /**
     * Makes one.
     *
     * @param share what a call pays in
     * @param most what is kept at most
     * @param reserve what there is at first, and what time alone fills it up to
     * @param perSecond what a second adds up to the reserve
     */
    ShareBudget(double share, double most, double reserve, double perSecond) {
        this.share = share;
        this.most = most;
        this.reserve = reserve;
        this.perNano = perSecond / 1e9;
        this.left = reserve;
    }

    synchronized void call() {
        left = Math.min(most, left + share);
    }

    synchronized boolean take(long now) {
        if (begun && left < reserve) {
            left = Math.min(reserve, left + perNano * Math.max(0, now - at));
        }
        begun = true;
        at = now;
        if (left < 1) {
            return false;
        }
        left--;
        return true;
    }
}
