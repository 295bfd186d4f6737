package dev.groundwork.rag.observability;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Cuts what comes from outside down to what may stand in a log line or a label. */
final class SafeText {

    /** Long enough for a UUID, a model's name or a path with a position; short enough that no text hides in it. */
    static final int MAX_NAME = 200;

    /** Of a value that is longer, the rest can't come into the first {@link #MAX_NAME} characters. */
    private static final int MAX_LOOKED_AT = 4_096;

    /** What stands in for a value that does not look like what it should be, or that is one too many. */
    static final String OTHER = "other";

    private static final Pattern URL_USER = Pattern.compile("(?<=://)[^/?#\\s]*@");
    private static final Pattern URL_QUERY = Pattern.compile("\\?[^#\\s]*");
    private static final Pattern URL_FRAGMENT = Pattern.compile("#[^\\s]*=[^\\s]*");
    private static final Pattern ERROR_TYPE = Pattern.compile("[A-Za-z_$][A-Za-z0-9_$]{0,99}( \\([0-9]{3}\\))?");
    private static final Pattern CODE = Pattern.compile("[a-z][a-z0-9_]{0,49}");

    private SafeText() {}

    /**
     * Returns a name or an id without a URL's secrets, keys and e-mail addresses, well-formed, and not longer than
     * {@link #MAX_NAME}.
     */
    static String name(String value) {
        // What is cut off in the end need not be looked at, but a secret must not be cut in half before it is known.
        String safe = value.length() > MAX_LOOKED_AT ? cap(value, MAX_LOOKED_AT) : value;
        if (safe.contains("://")) {
            safe = URL_USER.matcher(safe).replaceAll("");
            safe = URL_QUERY.matcher(safe).replaceAll("?...");
            safe = URL_FRAGMENT.matcher(safe).replaceAll("#...");
        } else if (safe.indexOf('=') > safe.indexOf('?') && safe.indexOf('?') >= 0) {
            safe = URL_QUERY.matcher(safe).replaceAll("?...");
        }
        return cap(wellFormed(StandardRedactor.names(safe)), MAX_NAME);
    }

    /** Returns the text with U+FFFD for each half of a surrogate pair that stands alone. */
    static String wellFormed(String text) {
        int length = text.length();
        for (int i = 0; i < length; i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return replaceHalves(text, i);
            }
        }
        return text;
    }

    private static String replaceHalves(String text, int from) {
        StringBuilder whole = null;
        int length = text.length();
        for (int i = from; i < length; i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < length && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                whole = whole == null ? new StringBuilder(text) : whole;
                whole.setCharAt(i, '\uFFFD');
            }
        }
        return whole == null ? text : whole.toString();
    }

    /** Returns the error type if it looks like a class name, perhaps with an HTTP status; {@code other} if not. */
    static String errorType(String type) {
        return ERROR_TYPE.matcher(type).matches() ? type : OTHER;
    }

    /** Returns the simple name of the error's class. */
    static String errorType(Throwable error) {
        Class<?> type = error.getClass();
        String name = type.getName();
        return errorType(name.substring(name.lastIndexOf('.') + 1));
    }

    /** Returns the code if it looks like one, such as {@code timed_out}; {@code other} if not. */
    static String code(String code) {
        return CODE.matcher(code).matches() ? code : OTHER;
    }

    /** Returns classes and frames of an error and its causes; no message, since a message can hold anything. */
    static String stackTrace(Throwable error, int maxLength) {
        StringBuilder text = new StringBuilder();
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (@Nullable Throwable t = error; t != null && seen.add(t) && text.length() <= maxLength; t = t.getCause()) {
            text.append(text.isEmpty() ? "" : "\ncaused by ")
                    .append(t.getClass().getName());
            for (StackTraceElement frame : t.getStackTrace()) {
                if (text.length() > maxLength) {
                    break;
                }
                text.append("\n\tat ").append(frame);
            }
        }
        return cap(text.toString(), maxLength);
    }

    /** Returns at most {@code maxLength} characters, the last three being dots where something was cut. */
    static String cap(String value, int maxLength) {
        if (value.length() <= maxLength) {
            return value;
        }
        int end = maxLength - 3;
        return value.substring(0, Character.isHighSurrogate(value.charAt(end - 1)) ? end - 1 : end) + "...";
    }
}
