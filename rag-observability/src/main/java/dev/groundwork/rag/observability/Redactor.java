package dev.groundwork.rag.observability;

import java.util.Objects;

/**
 * Takes out of a text what must not be in a log. Used where content is logged at all, which is off by default. Must be
 * thread-safe; is called on the thread of the question, so it must return soon, also for long and hostile texts. Where it
 * throws or returns {@code null}, the text is left out of the log and counted, never written as it is.
 */
@FunctionalInterface
public interface Redactor {

    /** Returns the text without what must not be in a log; the same text where there is nothing of the kind. */
    String redact(String text);

    /** Returns one that does this first, and then the other's work. */
    default Redactor andThen(Redactor next) {
        Objects.requireNonNull(next, "next");
        return text -> next.redact(Objects.requireNonNull(redact(text), "redacted text"));
    }

    /**
     * Returns the default: takes out API keys, bearer tokens, private keys, user names and passwords and secret
     * parameters of URLs, values that are called a password, secret, token or key, e-mail addresses, and card numbers with
     * a valid check digit. Puts {@code [key]}, {@code [credentials]}, {@code [email]} or {@code [card]} in their place.
     *
     * <p>It knows forms, not meanings: names, addresses, phone numbers and keys without any form that shows are left. Takes
     * time in proportion to the length of the text, whatever is in it.
     */
    static Redactor standard() {
        return StandardRedactor.INSTANCE;
    }
}
