package dev.groundwork.rag.examples.cli;

import dev.groundwork.rag.Answer;
import dev.groundwork.rag.AnswerHandler;
import dev.groundwork.rag.AnswerStream;
import dev.groundwork.rag.Question;
import dev.groundwork.rag.Rag;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Shows an answer while it is written. For one question. */
final class StreamedAnswer implements AnswerHandler {

    private final WordWrap shown;
    private boolean begun;
    private volatile @Nullable Answer answer;
    private volatile @Nullable Throwable failure;

    StreamedAnswer(WordWrap shown) {
        this.shown = shown;
    }

    /** Asks, shows the text while it comes, and returns the whole answer; fails as {@link Rag#ask(Question)} does. */
    Answer ask(Rag rag, Question question) throws InterruptedException {
        AnswerStream stream = rag.askStreaming(question, this);
        stream.await();
        Throwable failed = failure;
        switch (failed) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new CompletionException(failed);
        }
        Answer whole = answer;
        if (whole == null) {
            throw new IllegalStateException("a stream ended with neither answer nor failure");
        }
        return whole;
    }

    @Override
    public void onPartial(String text) {
        begun = true;
        shown.print(text);
    }

    @Override
    public void onRestart() {
        shown.end();
        shown.print("\n[The model broke off. The answer starts again:]\n\n");
        begun = false;
    }

    @Override
    public void onComplete(Answer whole) {
        if (!begun) {
            shown.print(whole.text());
        }
        shown.end();
        answer = whole;
    }

    @Override
    public void onError(Throwable error) {
        if (begun) {
            shown.end();
        }
        failure = error;
    }
}
