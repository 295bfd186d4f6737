package dev.groundwork.rag.benchmarks.pool;

import dev.groundwork.rag.llm.pool.PoolClock;
import dev.groundwork.rag.llm.pool.VirtualClock;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** The peers, written down here as they are described: what they do is simulated, their code is not run. */
final class RetryRouters {

    private RetryRouters() {}

    /** Something that sends attempt after attempt. */
    abstract static class Attempts implements Router {

        final VirtualClock clock;
        final List<Provider> providers;
        final SplittableRandom random;

        Attempts(VirtualClock clock, List<Provider> providers, long seed) {
            this.clock = clock;
            this.providers = providers;
            this.random = new SplittableRandom(seed);
        }

        final void after(double seconds, Runnable run) {
            PoolClock.Timer unused = clock.schedule((long) (seconds * 1e9), run);
        }

        final void ask(Provider provider, int tokens, Done done, java.util.function.Consumer<Provider.Outcome> failed) {
            long sent = clock.nanoTime();
            provider.ask(tokens, outcome -> {
                if (outcome.status() == 200) {
                    done.ended(true, clock.nanoTime() - sent);
                } else {
                    failed.accept(outcome);
                }
            });
        }
    }

    /** Round robin; a failure goes to the next one, three times at most, after .5, 1 and 2 s. */
    static final class RoundRobin extends Attempts {

        private static final int RETRIES = 3;
        private int turn;

        RoundRobin(VirtualClock clock, List<Provider> providers, long seed) {
            super(clock, providers, seed);
        }

        @Override
        public String name() {
            return "round robin with retries";
        }

        @Override
        public void send(int tokens, Done done) {
            attempt(tokens, done, 0);
        }

        private void attempt(int tokens, Done done, int number) {
            Provider provider = providers.get(turn++ % providers.size());
            ask(provider, tokens, done, outcome -> {
                if (number == RETRIES) {
                    done.ended(false, 0);
                } else {
                    after(0.5 * (1 << number), () -> attempt(tokens, done, number + 1));
                }
            });
        }
    }

    /**
     * One model each in turn, with LangChain4j's own retries: two on the same model, after .5 s and .75 s with a jitter of
     * a fifth.
     */
    static final class LangChain4j extends Attempts {

        private static final int RETRIES = 2;
        private int turn;

        LangChain4j(VirtualClock clock, List<Provider> providers, long seed) {
            super(clock, providers, seed);
        }

        @Override
        public String name() {
            return "LangChain4j's own retry";
        }

        @Override
        public void send(int tokens, Done done) {
            attempt(providers.get(turn++ % providers.size()), tokens, done, 0);
        }

        private void attempt(Provider provider, int tokens, Done done, int number) {
            ask(provider, tokens, done, outcome -> {
                if (number == RETRIES) {
                    done.ended(false, 0);
                } else {
                    double delay = 0.5 * Math.pow(1.5, number);
                    after(delay * (1 + 0.2 * random.nextDouble()), () -> attempt(provider, tokens, done, number + 1));
                }
            });
        }
    }

    /**
     * A router as LiteLLM's documentation describes its own: by chance in proportion to the requests per minute; a 429, or
     * more than three failures in a minute, cools a deployment for 5 s; two retries on whichever does not cool; where all
     * cool, an error at once.
     */
    static final class CoolDown extends Attempts {

        private static final int RETRIES = 2;
        private static final double COOL_SECONDS = 5;
        private static final int ALLOWED_FAILS = 3;

        private final double[] coolUntil;
        private final List<List<Long>> failures = new ArrayList<>();

        CoolDown(VirtualClock clock, List<Provider> providers, long seed) {
            super(clock, providers, seed);
            this.coolUntil = new double[providers.size()];
            providers.forEach(p -> failures.add(new ArrayList<>()));
        }

        @Override
        public String name() {
            return "cool-down router";
        }

        @Override
        public void send(int tokens, Done done) {
            attempt(tokens, done, 0);
        }

        private void attempt(int tokens, Done done, int number) {
            int chosen = choose();
            if (chosen < 0) {
                done.ended(false, 0);
                return;
            }
            ask(providers.get(chosen), tokens, done, outcome -> {
                failed(chosen, outcome);
                if (number == RETRIES) {
                    done.ended(false, 0);
                } else {
                    after(0.5 * (1 << number), () -> attempt(tokens, done, number + 1));
                }
            });
        }

        private void failed(int index, Provider.Outcome outcome) {
            long now = clock.nanoTime();
            List<Long> recent = failures.get(index);
            recent.removeIf(at -> now - at > 60_000_000_000L);
            recent.add(now);
            if (outcome.status() == 429 || recent.size() > ALLOWED_FAILS) {
                coolUntil[index] = now / 1e9 + COOL_SECONDS;
            }
        }

        private int choose() {
            double sum = 0;
            double now = clock.nanoTime() / 1e9;
            for (int i = 0; i < coolUntil.length; i++) {
                sum += coolUntil[i] <= now ? providers.get(i).profile().requestsPerMinute() : 0;
            }
            double at = random.nextDouble() * sum;
            for (int i = 0; i < coolUntil.length; i++) {
                if (coolUntil[i] <= now) {
                    at -= providers.get(i).profile().requestsPerMinute();
                    if (at < 0) {
                        return i;
                    }
                }
            }
            return -1;
        }
    }
}
