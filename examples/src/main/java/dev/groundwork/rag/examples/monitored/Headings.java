package dev.groundwork.rag.examples.monitored;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Questions for any folder of documents: one for each heading, and the document that it stands in. */
final class Headings {

    private static final int MANY = 500;

    /**
     * A question whose answer should be found in a document.
     *
     * @param document its file name
     */
    record Asked(String question, String document) {}

    private Headings() {}

    /** Reads the headings of the Markdown files below a folder. */
    static List<Asked> of(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.filter(file -> file.getFileName().toString().endsWith(".md"))
                    .sorted()
                    .toList();
        }
        List<Asked> questions = new ArrayList<>();
        for (Path file : files) {
            String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
            for (String line : text.lines().filter(l -> l.startsWith("#")).toList()) {
                String heading = line.replaceFirst("^#+", "").strip();
                if (!heading.isEmpty() && questions.size() < MANY) {
                    questions.add(new Asked(
                            "What is said about " + heading + "?",
                            file.getFileName().toString()));
                }
            }
        }
        return questions;
    }
}
