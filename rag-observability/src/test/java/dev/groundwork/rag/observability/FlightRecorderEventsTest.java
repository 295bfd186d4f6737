package dev.groundwork.rag.observability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.groundwork.rag.Question;
import dev.groundwork.rag.QuestionWatch;
import dev.groundwork.rag.Rag;
import dev.groundwork.rag.RagEvent;
import dev.groundwork.rag.RetrievalFailedException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlightRecorderEventsTest {

    private final FlightRecorderEvents listener = FlightRecorderEvents.create();
    private final World world = new World();

    @TempDir
    private Path folder;

    private interface Work {
        void run() throws Exception;
    }

    private List<RecordedEvent> recorded(String name, Work work) throws Exception {
        try (Recording recording = new Recording()) {
            recording.enable("dev.groundwork.rag.Question").withThreshold(Duration.ZERO);
            recording.enable("dev.groundwork.rag.Hop").withThreshold(Duration.ZERO);
            recording.start();
            work.run();
            recording.stop();
            return events(recording, name);
        }
    }

    private List<RecordedEvent> events(Recording recording, String name) throws IOException {
        Path file = folder.resolve("rag.jfr");
        recording.dump(file);
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals(name))
                .sorted(Comparator.comparing(RecordedEvent::getStartTime))
                .toList();
    }

    @Test
    void aQuestionIsOneEventWithItsOutcome() throws Exception {
        List<RecordedEvent> events = recorded("dev.groundwork.rag.Question", () -> {
            try (Rag rag = world.rag().listener(listener).build()) {
                rag.ask(Question.of("When?").withRequestId("r-1"));
                rag.search(Question.of("When?").withRequestId("r-2"));
            }
        });

        assertThat(events).hasSize(2);
        RecordedEvent asked = events.getFirst();
        assertThat(asked.getString("pipeline")).isEqualTo("docs");
        assertThat(asked.getString("requestId")).isEqualTo("r-1");
        assertThat(asked.getString("operation")).isEqualTo("ask");
        assertThat(asked.getString("outcome")).isEqualTo("answered");
        assertThat(asked.getInt("results")).isEqualTo(3);
        assertThat(asked.getString("errorType")).isEmpty();
        assertThat(asked.getDuration()).isPositive();
        assertThat(events.getLast().getString("operation")).isEqualTo("search");
    }

    @Test
    void eachHopIsOneEventWithinItsQuestion() throws Exception {
        world.rerankFails = true;
        List<RecordedEvent> events = recorded("dev.groundwork.rag.Hop", () -> {
            try (Rag rag = world.rag().listener(listener).build()) {
                rag.ask(Question.of("When?").withRequestId("r-1"));
            }
        });

        assertThat(events)
                .extracting(event -> event.getString("hop"))
                .containsExactlyInAnyOrder(
                        "embed", "vector", "text", "fuse", "titles", "rerank", "augment", "chat", "cite");
        assertThat(events).extracting(event -> event.getInt("sequence")).doesNotHaveDuplicates();
        assertThat(events).allSatisfy(event -> {
            assertThat(event.getString("requestId")).isEqualTo("r-1");
            assertThat(event.getString("pipeline")).isEqualTo("docs");
        });
        RecordedEvent chat = hop(events, "chat");
        assertThat(chat.getInt("attempts")).isEqualTo(2);
        assertThat(chat.getString("status")).isEqualTo("ok");
        assertThat(chat.getString("model")).contains("large-1");
        RecordedEvent rerank = hop(events, "rerank");
        assertThat(rerank.getString("status")).isEqualTo("failed");
        assertThat(rerank.getString("errorType")).isEqualTo("IllegalStateException");
        assertThat(hop(events, "vector").getInt("out")).isEqualTo(3);
    }

    private static RecordedEvent hop(List<RecordedEvent> events, String name) {
        return events.stream()
                .filter(event -> event.getString("hop").equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aQuestionThatFailsIsAnEventToo() throws Exception {
        world.indexFails = true;
        List<RecordedEvent> events = recorded("dev.groundwork.rag.Question", () -> {
            try (Rag rag = world.rag().listener(listener).build()) {
                assertThatThrownBy(() -> rag.search("When?")).isInstanceOf(RetrievalFailedException.class);
            }
        });

        assertThat(events).hasSize(1);
        assertThat(events.getFirst().getString("outcome")).isEqualTo("error");
        assertThat(events.getFirst().getString("errorType")).isEqualTo("RetrievalFailedException");
    }

    @Test
    void followsNothingWhileNothingIsRecorded() {
        assertThat(listener.watch(new RagEvent.QuestionStarted("docs", RagEvent.Operation.ASK, Samples.question())))
                .isSameAs(QuestionWatch.NONE);
    }
}
