package dev.groundwork.rag.llm.pool;

/**
 * A limit as a provider tells it in its headers: how much is left, and when it is whole again. What is known runs out
 * when that moment comes; until then nothing is sent that the provider would refuse. Not thread-safe.
 */
final class ServerBucket {

    private boolean known;
    private double left;
    private double perNano;
    private double most;
    private long at;
    private long wholeAt;
    private long newest = Long.MIN_VALUE;

    /**
     * Takes in what a response said.
     *
     * @param sent when its request was sent; an older one than the newest so far is ignored
     * @param limit the whole limit; NaN where not told
     * @param remaining what was left
     * @param wholeIn in how many nanoseconds it is whole again
     * @param unseen what is under way, which the provider may not have counted yet
     */
    void observed(long now, long sent, double limit, double remaining, long wholeIn, double unseen) {
        if (!(remaining >= 0) || wholeIn < 0 || (newest != Long.MIN_VALUE && sent - newest < 0)) {
            return;
        }
        newest = sent;
        known = true;
        at = now;
        wholeAt = now + wholeIn;
        left = remaining - unseen;
        boolean refills = limit > remaining && wholeIn > 0;
        perNano = refills ? (limit - remaining) / wholeIn : 0;
        most = Double.isNaN(limit) ? Double.POSITIVE_INFINITY : limit;
    }

    private void moveTo(long now) {
        if (known && now - wholeAt >= 0) {
            known = false;
        }
        left = Math.min(most, left + perNano * Math.max(0, now - at));
        at = now;
    }

    /** Returns how long until so much fits. More than the limit is let through: the provider may know better. */
    long nanosUntilFits(long now, double amount) {
        if (!known) {
            return 0;
        }
        moveTo(now);
        if (!known || left >= Math.min(amount, most)) {
            return 0;
        }
        long whole = Math.max(1, wholeAt - now);
        return perNano > 0 ? Math.min(whole, (long) Math.ceil((Math.min(amount, most) - left) / perNano)) : whole;
    }

    void use(long now, double amount) {
        if (known) {
            moveTo(now);
            left -= amount;
        }
    }

    void giveBack(double amount) {
        if (known) {
            left += amount;
        }
    }

    /** Returns what is left; NaN where nothing is known. */
    double left(long now) {
        if (known) {
            moveTo(now);
        }
        return known ? Math.max(0, left) : Double.NaN;
    }
}
