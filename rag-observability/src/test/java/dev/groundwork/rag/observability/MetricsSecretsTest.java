package dev.groundwork.rag.observability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.groundwork.rag.Health;
import dev.groundwork.rag.Question;
import dev.groundwork.rag.Rag;
import dev.groundwork.rag.RagEvent;
import dev.groundwork.rag.RagException;
import dev.groundwork.rag.RagListener;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.store.embedding.filter.comparison.IsEqualTo;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Plants secrets in every input and fault of a real pipeline, and looks for them in every metric and recorded event. */
class MetricsSecretsTest {

    private static final String KEY = "sk-CanaryKey0123456789";
    private static final String MAIL = "canary.joe@example.org";
    private static final String PASSAGE = "CanaryPassage: the vault is below the stairs";
    private static final String QUESTION = "CanaryQuestion: where is the vault?";
    private static final String URL = "https://joe:CanaryPassword@host/p?key=CanaryToken#token=CanaryFragment";
    private static final String ECHO = "CanaryEcho 400: your prompt was '" + QUESTION + "', your key " + KEY;

    private static void ask(RagListener listener, World world) {
        Question question = Question.of(QUESTION + " " + KEY + " " + MAIL)
                .withRequestId("r-" + URL)
                .withConversation(List.of(UserMessage.from("Before: " + MAIL)))
                .withAttributes(Map.of("user", MAIL, "tenant", KEY))
                .withFilter(new IsEqualTo("owner", MAIL));
        try (Rag rag = world.rag().name("pipe " + URL).listener(listener).build()) {
            try {
                rag.ask(question);
            } catch (RagException e) {
                // The faults of this test.
            }
            try {
                rag.search(question);
            } catch (RagException e) {
                // The faults of this test.
            }
        }
    }

    private static World world() {
        World world = new World();
        world.text = PASSAGE + " " + KEY;
        world.modelName = "bge " + URL;
        world.member = "member " + URL;
        world.failure = ECHO;
        return world;
    }

    /** Asks in a world where all is well, and in one for each fault. */
    private static void everything(RagListener listener) {
        ask(listener, world());
        World noReranker = world();
        noReranker.rerankFails = true;
        ask(listener, noReranker);
        World noPool = world();
        noPool.poolFails = true;
        ask(listener, noPool);
        World noIndex = world();
        noIndex.indexFails = true;
        ask(listener, noIndex);
        listener.onEvent(new RagEvent.HealthChanged("pipe " + URL, "llm/" + URL, "up", "down", ECHO));
        listener.onEvent(new RagEvent.AlertChanged(
                "pipe " + URL, "slo " + URL, RagEvent.AlertChanged.Kind.SLO, true, 2, 1, Duration.ofMinutes(5)));
        listener.onEvent(new RagEvent.AlertChanged(
                "pipe", "drift " + URL, RagEvent.AlertChanged.Kind.DRIFT, true, 2, 1, Duration.ofMinutes(5)));
    }

    private static void isClean(String text) {
        assertThat(text).doesNotContainIgnoringCase("canary").doesNotContain("vault", "example.org", "sk-");
    }

    @ParameterizedTest
    @EnumSource
    void noScrapeHoldsASecret(Binding binding) {
        Binding.Bound bound = binding.open();
        MetricsListener listener = MetricsListener.to(bound.sink());
        everything(listener);
        World world = world();
        try (Rag rag = world.rag().name("pipe " + URL).build();
                ProcessMetrics process = ProcessMetrics.to(bound.sink())
                        .rag(rag)
                        .pool(world.pool)
                        .index("index " + URL, world.index)
                        .dropped("log " + URL, ECHO, () -> 3)
                        .build(false)) {
            world.indexFails = true;
            process.read();
        }

        assertThat(listener.failures()).isZero();
        String scrape = bound.scrape().get();
        assertThat(Scrape.parse(scrape).values())
                .containsKey("rag_pool_attempts_total{member=\"member https://host/p?...#...\",outcome=\"failed\"}")
                .containsKey("rag_health_status{component=\"llm/https://host/p?...#...\","
                        + "pipeline=\"pipe https://host/p?...#...\"}");
        isClean(scrape);
    }

    @Test
    void noRecordedEventHoldsASecret(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("rag.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("dev.groundwork.rag.Question").withThreshold(Duration.ZERO);
            recording.enable("dev.groundwork.rag.Hop").withThreshold(Duration.ZERO);
            recording.start();
            everything(FlightRecorderEvents.create());
            recording.stop();
            recording.dump(file);
        }
        StringBuilder all = new StringBuilder();
        RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().startsWith("dev.groundwork"))
                .forEach(event -> all.append(event));
        assertThat(all.toString()).contains("https://host/p?...#...").contains("RetrievalFailedException");
        isClean(all.toString());
    }

    @Test
    void theWorldReallyHasTheSecretsThatAreLookedFor() {
        World world = world();
        world.indexFails = true;
        assertThat(world.index.health()).isInstanceOf(Health.Down.class);
        assertThat(world.text + world.modelName + world.member + world.failure)
                .contains("CanaryPassage", "CanaryPassword", "CanaryToken", "CanaryFragment", "CanaryEcho");
    }
}
