package dev.groundwork.rag.examples.cli;

import dev.groundwork.rag.llm.pool.ChatModelPool;
import dev.groundwork.rag.llm.pool.Limits;
import dev.groundwork.rag.llm.pool.MemberChoice;
import dev.groundwork.rag.llm.pool.PoolMember;
import dev.groundwork.rag.llm.pool.Price;
import dev.groundwork.rag.llm.pool.StreamRecovery;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The file of {@code --pool}: which models there are and how they are used together. Keys are {@code pool.NAME},
 * {@code group.GROUP.NAME} and {@code member.MEMBER.NAME}; members come in the order of their names unless they have a
 * tier. All problems are told together.
 */
final class PoolFile {

    private static final Pattern MEMBER = Pattern.compile("member\\.([^.]+)\\.([a-z-]+)");
    private static final Pattern GROUP = Pattern.compile("group\\.([^.]+)\\.([a-z-]+)");
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");
    private static final Pattern BUDGET = Pattern.compile("([0-9.]+) per (\\S+)");
    private static final Pattern PRICE = Pattern.compile("([0-9.]+)/([0-9.]+)");

    private static final Map<String, BiConsumer<ChatModelPool.Builder, String>> POOL = poolKeys();
    private static final Map<String, BiFunction<Limits, String, Limits>> LIMITS = limitKeys();
    private static final Map<String, BiConsumer<PoolMember.Builder, String>> USE = useKeys();
    private static final List<String> ENDPOINT = List.of("llm", "key-variable", "health-check", "json-schema");

    private final Map<String, String> pool = new TreeMap<>();
    private final Map<String, Map<String, String>> groups = new TreeMap<>();
    private final Map<String, Map<String, String>> members = new TreeMap<>();

    private PoolFile() {}

    /**
     * Reads a file.
     *
     * @throws UsageException if a key is unknown, a value is not legal or a member has no model
     * @throws FailureException if the file can't be read
     */
    static PoolFile read(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.load(reader);
        } catch (IOException e) {
            throw new FailureException("--pool " + file + ": " + Failures.describe(e), e);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--pool " + file + ": is not a properties file: " + e.getMessage());
        }
        PoolFile read = new PoolFile();
        List<String> problems = new ArrayList<>();
        for (String key :
                new TreeMap<>(properties).keySet().stream().map(String::valueOf).toList()) {
            String value = Objects.requireNonNull(properties.getProperty(key)).strip();
            if (!read.put(key, value)) {
                problems.add(key + " is unknown");
            }
        }
        if (read.members.isEmpty()) {
            problems.add("no member.NAME.llm names a model");
        }
        read.tryAll(problems);
        if (!problems.isEmpty()) {
            throw new UsageException("--pool " + file + ": " + String.join("; ", problems));
        }
        return read;
    }

    private boolean put(String key, String value) {
        Matcher member = MEMBER.matcher(key);
        Matcher group = GROUP.matcher(key);
        if (member.matches()) {
            String name = member.group(2);
            members.computeIfAbsent(member.group(1), n -> new TreeMap<>()).put(name, value);
            return ENDPOINT.contains(name) || USE.containsKey(name) || LIMITS.containsKey(name);
        }
        if (group.matches()) {
            groups.computeIfAbsent(group.group(1), n -> new TreeMap<>()).put(group.group(2), value);
            return LIMITS.containsKey(group.group(2));
        }
        if (key.startsWith("pool.")) {
            pool.put(key.substring(5), value);
            return POOL.containsKey(key.substring(5));
        }
        return false;
    }

    /** Finds what is wrong by making everything once. */
    private void tryAll(List<String> problems) {
        ChatModelPool.Builder builder = ChatModelPool.builder();
        each("pool.", pool, POOL, (set, value) -> set.accept(builder, value), problems);
        groups.forEach((group, keys) -> limits("group." + group + ".", keys, problems));
        members.forEach((name, keys) -> {
            String prefix = "member." + name + ".";
            limits(prefix, keys, problems);
            String llm = keys.get("llm");
            if (llm == null) {
                problems.add(prefix + "llm is missing, must name a model as MODEL@BASE_URL");
                return;
            }
            try {
                PoolMember.Builder member =
                        LlmTarget.parse(llm).member(name, () -> "", Duration.ofMinutes(1), false, false);
                each(prefix, keys, USE, (set, value) -> set.accept(member, value), problems);
            } catch (IllegalArgumentException e) {
                problems.add(prefix + "llm: " + e.getMessage()); // The value may hold a password.
            }
        });
    }

    private static Limits limits(String prefix, Map<String, String> keys, List<String> problems) {
        Limits[] limits = {Limits.none()};
        each(prefix, keys, LIMITS, (set, value) -> limits[0] = set.apply(limits[0], value), problems);
        return limits[0];
    }

    private static <T> void each(
            String prefix,
            Map<String, String> values,
            Map<String, T> known,
            BiConsumer<T, String> set,
            List<String> problems) {
        values.forEach((name, value) -> {
            T setter = known.get(name);
            if (setter != null) {
                try {
                    set.accept(setter, value);
                } catch (IllegalArgumentException e) {
                    problems.add(prefix + name + " is '" + value + "': " + e.getMessage());
                }
            }
        });
    }

    /** Returns the members, by name. */
    Map<String, PoolMember> members(Map<String, String> environment, Duration timeout) {
        Map<String, PoolMember> made = new LinkedHashMap<>();
        members.forEach((name, keys) -> {
            LlmTarget target = LlmTarget.parse(Objects.requireNonNull(keys.get("llm")));
            String variable = keys.get("key-variable");
            PoolMember.Builder member = target.member(
                    name,
                    () -> LlmTarget.key(environment, variable),
                    timeout,
                    flag(keys.get("health-check")),
                    flag(keys.get("json-schema")));
            List<String> none = new ArrayList<>();
            member.limits(limits("", keys, none));
            each("", keys, USE, (set, value) -> set.accept(member, value), none);
            made.put(name, member.build());
        });
        return made;
    }

    /** Sets everything but the members. */
    void configure(ChatModelPool.Builder builder) {
        List<String> none = new ArrayList<>();
        each("", pool, POOL, (set, value) -> set.accept(builder, value), none);
        groups.forEach((group, keys) -> builder.quotaGroup(group, limits("", keys, none)));
    }

    private static boolean flag(@Nullable String value) {
        return "true".equals(value);
    }

    private static Map<String, BiConsumer<ChatModelPool.Builder, String>> poolKeys() {
        Map<String, BiConsumer<ChatModelPool.Builder, String>> keys = new LinkedHashMap<>();
        keys.put("max-concurrent-calls", (b, v) -> b.maxConcurrentCalls(integer(v)));
        keys.put("max-waiting", (b, v) -> b.maxWaiting(integer(v)));
        keys.put("max-attempts", (b, v) -> b.maxAttempts(integer(v)));
        keys.put("attempt-timeout", (b, v) -> b.attemptTimeout(duration(v)));
        keys.put("first-token-timeout", (b, v) -> b.firstTokenTimeout(duration(v)));
        keys.put("stream-idle-timeout", (b, v) -> b.streamIdleTimeout(duration(v)));
        keys.put("hedging", (b, v) -> b.hedging(decimal(v)));
        keys.put("filtered-elsewhere", (b, v) -> b.filteredElsewhere(bool(v)));
        keys.put("stream-recovery", (b, v) -> b.streamRecovery(recovery(v)));
        keys.put("choice", (b, v) -> b.choice(choice(v)));
        return keys;
    }

    private static Map<String, BiFunction<Limits, String, Limits>> limitKeys() {
        Map<String, BiFunction<Limits, String, Limits>> keys = new LinkedHashMap<>();
        keys.put("requests-per-minute", (l, v) -> l.requestsPerMinute(integer(v)));
        keys.put("tokens-per-minute", (l, v) -> l.tokensPerMinute(integer(v)));
        keys.put("concurrency", (l, v) -> l.concurrency(integer(v)));
        keys.put("budget", (l, v) -> {
            Matcher budget = BUDGET.matcher(v);
            if (!budget.matches()) {
                throw new IllegalArgumentException("must have a form such as 5.00 per 1d");
            }
            return l.budget(decimal(budget.group(1)), duration(budget.group(2)));
        });
        return keys;
    }

    private static Map<String, BiConsumer<PoolMember.Builder, String>> useKeys() {
        Map<String, BiConsumer<PoolMember.Builder, String>> keys = new LinkedHashMap<>();
        keys.put("tier", (m, v) -> m.tier(integer(v)));
        keys.put("weight", (m, v) -> m.weight(decimal(v)));
        keys.put("group", PoolMember.Builder::quotaGroup);
        keys.put("context-tokens", (m, v) -> m.contextTokens(integer(v)));
        keys.put("price", (m, v) -> {
            Matcher price = PRICE.matcher(v);
            if (!price.matches()) {
                throw new IllegalArgumentException(
                        "must be what a million tokens of prompt/answer cost, such as 0.15/0.60");
            }
            m.price(new Price(decimal(price.group(1)), decimal(price.group(2))));
        });
        return keys;
    }

    private static StreamRecovery recovery(String value) {
        try {
            return StreamRecovery.valueOf(value.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("must be restart, continue or partial", e);
        }
    }

    private static MemberChoice choice(String value) {
        return switch (value) {
            case "least-in-flight" -> MemberChoice.leastInFlight();
            case "weighted" -> MemberChoice.weighted();
            case "latency" -> MemberChoice.lowestLatency();
            case "cost" -> MemberChoice.lowestCost();
            default -> throw new IllegalArgumentException("must be least-in-flight, weighted, latency or cost");
        };
    }

    private static int integer(String value) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("must be a whole number", e);
        }
    }

    private static double decimal(String value) {
        try {
            return Double.parseDouble(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("must be a number", e);
        }
    }

    private static boolean bool(String value) {
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("must be true or false");
        };
    }

    private static Duration duration(String value) {
        Matcher matcher = DURATION.matcher(value);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("must be a duration such as 500ms, 30s, 2m, 1h or 1d");
        }
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
    }
}
