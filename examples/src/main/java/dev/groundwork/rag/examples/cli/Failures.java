package dev.groundwork.rag.examples.cli;

import dev.groundwork.rag.RagException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import java.util.Objects;

/** What a failure is called, how it is put into one line, and what the shell is told. */
final class Failures {

    private Failures() {}

    /** Returns {@link ExitCode#USAGE} where the caller can do better, {@link ExitCode#FAILURE} where it can't. */
    static int exitCode(Throwable failure) {
        return failure instanceof UsageException || failure instanceof IllegalArgumentException
                ? ExitCode.USAGE
                : ExitCode.FAILURE;
    }

    /** Returns a short constant name for programs, for instance {@code index_locked}. */
    static String type(Throwable failure) {
        if (exitCode(failure) == ExitCode.USAGE) {
            return "usage";
        }
        if (failure instanceof RagException) {
            String name = failure.getClass().getSimpleName().replaceFirst("Exception$", "");
            return name.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
        }
        return "failure";
    }

    /** Returns one line for a human. */
    static String message(Throwable failure) {
        String text = switch (failure) {
            case UncheckedIOException e -> describe(Objects.requireNonNull(e.getCause()));
            case IOException e -> describe(e);
            case OutOfMemoryError e ->
                "out of memory; give more with JAVA_TOOL_OPTIONS=-Xmx2g, or fewer documents at once";
            case RagException e -> text(e);
            case UsageException e -> text(e);
            case FailureException e -> text(e);
            case IllegalArgumentException e -> text(e);
            default -> failure.getClass().getSimpleName() + ": " + text(failure);
        };
        return Display.line(text, 2_000);
    }

    /** Returns why a file can't be read or written, in a few words. */
    static String describe(IOException failure) {
        return switch (failure) {
            case NoSuchFileException e -> "no such file: " + e.getFile();
            case FileNotFoundException e -> text(e);
            case AccessDeniedException e -> "access denied: " + e.getFile();
            case CharacterCodingException e -> "not UTF-8";
            case FileSystemException e ->
                Objects.requireNonNullElse(e.getReason(), e.getClass().getSimpleName()) + ": " + e.getFile();
            default -> text(failure);
        };
    }

    private static String text(Throwable failure) {
        String message = failure.getMessage();
        return message == null || message.isBlank() ? failure.getClass().getSimpleName() : message;
    }
}
