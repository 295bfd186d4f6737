package dev.groundwork.rag.observability;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How much of the machine's memory this process has, as Linux tells it in {@code /proc/self/status}. */
final class ResidentMemory {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Pattern LINE = Pattern.compile("Rss(Anon|File):\\s+(\\d+) kB");
    private static final int KILOBYTE = 1024;

    private ResidentMemory() {}

    /** Returns bytes by kind, {@code anonymous} and {@code file}; nothing where the system does not tell. */
    static Map<String, Long> read() {
        try {
            return parse(Files.readString(STATUS, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            return Map.of();
        }
    }

    static Map<String, Long> parse(String status) {
        Map<String, Long> bytes = new LinkedHashMap<>();
        Matcher lines = LINE.matcher(status);
        while (lines.find()) {
            bytes.put(lines.group(1).equals("Anon") ? "anonymous" : "file", Long.parseLong(lines.group(2)) * KILOBYTE);
        }
        return bytes;
    }
}
