package dev.groundwork.rag.examples.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads the question: the argument itself, standard input for {@code -}, a file for {@code @FILE}. The operating system
 * limits an argument to some 100 KB; the latter two have only the settings' limit.
 */
final class QuestionText {

    private QuestionText() {}

    /**
     * Returns the question.
     *
     * @param what what it is called in messages: question or query
     * @param maxChars the longest that is allowed
     * @throws UsageException if there is not exactly one, or it is blank or too long
     */
    static String read(List<String> arguments, String what, int maxChars, InputStream in) {
        if (arguments.isEmpty()) {
            throw new UsageException(
                    "the " + what + " is missing; give it in quotes, or - to read it from standard input");
        }
        if (arguments.size() > 1) {
            throw new UsageException("one " + what + " is expected, but there are " + arguments.size()
                    + " arguments; put the " + what + " in quotes");
        }
        String argument = arguments.getFirst();
        String text = argument;
        if (argument.equals("-")) {
            text = read(in, "standard input", what, maxChars);
        } else if (argument.length() > 1 && argument.startsWith("@")) {
            Path file = file(argument);
            if (file != null && Files.exists(file)) {
                text = read(file, what, maxChars);
            } else if (argument.chars().noneMatch(Character::isWhitespace)) {
                throw new UsageException(argument + " names no file; to ask about a word that begins with @, put more"
                        + " words around it");
            }
        }
        if (text.isBlank()) {
            throw new UsageException("the " + what + " is empty");
        }
        if (text.length() > maxChars) {
            throw tooLong(what, String.format(Locale.ROOT, "%,d", text.length()), maxChars);
        }
        return text.strip();
    }

    private static @Nullable Path file(String argument) {
        try {
            return Path.of(argument.substring(1));
        } catch (InvalidPathException e) {
            return null;
        }
    }

    private static String read(Path file, String what, int maxChars) {
        try (InputStream stream = Files.newInputStream(file)) {
            return read(stream, file.toString(), what, maxChars);
        } catch (IOException e) {
            throw new FailureException(file + " can't be read: " + Failures.describe(e), e);
        }
    }

    private static String read(InputStream in, String name, String what, int maxChars) {
        try {
            // No character takes more than four bytes, so more bytes than that are more characters than allowed, and
            // input without end is not read to its end.
            int most = (int) Math.min(Integer.MAX_VALUE - 8, 4L * maxChars);
            byte[] bytes = in.readNBytes(most);
            if (bytes.length == most && in.read() >= 0) {
                throw tooLong(what, "more than " + String.format(Locale.ROOT, "%,d", maxChars), maxChars);
            }
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new FailureException(name + " can't be read: " + Failures.describe(e), e);
        }
    }

    private static UsageException tooLong(String what, String length, int maxChars) {
        return new UsageException(String.format(
                Locale.ROOT,
                "the %s has %s characters, at most %,d are allowed (rag.question.max-chars in --settings)",
                what,
                length,
                maxChars));
    }
}
