package dev.groundwork.rag.observability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.groundwork.rag.CancelledException;
import dev.groundwork.rag.IngestReport;
import dev.groundwork.rag.RagEvent;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.AbstractLogger;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

class Slf4jOutputTest {

    @Test
    @ResourceLock(Resources.SYSTEM_ERR)
    void aRealBackendPrintsTheJsonAsItIs() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream before = System.err;
        JsonEventLogger logger = JsonEventLogger.toSlf4j(LogLevel.STANDARD);
        System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            logger.onEvent(new RagEvent.HopCompleted("{} %s \\{} ä", "{}\n{}", 1, Samples.vector()));
        } finally {
            System.setErr(before);
        }

        List<String> printed = bytes.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(printed).hasSize(1);
        assertThat(printed.getFirst()).contains("INFO rag.events - {\"rag.timestamp\"");
        String json = printed.getFirst().substring(printed.getFirst().indexOf('{'));
        assertThat(Samples.parse(json))
                .containsEntry("rag.pipeline", "{} %s \\{} ä")
                .containsEntry("rag.request_id", "{}\n{}");
    }

    @Test
    void theFormatIsConstantSoThatNoValueIsTakenForOne() {
        Recorder recorder = new Recorder(Level.INFO);
        Samples.sendQuestion(JsonEventLogger.toLogger(recorder, LogLevel.STANDARD, Samples.CLOCK));

        assertThat(recorder.formats).hasSize(5).containsOnly("{}");
        assertThat(recorder.messages).allSatisfy(Samples::parse);
    }

    @Test
    void whatSomeoneShouldLookAtIsAWarning() {
        Recorder recorder = new Recorder(Level.INFO);
        JsonEventLogger logger = JsonEventLogger.toLogger(recorder, LogLevel.STANDARD, Samples.CLOCK);
        logger.onEvent(Samples.answered());
        logger.onEvent(Samples.abstained());
        logger.onEvent(Samples.degraded());
        logger.onEvent(Samples.failed(new IllegalStateException()));
        logger.onEvent(Samples.failed(new CancelledException("chat")));
        logger.onEvent(Samples.completed(1, Samples.embed()));
        logger.onEvent(Samples.completed(2, Samples.rerankTimedOut()));
        logger.onEvent(Samples.ingested());
        logger.onEvent(Samples.ingested(new IngestReport.Failure("a.pdf", "encrypted")));

        assertThat(recorder.levels)
                .containsExactly(
                        Level.INFO,
                        Level.INFO,
                        Level.WARN,
                        Level.WARN,
                        Level.INFO,
                        Level.INFO,
                        Level.WARN,
                        Level.INFO,
                        Level.WARN);
    }

    @Test
    void aLoggerThatIsOffGetsNothing() {
        Recorder recorder = new Recorder(Level.WARN);
        JsonEventLogger logger = JsonEventLogger.toLogger(recorder, LogLevel.EXTENDED, Samples.CLOCK);
        Samples.sendQuestion(logger);
        logger.onEvent(Samples.ingested());
        assertThat(recorder.messages).isEmpty();

        logger.onEvent(Samples.degraded());
        assertThat(recorder.messages).hasSize(1);
    }

    /** Keeps what SLF4J hands to a backend. */
    private static final class Recorder extends LegacyAbstractLogger {

        private static final long serialVersionUID = 1L;

        final transient List<Level> levels = new ArrayList<>();
        final transient List<String> formats = new ArrayList<>();
        final transient List<String> messages = new ArrayList<>();
        private final Level lowest;

        Recorder(Level lowest) {
            this.lowest = lowest;
        }

        private boolean on(Level level) {
            return level.toInt() >= lowest.toInt();
        }

        @Override
        protected void handleNormalizedLoggingCall(
                Level level, Marker marker, String format, Object[] arguments, Throwable throwable) {
            levels.add(level);
            formats.add(format);
            messages.add(MessageFormatter.basicArrayFormat(format, arguments));
        }

        @Override
        protected String getFullyQualifiedCallerName() {
            return AbstractLogger.class.getName();
        }

        @Override
        public boolean isTraceEnabled() {
            return on(Level.TRACE);
        }

        @Override
        public boolean isDebugEnabled() {
            return on(Level.DEBUG);
        }

        @Override
        public boolean isInfoEnabled() {
            return on(Level.INFO);
        }

        @Override
        public boolean isWarnEnabled() {
            return on(Level.WARN);
        }

        @Override
        public boolean isErrorEnabled() {
            return on(Level.ERROR);
        }
    }
}
