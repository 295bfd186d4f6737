package dev.groundwork.rag.examples.cli;

import dev.groundwork.rag.observability.LoggedEvent;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads events out of logs, line by line and however large they are. Lines about something else are passed over; lines that
 * can't be read are counted, and the first ones named.
 */
final class LogLines {

    /** No event is nearly as long; a longer line is not kept in memory. */
    private static final int MAX_LINE = 8 << 20;

    /** How many unreadable places are named. */
    private static final int NAMED = 5;

    private final InputStream standardInput;
    private final List<String> unreadable = new ArrayList<>();
    private long unreadableCount;
    private long otherLines;
    private long events;

    LogLines(InputStream standardInput) {
        this.standardInput = standardInput;
    }

    /**
     * Reads files in their order.
     *
     * @param files {@code -} is standard input, and so are no files at all; what begins like gzip is unpacked
     * @throws FailureException if there is no such file, or it can't be opened
     */
    void read(List<String> files, Consumer<LoggedEvent> events) {
        for (String file : files.isEmpty() ? List.of("-") : files) {
            try (InputStream in = unpacked(open(file))) {
                read(file.equals("-") ? "standard input" : file, in, events);
            } catch (IOException e) {
                throw new FailureException(file + ": " + Failures.describe(e), e);
            }
        }
    }

    private InputStream open(String file) throws IOException {
        if (file.equals("-")) {
            return standardInput;
        }
        try {
            Path path = Path.of(file);
            if (Files.isDirectory(path)) {
                throw new FailureException(file + " is a folder, must be a file", null);
            }
            return Files.newInputStream(path);
        } catch (InvalidPathException e) {
            throw new NoSuchFileException(file);
        }
    }

    private static InputStream unpacked(InputStream raw) throws IOException {
        BufferedInputStream in = new BufferedInputStream(raw, 1 << 16);
        in.mark(2);
        int first = in.read();
        int second = in.read();
        in.reset();
        return first == 0x1f && second == 0x8b ? new GZIPInputStream(in, 1 << 16) : in;
    }

    private void read(String name, InputStream in, Consumer<LoggedEvent> taken) {
        long number = 0;
        try (Reader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8), 1 << 16)) {
            StringBuilder buffer = new StringBuilder();
            for (Line line = next(reader, buffer); line != null; line = next(reader, buffer)) {
                number++;
                take(name + ":" + number, line, taken);
            }
        } catch (IOException e) {
            unreadable(name + " after line " + number + " (" + Failures.describe(e) + ")");
        }
    }

    private void take(String place, Line line, Consumer<LoggedEvent> taken) {
        if (line.tooLong()) {
            unreadable(place);
            return;
        }
        if (line.text().isBlank()) {
            return;
        }
        Optional<LoggedEvent> event;
        try {
            event = LoggedEvent.parse(line.text());
        } catch (IllegalArgumentException e) {
            unreadable(place);
            return;
        }
        if (event.isPresent()) {
            events++;
            taken.accept(event.get());
        } else {
            otherLines++;
        }
    }

    private record Line(String text, boolean tooLong) {}

    /** Returns the next line; {@code null} at the end. */
    private static @Nullable Line next(Reader reader, StringBuilder buffer) throws IOException {
        buffer.setLength(0);
        boolean any = false;
        boolean tooLong = false;
        for (int c = reader.read(); c >= 0; c = reader.read()) {
            any = true;
            if (c == '\n') {
                break;
            }
            if (buffer.length() < MAX_LINE) {
                buffer.append((char) c);
            } else {
                tooLong = true;
            }
        }
        if (buffer.length() > 1 << 20) {
            String text = tooLong ? "" : buffer.toString();
            buffer.setLength(0);
            buffer.trimToSize();
            return new Line(text, tooLong);
        }
        return any ? new Line(buffer.toString(), false) : null;
    }

    private void unreadable(String place) {
        unreadableCount++;
        if (unreadable.size() < NAMED) {
            unreadable.add(place);
        }
    }

    long events() {
        return events;
    }

    long otherLines() {
        return otherLines;
    }

    /** Returns what could not be read, in one line; empty where everything could. */
    String problems() {
        if (unreadableCount == 0) {
            return "";
        }
        String places = String.join(", ", unreadable) + (unreadableCount > unreadable.size() ? ", ..." : "");
        return unreadableCount + (unreadableCount == 1 ? " line" : " lines") + " could not be read: " + places;
    }
}
