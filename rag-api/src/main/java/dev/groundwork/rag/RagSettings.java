package dev.groundwork.rag;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The numbers that steer a {@link Rag}: kept outside code, in a properties file or any map, and read anew where the
 * builder is given a supplier. Immutable; {@link #toBuilder()} makes
 * changed ones.
 *
 * @param timeout {@code rag.timeout}: how long a question may take in all; 1 ms to 1 day
 * @param limit {@code rag.search.limit}: hits that a search returns; 1 to 1,000
 * @param candidates {@code rag.search.candidates}: hits that each leg contributes to the fusion; 1 to 1,000
 * @param vectorWeight {@code rag.search.vector-weight}: the weight of the vector leg in the default fusion; 0 to 1. It
 *     counts less for a question in a language that the model does not know; see {@link Fluent}
 * @param titleHops {@code rag.search.title-hops}: how many of the best hits are read for the titles of other documents, which
 *     are then raised; 0 to 20, where 0 switches it off
 * @param lateWeight {@code rag.search.late-weight}: what the comparison of the question's tokens with those of each hit counts
 *     in the order of the best hits, where the index keeps them; 0 to 1, where 0 switches it off. Up to a
 *     fifth less in a language that the model does not know
 * @param minCosine {@code rag.search.min-cosine}: below this cosine of the best hit of the vector leg a question counts
 *     as not answered by the collection; -1 to 1, where -1 switches it off
 * @param minAnswerability {@code rag.answer.min-answerability}: below this probability that the collection answers it, a
 *     question is not answered; 0 to 1, where 0 switches it off. See {@link Answerability}
 * @param rerankCandidates {@code rag.rerank.candidates}: hits that a reranker sees; 1 to 1,000
 * @param contextSources {@code rag.context.sources}: sources in a prompt; 1 to 100
 * @param contextTokens {@code rag.context.tokens}: tokens of the whole prompt; 256 to 1,000,000
 * @param answerWithoutContext {@code rag.answer.without-context}: whether a model may answer from its memory where
 *     nothing was found
 * @param extractiveFallback {@code rag.answer.extractive-fallback}: whether the sources' own sentences may stand in
 *     where no model can be reached
 * @param extractiveSources {@code rag.answer.extractive-sources}: hits whose sentences an extractive answer may pick
 *     from; 1 to 1,000
 * @param maxQuestionChars {@code rag.question.max-chars}: the longest question; 1 to 10,000,000
 * @param maxHops {@code rag.concurrency.max-hops}: hops under way at once, over all questions; 4 to 100,000
 */
public record RagSettings(
        Duration timeout,
        int limit,
        int candidates,
        double vectorWeight,
        int titleHops,
        double lateWeight,
        double minCosine,
        double minAnswerability,
        int rerankCandidates,
        int contextSources,
        int contextTokens,
        boolean answerWithoutContext,
        boolean extractiveFallback,
        int extractiveSources,
        int maxQuestionChars,
        int maxHops) {

    /** What all keys start with. */
    public static final String PREFIX = "rag.";

    private static final Pattern SIMPLE_DURATION = Pattern.compile("(\\d+)(ms|s|m|h)");

    private static final Map<String, BiConsumer<Builder, String>> KEYS = keys();

    private static final RagSettings DEFAULTS = new Builder().build();

    /** Checks. */
    public RagSettings {
        Check.duration("rag.timeout", timeout, Duration.ofMillis(1), Deadline.MAX_TIMEOUT);
        Check.range("rag.search.limit", limit, 1, Question.MAX_LIMIT);
        Check.range("rag.search.candidates", candidates, 1, Question.MAX_LIMIT);
        Check.range("rag.search.vector-weight", vectorWeight, 0, 1);
        Check.range("rag.search.title-hops", titleHops, 0, 20);
        Check.range("rag.search.late-weight", lateWeight, 0, 1);
        Check.range("rag.search.min-cosine", minCosine, -1, 1);
        Check.range("rag.answer.min-answerability", minAnswerability, 0, 1);
        Check.range("rag.rerank.candidates", rerankCandidates, 1, Question.MAX_LIMIT);
        Check.range("rag.context.sources", contextSources, 1, 100);
        Check.range("rag.context.tokens", contextTokens, 256, 1_000_000);
        Check.range("rag.answer.extractive-sources", extractiveSources, 1, Question.MAX_LIMIT);
        Check.range("rag.question.max-chars", maxQuestionChars, 1, 10_000_000);
        Check.range("rag.concurrency.max-hops", maxHops, 4, 100_000);
    }

    /**
     * Returns the defaults: 30 s for a question, 10 hits from 100 candidates a leg, a weight of .6 on vectors (which
     * was within .005 nDCG@10 of the best on nearly all of eight collections, measured with z-scores), 12 sources in at
     * most 3,000 tokens, extracts from 30 hits (the answer was among the sentences for 90 % of 400 questions, 88 % with 10).
     */
    public static RagSettings defaults() {
        return DEFAULTS;
    }

    /**
     * Reads settings; what is not mentioned keeps its default.
     *
     * @param values by key, for instance {@code rag.search.limit} and {@code 15}; durations as {@code 500ms},
     *     {@code 30s}, {@code 2m} or ISO 8601
     * @throws IllegalArgumentException if a key is unknown or a value is not legal; all problems are named together
     */
    public static RagSettings of(Map<String, String> values) {
        Builder settings = new Builder();
        List<String> problems = new ArrayList<>();
        for (String key : new TreeSet<>(values.keySet())) {
            BiConsumer<Builder, String> setter = KEYS.get(key);
            if (setter == null) {
                problems.add(key + " is unknown; known are " + String.join(", ", KEYS.keySet()));
                continue;
            }
            String value = Objects.requireNonNull(values.get(key), key).strip();
            Builder alone = new Builder();
            try {
                setter.accept(alone, value);
                alone.build();
                setter.accept(settings, value);
            } catch (NumberFormatException e) {
                problems.add(key + " is '" + value + "', must be a number");
            } catch (IllegalArgumentException e) {
                problems.add(Objects.requireNonNullElse(e.getMessage(), key));
            }
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("settings: " + String.join("; ", problems));
        }
        return settings.build();
    }

    /**
     * Reads settings from a properties file in UTF-8.
     *
     * @throws IllegalArgumentException if a key is unknown or a value is not legal; all problems are named together
     * @throws IOException if the file can't be read
     */
    public static RagSettings load(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.load(reader);
        }
        Map<String, String> values = new LinkedHashMap<>();
        for (String key : properties.stringPropertyNames()) {
            values.put(key, Objects.requireNonNull(properties.getProperty(key)));
        }
        return of(values);
    }

    /** Returns a builder that starts from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns a builder that starts from these settings. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.timeout = timeout;
        builder.limit = limit;
        builder.candidates = candidates;
        builder.vectorWeight = vectorWeight;
        builder.titleHops = titleHops;
        builder.lateWeight = lateWeight;
        builder.minCosine = minCosine;
        builder.minAnswerability = minAnswerability;
        builder.rerankCandidates = rerankCandidates;
        builder.contextSources = contextSources;
        builder.contextTokens = contextTokens;
        builder.answerWithoutContext = answerWithoutContext;
        builder.extractiveFallback = extractiveFallback;
        builder.extractiveSources = extractiveSources;
        builder.maxQuestionChars = maxQuestionChars;
        builder.maxHops = maxHops;
        return builder;
    }

    /** Each key with the one way in which it changes settings. */
    private static Map<String, BiConsumer<Builder, String>> keys() {
        Map<String, BiConsumer<Builder, String>> keys = new LinkedHashMap<>();
        keys.put("rag.timeout", (b, v) -> b.timeout = duration("rag.timeout", v));
        keys.put("rag.search.limit", (b, v) -> b.limit = Integer.parseInt(v));
        keys.put("rag.search.candidates", (b, v) -> b.candidates = Integer.parseInt(v));
        keys.put("rag.search.vector-weight", (b, v) -> b.vectorWeight = Double.parseDouble(v));
        keys.put("rag.search.title-hops", (b, v) -> b.titleHops = Integer.parseInt(v));
        keys.put("rag.search.late-weight", (b, v) -> b.lateWeight = Double.parseDouble(v));
        keys.put("rag.search.min-cosine", (b, v) -> b.minCosine = Double.parseDouble(v));
        keys.put("rag.answer.min-answerability", (b, v) -> b.minAnswerability = Double.parseDouble(v));
        keys.put("rag.rerank.candidates", (b, v) -> b.rerankCandidates = Integer.parseInt(v));
        keys.put("rag.context.sources", (b, v) -> b.contextSources = Integer.parseInt(v));
        keys.put("rag.context.tokens", (b, v) -> b.contextTokens = Integer.parseInt(v));
        keys.put(
                "rag.answer.without-context", (b, v) -> b.answerWithoutContext = flag("rag.answer.without-context", v));
        keys.put(
                "rag.answer.extractive-fallback",
                (b, v) -> b.extractiveFallback = flag("rag.answer.extractive-fallback", v));
        keys.put("rag.answer.extractive-sources", (b, v) -> b.extractiveSources = Integer.parseInt(v));
        keys.put("rag.question.max-chars", (b, v) -> b.maxQuestionChars = Integer.parseInt(v));
        keys.put("rag.concurrency.max-hops", (b, v) -> b.maxHops = Integer.parseInt(v));
        return keys;
    }

    private static Duration duration(String key, String value) {
        Matcher simple = SIMPLE_DURATION.matcher(value);
        try {
            if (simple.matches()) {
                long amount = Long.parseLong(simple.group(1));
                return switch (simple.group(2)) {
                    case "ms" -> Duration.ofMillis(amount);
                    case "s" -> Duration.ofSeconds(amount);
                    case "m" -> Duration.ofMinutes(amount);
                    default -> Duration.ofHours(amount);
                };
            }
            return Duration.parse(value);
        } catch (DateTimeParseException | ArithmeticException | NumberFormatException e) {
            throw new IllegalArgumentException(
                    key + " is '" + value + "', must be a duration such as 500ms, 30s, 2m or PT30S", e);
        }
    }

    private static boolean flag(String key, String value) {
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(key + " is '" + value + "', must be true or false");
        };
    }

    /** Collects settings; not thread-safe. What is not set keeps its default. */
    public static final class Builder {

        private Duration timeout = Duration.ofSeconds(30);
        private int limit = 10;
        private int candidates = 100;
        private double vectorWeight = 0.6;
        private int titleHops = 3;
        private double lateWeight = 0.5;
        private double minCosine = -1;
        private double minAnswerability = 0;
        private int rerankCandidates = 50;
        private int contextSources = 12;
        private int contextTokens = 3_000;
        private boolean answerWithoutContext = false;
        private boolean extractiveFallback = true;
        private int extractiveSources = 30;
        private int maxQuestionChars = 8_000;
        private int maxHops = 512;

        private Builder() {}

        /** Sets how long a question may take in all; 1 ms to 1 day. 30 s by default. */
        public Builder timeout(Duration value) {
            timeout = value;
            return this;
        }

        /** Sets how many hits a search returns; 1 to 1,000. 10 by default. */
        public Builder limit(int value) {
            limit = value;
            return this;
        }

        /** Sets how many hits each leg contributes; 1 to 1,000. 100 by default. */
        public Builder candidates(int value) {
            candidates = value;
            return this;
        }

        /** Sets the weight of the vector leg in the default fusion; 0 to 1. 0.6 by default. */
        public Builder vectorWeight(double value) {
            vectorWeight = value;
            return this;
        }

        /** Sets how many of the best hits are read for titles of other documents; 0 to 20, 0 for none. 3 by default. */
        public Builder titleHops(int value) {
            titleHops = value;
            return this;
        }

        /** Sets what the comparison of tokens counts in the order of the best hits; 0 to 1, 0 for off. 0.5 by default. */
        public Builder lateWeight(double value) {
            lateWeight = value;
            return this;
        }

        /** Sets below which best cosine a question counts as not answered by the collection; -1 to 1. Off (-1) by default. */
        public Builder minCosine(double value) {
            minCosine = value;
            return this;
        }

        /** Sets below which probability of an answer a question is not answered; 0 to 1. Off (0) by default. */
        public Builder minAnswerability(double value) {
            minAnswerability = value;
            return this;
        }

        /** Sets how many hits a reranker sees; 1 to 1,000. 50 by default. */
        public Builder rerankCandidates(int value) {
            rerankCandidates = value;
            return this;
        }

        /** Sets how many sources a prompt has at most; 1 to 100. 12 by default. */
        public Builder contextSources(int value) {
            contextSources = value;
            return this;
        }

        /** Sets how many tokens the whole prompt has at most; 256 to 1,000,000. 3,000 by default. */
        public Builder contextTokens(int value) {
            contextTokens = value;
            return this;
        }

        /** Sets whether a model may answer from its memory where nothing was found. Not by default. */
        public Builder answerWithoutContext(boolean value) {
            answerWithoutContext = value;
            return this;
        }

        /** Sets whether the sources' own sentences may stand in where no model can be reached. They may by default. */
        public Builder extractiveFallback(boolean value) {
            extractiveFallback = value;
            return this;
        }

        /** Sets how many hits an extractive answer may pick sentences from; 1 to 1,000. 30 by default. */
        public Builder extractiveSources(int value) {
            extractiveSources = value;
            return this;
        }

        /** Sets the longest question; 1 to 10,000,000 characters. 8,000 by default. */
        public Builder maxQuestionChars(int value) {
            maxQuestionChars = value;
            return this;
        }

        /** Sets how many hops may be under way at once; 4 to 100,000. 512 by default. */
        public Builder maxHops(int value) {
            maxHops = value;
            return this;
        }

        /**
         * Returns the settings.
         *
         * @throws IllegalArgumentException if a value is out of its range
         */
        public RagSettings build() {
            return new RagSettings(
                    timeout,
                    limit,
                    candidates,
                    vectorWeight,
                    titleHops,
                    lateWeight,
                    minCosine,
                    minAnswerability,
                    rerankCandidates,
                    contextSources,
                    contextTokens,
                    answerWithoutContext,
                    extractiveFallback,
                    extractiveSources,
                    maxQuestionChars,
                    maxHops);
        }
    }
}
