package dev.groundwork.rag.benchmarks.pool;

import dev.groundwork.rag.benchmarks.measure.Quantiles;
import dev.groundwork.rag.llm.pool.VirtualClock;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Four providers with different limits, offered more or less than they can do, in virtual time. */
@Command(
        name = "pool",
        mixinStandardHelpOptions = true,
        description = "The pool beside other routers in virtual time: overload, outages, storms of refusals.")
public final class PoolSimulation implements Callable<Integer> {

    private static final int TOKENS = 400;
    /** How much a request's tokens differ from that, up and down. */
    private static final int SPREAD = 200;

    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final List<Provider.Profile> PROFILES = List.of(
            new Provider.Profile("large", 600, 300_000, Duration.ofMillis(900)),
            new Provider.Profile("middle", 300, 90_000, Duration.ofMillis(600)),
            new Provider.Profile("small", 120, 60_000, Duration.ofMillis(1_500)),
            new Provider.Profile("tiny", 60, 20_000, Duration.ofMillis(400)));

    private final PrintStream out;

    @Option(names = "--minutes", defaultValue = "30", description = "Simulated minutes; ${DEFAULT-VALUE} by default.")
    private int minutes;

    @Option(names = "--seed", defaultValue = "1", description = "Of arrivals, latencies and choices.")
    private long seed;

    /** Makes it. */
    public PoolSimulation(PrintStream out) {
        this.out = out;
    }

    /** A way to make a router for providers. */
    @FunctionalInterface
    private interface Maker {
        Router make(VirtualClock clock, List<Provider> providers);
    }

    private record Result(
            String name, int offered, int served, int breaches, int attempts, double addedP50, double addedP99) {}

    @Override
    public Integer call() {
        if (minutes < 2 || minutes > 1_440) {
            throw new IllegalArgumentException("--minutes is " + minutes + ", must be from 2 to 1440");
        }
        List<Maker> makers = List.of(
                (clock, providers) -> new Oracle(clock, providers, DEADLINE),
                (clock, providers) -> new PoolRouter(clock, providers, DEADLINE, false, seed),
                (clock, providers) -> new RetryRouters.RoundRobin(clock, providers, seed),
                (clock, providers) -> new RetryRouters.LangChain4j(clock, providers, seed),
                (clock, providers) -> new RetryRouters.CoolDown(clock, providers, seed));
        for (boolean faults : new boolean[] {false, true}) {
            out.printf(
                    Locale.ROOT,
                    "%n%s, %d min of virtual time, seed %d, deadline %d s%n",
                    faults ? "With outages and storms" : "No faults",
                    minutes,
                    seed,
                    DEADLINE.toSeconds());
            out.println(
                    "load  router                      offered  served  of allowed  breaches  wasted  wait p50   p99");
            for (int percent : new int[] {50, 80, 100, 120, 150}) {
                int allowed = 0;
                for (Maker maker : makers) {
                    Result result = run(maker, percent / 100.0, faults);
                    allowed = allowed == 0 ? result.served() : allowed;
                    print(percent, result, allowed);
                }
            }
        }
        outage();
        return 0;
    }

    private void print(int percent, Result r, int allowed) {
        out.printf(
                Locale.ROOT,
                "%3d %%  %-26s %8d %7d %10.2f%% %9d %6.2f%% %7.2f s %6.2f s%n",
                percent,
                r.name(),
                r.offered(),
                r.served(),
                100.0 * r.served() / allowed,
                r.breaches(),
                100.0 * (r.attempts() - r.served()) / Math.max(1, r.attempts()),
                r.addedP50(),
                r.addedP99());
    }

    private static List<Provider> providers(VirtualClock clock, long seed) {
        List<Provider> providers = new ArrayList<>();
        for (Provider.Profile profile : PROFILES) {
            providers.add(new Provider(clock, profile, seed + providers.size()));
        }
        return providers;
    }

    /** Requests a minute that a provider allows, by whichever limit is the tighter. */
    private static double perMinute(Provider.Profile profile) {
        return Math.min(profile.requestsPerMinute(), profile.tokensPerMinute() / (double) TOKENS);
    }

    private Result run(Maker maker, double load, boolean faults) {
        VirtualClock clock = new VirtualClock();
        List<Provider> providers = providers(clock, seed);
        double seconds = minutes * 60.0;
        SplittableRandom random = new SplittableRandom(seed + 99);
        if (faults) {
            for (int i = 0; i < providers.size(); i++) {
                double from = (0.15 + 0.2 * i) * seconds;
                providers.get(i).outage(from, from + 60);
                for (double at = 60 + 100 * random.nextDouble(); at < seconds; at += 300 * (1 + random.nextDouble())) {
                    providers.get(i).storm(at, at + 10);
                }
            }
        }
        double joint = PROFILES.stream().mapToDouble(PoolSimulation::perMinute).sum();
        double meanGap = 60.0 / (joint * load);
        List<Long> added = new ArrayList<>();
        int[] counts = new int[2];
        try (Router router = maker.make(clock, providers)) {
            double at = 0;
            while (at < seconds) {
                double gap = -Math.log(1 - random.nextDouble()) * meanGap;
                at += gap;
                clock.advance(Duration.ofNanos((long) (gap * 1e9)));
                int tokens = TOKENS - SPREAD + random.nextInt(2 * SPREAD + 1);
                long arrived = clock.nanoTime();
                counts[0]++;
                router.send(tokens, (served, service) -> {
                    if (served) {
                        counts[1]++;
                        added.add(Math.max(0, clock.nanoTime() - arrived - service));
                    }
                });
            }
            clock.advance(DEADLINE.plusSeconds(60));
            return result(router.name(), counts, added, providers);
        }
    }

    private static Result result(String name, int[] counts, List<Long> added, List<Provider> providers) {
        long[] waits = added.stream().mapToLong(Long::longValue).toArray();
        return new Result(
                name,
                counts[0],
                counts[1],
                providers.stream().mapToInt(p -> p.breaches).sum(),
                providers.stream().mapToInt(p -> p.attempts).sum(),
                waits.length == 0 ? 0 : Quantiles.percentile(waits, 50) / 1e9,
                waits.length == 0 ? 0 : Quantiles.percentile(waits, 99) / 1e9);
    }

    /** A primary that is out for a minute, and a request every four seconds. */
    private void outage() {
        out.println();
        out.println("The preferred of two is out for 60 s, 15 requests meanwhile");
        out.println("router                      answered  attempts on it while out  back after");
        List<Maker> makers = List.of(
                (clock, providers) -> new PoolRouter(clock, providers, DEADLINE, true, seed),
                (clock, providers) -> new RetryRouters.RoundRobin(clock, providers, seed),
                (clock, providers) -> new RetryRouters.CoolDown(clock, providers, seed));
        for (Maker maker : makers) {
            VirtualClock clock = new VirtualClock();
            List<Provider> two = providers(clock, seed).subList(0, 2);
            two.get(0).outage(40, 100);
            int[] answered = new int[1];
            try (Router router = maker.make(clock, two)) {
                for (int i = 0; i < 10; i++) {
                    router.send(TOKENS, (served, service) -> {});
                    clock.advance(Duration.ofSeconds(4));
                }
                int before = two.get(0).attempts;
                for (int i = 0; i < 15; i++) {
                    router.send(TOKENS, (served, service) -> answered[0] += served ? 1 : 0);
                    clock.advance(Duration.ofSeconds(4));
                }
                int during = two.get(0).attempts - before;
                int servedBefore = two.get(0).served;
                int back = 0;
                while (two.get(0).served == servedBefore && back < 120) {
                    router.send(TOKENS, (served, service) -> {});
                    clock.advance(Duration.ofSeconds(1));
                    back++;
                }
                out.printf(Locale.ROOT, "%-26s %9d %25d %9d s%n", router.name(), answered[0], during, back);
            }
        }
    }
}
