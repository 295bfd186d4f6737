package dev.groundwork.rag;

/** Calls a handler within what listeners want it to find on its thread. */
record WatchedHandler(AnswerHandler handler, Recorder recorder) implements AnswerHandler {

    @Override
    public void onPartial(String text) {
        recorder.within(() -> handler.onPartial(text));
    }

    @Override
    public void onRestart() {
        recorder.within(handler::onRestart);
    }

    @Override
    public void onComplete(Answer answer) {
        recorder.within(() -> handler.onComplete(answer));
    }

    @Override
    public void onError(Throwable error) {
        recorder.within(() -> handler.onError(error));
    }
}
