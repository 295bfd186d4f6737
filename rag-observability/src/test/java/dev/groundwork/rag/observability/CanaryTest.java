package dev.groundwork.rag.observability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.groundwork.rag.Answer;
import dev.groundwork.rag.AnswerHandler;
import dev.groundwork.rag.Citation;
import dev.groundwork.rag.Deadline;
import dev.groundwork.rag.ExtractiveAnswerer;
import dev.groundwork.rag.Hit;
import dev.groundwork.rag.Question;
import dev.groundwork.rag.Rag;
import dev.groundwork.rag.RagEvent;
import dev.groundwork.rag.Reranker;
import dev.groundwork.rag.Retriever;
import dev.groundwork.rag.Score;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.filter.comparison.IsEqualTo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Runs whole questions with secrets planted in every input and every fault, and looks for them in what each sink got.
 * {@link NoSecretsTest} does the same with events that no pipeline would make.
 */
class CanaryTest {

    private static final String KEY = "sk-proj-Canary7Key0123456789";
    private static final String EMAIL = "canary.mail@example.org";
    private static final String QUESTION = "Canaryquestion about rotation";
    private static final String DOCUMENT = "Canarydocument says every day";
    private static final String TOKEN = "Canarytoken42";
    private static final String ECHO = "400: your prompt was '" + QUESTION + " " + DOCUMENT + "', key " + KEY;
    private static final String URL =
            "https://joe:" + TOKEN + "@host/" + EMAIL + "/doc.pdf?sig=" + TOKEN + "#key=" + TOKEN;
    private static final String PATH = "files/" + EMAIL + "/a.md?token=" + TOKEN;

    private static final List<String> SECRETS = List.of(
            KEY,
            "Canary7Key",
            EMAIL,
            "canary.mail",
            QUESTION,
            "Canaryquestion",
            DOCUMENT,
            "Canarydocument",
            TOKEN,
            "joe:");

    @TempDir
    private Path folder;

    private final List<String> lines = Collections.synchronizedList(new ArrayList<>());
    private final ByteArrayOutputStream stream = new ByteArrayOutputStream();

    /** How a part behaves. */
    private enum Fault {
        NONE,
        THROWS,
        SLOW
    }

    private static RuntimeException fault() {
        RuntimeException fault = new IllegalStateException(ECHO, new IOException(ECHO, new RuntimeException(URL)));
        fault.addSuppressed(new IllegalArgumentException(ECHO));
        return fault;
    }

    private static Retriever retriever(String name, Fault fault) {
        return new Retriever() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public List<Hit> retrieve(Question question, int limit, Deadline deadline) throws InterruptedException {
                if (fault == Fault.THROWS) {
                    throw fault();
                }
                if (fault == Fault.SLOW) {
                    Thread.sleep(Duration.ofHours(1)); // until the deadline's interruption
                }
                return List.of(
                        Hit.of(URL, TextSegment.from(DOCUMENT), new Score(name, Score.Kind.OTHER, 0.5, 1)),
                        Hit.of(PATH, TextSegment.from(DOCUMENT), new Score(name, Score.Kind.OTHER, 0.4, 2)));
            }
        };
    }

    private static Reranker reranker(Fault fault) {
        return new Reranker() {
            @Override
            public String name() {
                return "rerank " + URL + " " + KEY;
            }

            @Override
            public List<Hit> rerank(Question question, List<Hit> hits, int limit, Deadline deadline) {
                if (fault != Fault.NONE) {
                    throw fault();
                }
                return hits;
            }
        };
    }

    private static Question question() {
        return Question.of(QUESTION + " " + KEY)
                .withRequestId("request " + EMAIL + " " + KEY)
                .withConversation(List.of(UserMessage.from(QUESTION)))
                .withAttributes(Map.of("user", EMAIL, "key", KEY, QUESTION, DOCUMENT))
                .withFilter(new IsEqualTo("owner", EMAIL))
                .withTimeout(Duration.ofMillis(300));
    }

    private void ask(JsonEventLogger logger, Fault first, Fault second, Fault last) throws InterruptedException {
        Rag rag = Rag.builder()
                .name("pipeline " + URL)
                .retriever(retriever("first " + KEY, first))
                .retriever(retriever("second " + URL + " " + EMAIL, second))
                .reranker(reranker(second))
                .promptAugmenter((question, hits, maxTokens) -> {
                    throw fault();
                })
                .citationChecker((answer, sources) -> List.of())
                .extractiveAnswerer((question, hits, deadline) -> {
                    if (last != Fault.NONE) {
                        throw fault();
                    }
                    Citation citation = new Citation(1, Citation.Verdict.QUOTED, URL, PATH, 1, 1, DOCUMENT, DOCUMENT);
                    return Optional.of(new ExtractiveAnswerer.CitedText(DOCUMENT + " [1]", List.of(citation)));
                })
                .listener(logger)
                .build();
        try (rag) {
            call(() -> rag.ask(question()));
            call(() -> rag.search(question()));
            CountDownLatch over = new CountDownLatch(1);
            rag.askStreaming(question(), new AnswerHandler() {
                @Override
                public void onPartial(String text) {}

                @Override
                public void onComplete(Answer answer) {
                    over.countDown();
                }

                @Override
                public void onError(Throwable error) {
                    over.countDown();
                }
            });
            over.await();
        }
    }

    private static void call(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            // A fault that was planted; what is logged of it is looked at.
        }
    }

    @ParameterizedTest
    @EnumSource
    void noSinkGetsASecretAtAnyLevel(LogLevel level) throws Exception {
        Path file = folder.resolve("events.jsonl");
        JsonEventLogger logger = JsonEventLogger.builder()
                .sink(tee(
                        LogSink.lines(lines::add),
                        LogSink.stream(stream),
                        AsyncLogSink.of(RollingFile.open(file)),
                        keyValues()))
                .level(level)
                .queryKey(new byte[16])
                .templateId("template " + EMAIL)
                .configHash("config " + KEY)
                .build();
        try (logger) {
            ask(logger, Fault.NONE, Fault.NONE, Fault.NONE);
            ask(logger, Fault.NONE, Fault.THROWS, Fault.NONE);
            ask(logger, Fault.NONE, Fault.SLOW, Fault.NONE);
            ask(logger, Fault.THROWS, Fault.THROWS, Fault.NONE);
            ask(logger, Fault.NONE, Fault.NONE, Fault.THROWS);
            logger.onEvent(new RagEvent.HealthChanged(
                    "pipeline " + URL, "llm/" + EMAIL, "up", "down", "refused " + KEY + " for " + URL));
            logger.onEvent(new RagEvent.AlertChanged(
                    URL, "p95 " + EMAIL, RagEvent.AlertChanged.Kind.SLO, true, 1, 1, Duration.ofMinutes(1)));
        }

        assertThat(logger.dropped()).isEmpty();
        assertThat(lines).hasSizeGreaterThan(16).anyMatch(line -> line.contains("rag.query.failed"));
        assertThat(lines).allSatisfy(Samples::parse);
        assertClean("lines", lines.toString());
        assertClean("stream", stream.toString(StandardCharsets.UTF_8));
        assertClean("file", Files.readString(file));
        assertClean("key-values", keyValues.toString());
    }

    private final List<String> keyValues = Collections.synchronizedList(new ArrayList<>());

    private LogSink keyValues() {
        return event -> event.forEach((key, value) -> keyValues.add(key + "=" + value));
    }

    private static LogSink tee(LogSink... sinks) {
        return new LogSink() {
            @Override
            public void write(LogEvent event) throws IOException {
                for (LogSink sink : sinks) {
                    sink.write(event);
                }
            }

            @Override
            public void close() throws IOException {
                for (LogSink sink : sinks) {
                    sink.close();
                }
            }
        };
    }

    private static void assertClean(String where, String written) {
        assertThat(written).as(where).isNotEmpty();
        for (String secret : SECRETS) {
            assertThat(written).as(where).doesNotContainIgnoringCase(secret);
        }
    }
}
