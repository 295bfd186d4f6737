package dev.groundwork.rag.observability;

import dev.groundwork.rag.Hop;
import dev.groundwork.rag.HopWatch;
import dev.groundwork.rag.QuestionWatch;
import dev.groundwork.rag.RagEvent;
import dev.groundwork.rag.RagListener;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * Writes each question and each hop as an event of Java Flight Recorder, beside what the JVM itself records: a slow hop is
 * seen next to the garbage collection or the lock that made it slow.
 *
 * <pre>{@code
 * Rag rag = Rag.builder()....listener(FlightRecorderEvents.create()).build();
 * }</pre>
 * <pre>
 * jcmd PID JFR.start name=rag filename=rag.jfr
 * jfr print --events dev.groundwork.rag.Question,dev.groundwork.rag.Hop rag.jfr
 * </pre>
 *
 * <p>Holds names, ids, counts and times; no text of a question, an answer or a source, and no message of an exception. The
 * event stands at the thread on which the hop or the question ended. A question that began before the recording did is not in it, and
 * neither are its hops.
 *
 * <p>Thread-safe, does not block, costs next to nothing while nothing is recorded. Needs the module {@code jdk.jfr}, which
 * every JDK has.
 */
public final class FlightRecorderEvents implements RagListener {

    private FlightRecorderEvents() {}

    /** Returns one. */
    public static FlightRecorderEvents create() {
        return new FlightRecorderEvents();
    }

    /** Does nothing: questions are followed by {@link #watch}. */
    @Override
    public void onEvent(RagEvent event) {}

    @Override
    public QuestionWatch watch(RagEvent.QuestionStarted started) {
        QuestionEvent event = new QuestionEvent();
        if (!event.isEnabled() && !new HopEvent().isEnabled()) {
            return QuestionWatch.NONE;
        }
        event.begin();
        event.pipeline = SafeText.name(started.pipeline());
        event.requestId = SafeText.name(started.question().requestId());
        event.operation = Finished.lower(started.operation());
        return new Watched(event);
    }

    /** A question that is under way. */
    private record Watched(QuestionEvent event) implements QuestionWatch {

        @Override
        public HopWatch hop(int sequence, String name) {
            HopEvent hop = new HopEvent();
            if (!hop.isEnabled()) {
                return HopWatch.NONE;
            }
            hop.begin();
            hop.pipeline = event.pipeline;
            hop.requestId = event.requestId;
            hop.sequence = sequence;
            hop.hop = SafeText.name(name);
            return new WatchedHop(hop);
        }

        @Override
        public void end(RagEvent ended) {
            event.end();
            if (!event.shouldCommit()) {
                return;
            }
            Finished done = switch (ended) {
                case RagEvent.AskCompleted asked -> Finished.of(asked);
                case RagEvent.SearchCompleted searched -> Finished.of(searched);
                case RagEvent.QuestionFailed failed -> Finished.of(failed);
                default -> throw new IllegalArgumentException("no event ends a question that is a " + ended.getClass());
            };
            event.outcome = done.outcome();
            event.results = done.results();
            Throwable error = done.error();
            event.errorType = error == null ? "" : SafeText.errorType(error);
            event.commit();
        }
    }

    /** A hop that is under way. */
    private record WatchedHop(HopEvent event) implements HopWatch {

        @Override
        public void end(RagEvent.HopCompleted completed) {
            event.end();
            if (!event.shouldCommit()) {
                return;
            }
            Hop hop = completed.hop();
            String model = hop.model();
            event.status = Finished.lower(hop.status());
            event.errorType = hop.errorType().isEmpty() ? "" : SafeText.errorType(hop.errorType());
            event.model = model == null ? "" : SafeText.name(model);
            event.in = hop.in();
            event.out = hop.out();
            event.attempts = hop.attempts().size();
            event.commit();
        }
    }

    /** A question or a search. */
    @Name("dev.groundwork.rag.Question")
    @Label("Question")
    @Category("Groundwork")
    @Description("A question or a search, from its start to its end")
    @StackTrace(false)
    static final class QuestionEvent extends Event {

        @Label("Pipeline")
        String pipeline = "";

        @Label("Request Id")
        String requestId = "";

        @Label("Operation")
        String operation = "";

        @Label("Outcome")
        String outcome = "";

        @Label("Results")
        int results;

        @Label("Error Type")
        String errorType = "";
    }

    /** One hop. */
    @Name("dev.groundwork.rag.Hop")
    @Label("Hop")
    @Category("Groundwork")
    @Description("One step of a question")
    @StackTrace(false)
    static final class HopEvent extends Event {

        @Label("Pipeline")
        String pipeline = "";

        @Label("Request Id")
        String requestId = "";

        @Label("Sequence")
        @Description("The hop's number within its question, in the order in which hops began")
        int sequence;

        @Label("Hop")
        String hop = "";

        @Label("Status")
        String status = "";

        @Label("Error Type")
        String errorType = "";

        @Label("Model")
        String model = "";

        @Label("In")
        int in;

        @Label("Out")
        int out;

        @Label("Attempts")
        int attempts;
    }
}
