package dev.groundwork.rag;

import java.util.function.Consumer;

/** A question under way through the search, with what every hop needs of it. */
record Asking(
        Question question,
        RagSettings settings,
        Deadline deadline,
        HopExecutor executor,
        QuestionScope scope,
        Recorder recorder) {

    /** Of the time that a hop which may be skipped finds, it may use half: a hung one must leave time for the rest. */
    static final double SKIPPABLE_SHARE = 0.5;

    /** Why something is missing that was not done in time. */
    static final String TIMED_OUT = "timed_out";

    /** The work of a hop, within its own deadline. */
    @FunctionalInterface
    interface Work<T> {
        T within(Deadline own) throws Exception;
    }

    /**
     * Runs a hop within its share of what is left; where it fails or is late, what there is without it stands, and is flagged.
     *
     * @param hop begun already
     * @param done told of the result, where there is one
     */
    <T> T skippable(String name, Recorder.OpenHop hop, T without, Work<T> work, Consumer<T> done) throws Exception {
        Deadline own = deadline.share(SKIPPABLE_SHARE);
        String reason;
        String detail;
        try {
            T result = executor.run(scope, name, own, hop.within(() -> work.within(own)));
            done.accept(result);
            return result;
        } catch (CancelledException e) {
            hop.failed(e);
            throw e;
        } catch (DeadlineExceededException e) {
            hop.failed(e);
            reason = TIMED_OUT;
            detail = "";
        } catch (Exception | LinkageError | StackOverflowError e) {
            hop.failed(e);
            reason = "failed";
            detail = e.getClass().getSimpleName();
        }
        recorder.degraded(name, reason, detail);
        return without;
    }
}
