package dev.groundwork.rag.lucene.ingest;

import dev.groundwork.rag.Fingerprinted;
import dev.langchain4j.model.TokenCountEstimator;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * How files are chosen, read and split.
 *
 * @param estimator null for {@link TokenEstimate}
 */
record IngestSettings(
        int targetTokens,
        int maxTokens,
        @Nullable TokenCountEstimator estimator,
        long maxFileBytes,
        int maxCharacters,
        long maxExpandedBytes,
        Duration maxParseTime,
        List<String> includes,
        List<String> excludes,
        Set<String> textExtensions) {

    /** Changes whenever the same file would be parsed or split in another way, so that indexes notice. */
    private static final int FORMAT_VERSION = 2;

    IngestSettings {
        includes = List.copyOf(includes);
        excludes = List.copyOf(excludes);
        textExtensions = Set.copyOf(textExtensions);
    }

    static IngestSettings defaults() {
        return new IngestSettings(
                Documents.DEFAULT_TARGET_TOKENS,
                Documents.DEFAULT_MAX_TOKENS,
                null,
                Documents.DEFAULT_MAX_FILE_BYTES,
                Documents.DEFAULT_MAX_CHARACTERS,
                Documents.DEFAULT_MAX_EXPANDED_BYTES,
                Documents.DEFAULT_MAX_PARSE_TIME,
                List.of(),
                List.of(),
                Set.of());
    }

    IngestSettings withTokens(int target, int max) {
        return new IngestSettings(
                target,
                max,
                estimator,
                maxFileBytes,
                maxCharacters,
                maxExpandedBytes,
                maxParseTime,
                includes,
                excludes,
                textExtensions);
    }

    IngestSettings withEstimator(TokenCountEstimator value) {
        return new IngestSettings(
                targetTokens,
                maxTokens,
                value,
                maxFileBytes,
                maxCharacters,
                maxExpandedBytes,
                maxParseTime,
                includes,
                excludes,
                textExtensions);
    }

    IngestSettings withLimits(long fileBytes, int characters, long expandedBytes, Duration parseTime) {
        return new IngestSettings(
                targetTokens,
                maxTokens,
                estimator,
                fileBytes,
                characters,
                expandedBytes,
                parseTime,
                includes,
                excludes,
                textExtensions);
    }

    IngestSettings withFiles(List<String> included, List<String> excluded, Set<String> extensions) {
        return new IngestSettings(
                targetTokens,
                maxTokens,
                estimator,
                maxFileBytes,
                maxCharacters,
                maxExpandedBytes,
                maxParseTime,
                included,
                excluded,
                extensions);
    }

    ReadLimits limits() {
        return new ReadLimits(maxCharacters, maxExpandedBytes);
    }

    ToIntFunction<String> tokenCount() {
        TokenCountEstimator custom = estimator;
        return custom == null ? TokenEstimate::of : custom::estimateTokenCountInText;
    }

    /** Names all that the segments of a readable file depend on, besides its content. */
    String signature(@Nullable FileFormat format) {
        String counting = estimator == null
                ? "built-in"
                : estimator instanceof Fingerprinted known
                        ? known.fingerprint()
                        : estimator.getClass().getName();
        return "ingest " + FORMAT_VERSION + "\n" + format + "\n" + targetTokens + "\n" + maxTokens + "\n" + counting
                + "\n";
    }
}
