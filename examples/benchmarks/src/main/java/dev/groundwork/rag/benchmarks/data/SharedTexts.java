package dev.groundwork.rag.benchmarks.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/** The texts of the shared data, cut into sentences, none of them twice. */
final class SharedTexts {

    private static final List<String> COLLECTIONS =
            List.of("medquad", "scifact_train", "chroma_chunk_eval", "xquad_en", "xquad_de", "xquad_zh");
    private static final List<String> FOLDERS = List.of("documents/prometheus");
    private static final int LONGEST_WINDOW = 3;
    private static final long SEED = 42;

    private final List<Document> documents = new ArrayList<>();

    private record Document(String source, String id, List<String> sentences) {}

    private SharedTexts() {}

    /** Returns whether a folder has any of the texts. */
    static boolean in(Path data) {
        return Stream.concat(COLLECTIONS.stream(), FOLDERS.stream())
                .anyMatch(name -> Files.isDirectory(data.resolve(name)));
    }

    /**
     * Returns at most so many sentences in a shuffled order, always the same; where there are fewer, runs of two and
     * then three sentences as well.
     */
    static List<Passage> read(Path data, int count) throws IOException {
        SharedTexts texts = new SharedTexts();
        for (String collection : COLLECTIONS) {
            texts.addCollection(collection, data.resolve(collection).resolve("corpus.jsonl"));
        }
        for (String folder : FOLDERS) {
            texts.addFolder(folder, data.resolve(folder));
        }
        return texts.passages(count);
    }

    private void addCollection(String name, Path file) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        ObjectMapper json = new ObjectMapper();
        for (String line : Files.readAllLines(file)) {
            JsonNode entry = json.readTree(line);
            String text =
                    entry.path("title").asText() + '\n' + entry.path("text").asText();
            documents.add(new Document(name, entry.path("_id").asText(), Sentences.of(text)));
        }
    }

    private void addFolder(String name, Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        List<Path> files;
        try (Stream<Path> found = Files.walk(folder)) {
            files = found.filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        for (Path file : files) {
            String id = folder.relativize(file).toString().replace('\\', '/');
            documents.add(new Document(name, id, Sentences.of(Files.readString(file))));
        }
    }

    private List<Passage> passages(int count) {
        Set<String> seen = new HashSet<>();
        List<Passage> passages = new ArrayList<>();
        for (int length = 1; length <= LONGEST_WINDOW && passages.size() < count; length++) {
            List<Passage> more = new ArrayList<>();
            for (Document document : documents) {
                for (String text : Sentences.windows(document.sentences(), length)) {
                    if (seen.add(text)) {
                        more.add(new Passage(text, document.source(), document.id()));
                    }
                }
            }
            Collections.shuffle(more, new Random(SEED + length));
            passages.addAll(more.subList(0, Math.min(more.size(), count - passages.size())));
        }
        Collections.shuffle(passages, new Random(SEED));
        return passages;
    }
}
