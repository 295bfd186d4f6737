package dev.groundwork.rag.benchmarks.measure;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What figures were measured on and with. The load is that at the start: beside other work absolute figures say little.
 *
 * @param data what was indexed
 * @param cpu the processor, as the system names it
 * @param cores how many of it
 * @param heapMb the most that the heap may take
 * @param os the system
 * @param jdk the Java runtime
 * @param date when, UTC
 * @param load what the machine was busy with, in cores over the last minute; negative where that is unknown
 */
public record Conditions(
        String data, String cpu, int cores, long heapMb, String os, String jdk, String date, double load) {

    /** Looks at this machine. */
    public static Conditions here(String data, Clock clock) {
        return new Conditions(
                data,
                processor(),
                Runtime.getRuntime().availableProcessors(),
                Runtime.getRuntime().maxMemory() >> 20,
                System.getProperty("os.name") + " " + System.getProperty("os.arch"),
                System.getProperty("java.vendor.version", System.getProperty("java.vendor")) + " " + Runtime.version(),
                clock.instant().truncatedTo(ChronoUnit.SECONDS).toString(),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    private static String processor() {
        Path info = Path.of("/proc/cpuinfo");
        if (Files.isReadable(info)) {
            try (Stream<String> lines = Files.lines(info)) {
                return lines.filter(line -> line.startsWith("model name"))
                        .map(line -> line.substring(line.indexOf(':') + 1).strip())
                        .findFirst()
                        .orElse("unknown processor");
            } catch (IOException e) {
                return "unknown processor";
            }
        }
        return "unknown processor";
    }

    void writeTo(ObjectNode root) {
        root.put("date", date)
                .put("data", data)
                .put("cpu", cpu)
                .put("cores", cores)
                .put("heapMb", heapMb)
                .put("os", os)
                .put("jdk", jdk)
                .put("loadAtStart", load);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "%s, %d cores, load %.1f at the start, %s, %s, %s", cpu, cores, load, os, jdk, date);
    }
}
