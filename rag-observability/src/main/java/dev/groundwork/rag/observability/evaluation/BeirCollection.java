package dev.groundwork.rag.observability.evaluation;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.groundwork.rag.observability.evaluation.SpanScores.Span;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A folder in BEIR's layout: {@code corpus.jsonl} and {@code queries.jsonl} with one JSON object a line, and judgements in
 * {@code qrels/test.tsv} or {@code qrels.tsv}. Each file may be compressed by gzip, with or without {@code .gz} at the end of
 * its name. See Thakur et al., "BEIR: A Heterogenous Benchmark for Zero-shot Evaluation", NeurIPS 2021.
 *
 * <p>A document has {@code _id}, {@code text} and perhaps {@code title}; a query {@code _id} and {@code text}. Numbers are
 * taken as ids too, a text that is missing or null is empty, and other members are passed over. Immutable; the corpus is
 * read from the file whenever it is asked for.
 */
public final class BeirCollection {

    private static final List<String> SPLITS = List.of("test", "dev", "validation", "train");
    private static final List<String> ENDINGS = List.of(".tsv", ".tsv.gz", ".txt", ".txt.gz");
    private static final JsonFactory JSON = new JsonFactory();

    private final Path corpus;
    private final Path qrelsFile;
    private final List<Query> queries;
    private final Qrels qrels;

    /**
     * A document.
     *
     * @param id its id
     * @param title empty where it has none
     * @param text empty where it has none
     */
    public record Document(String id, String title, String text) {}

    /**
     * A query.
     *
     * @param id its id
     * @param text what is asked
     * @param evidence the stretches of text that answer it, of the members {@code doc} and {@code spans} (pairs of character
     *     offsets into the document's text); empty where the collection has none
     */
    public record Query(String id, String text, List<Span> evidence) {
        /** Copies. */
        public Query {
            evidence = List.copyOf(evidence);
        }
    }

    private BeirCollection(Path corpus, Path qrelsFile, List<Query> queries, Qrels qrels) {
        this.corpus = corpus;
        this.qrelsFile = qrelsFile;
        this.queries = queries;
        this.qrels = qrels;
    }

    /**
     * Opens a collection with its test judgements: {@code qrels/test.tsv}, or else {@code qrels.tsv}, {@code qrels/dev.tsv},
     * {@code qrels/train.tsv}, or whatever single file there is in {@code qrels}.
     *
     * @throws IOException if a file is missing or can't be read
     * @throws IllegalArgumentException if a file is not what its name says; it names file and line
     */
    public static BeirCollection open(Path folder) throws IOException {
        return open(folder, qrels(folder));
    }

    /** Opens a collection with other judgements; see {@link #open(Path)}. */
    public static BeirCollection open(Path folder, Path qrelsFile) throws IOException {
        Path corpus = required(folder, "corpus.jsonl");
        Path queriesFile = required(folder, "queries.jsonl");
        Qrels qrels = Qrels.read(qrelsFile);
        Map<String, Query> queries = new LinkedHashMap<>();
        TextFiles.forEachLine(queriesFile, line -> {
            Query query = query(line);
            if (qrels.topics().contains(query.id())) {
                queries.put(query.id(), query);
            }
        });
        return new BeirCollection(corpus, qrelsFile, List.copyOf(queries.values()), qrels);
    }

    /** Returns the judged queries, in the order of their file. */
    public List<Query> queries() {
        return queries;
    }

    /** Returns the judgements. */
    public Qrels qrels() {
        return qrels;
    }

    /** Returns the file that the judgements are from. */
    public Path qrelsFile() {
        return qrelsFile;
    }

    /** Returns the file that the documents are in. */
    public Path corpusFile() {
        return corpus;
    }

    /**
     * Hands over each document, in the order of the file.
     *
     * @throws IOException if the file can't be read
     * @throws IllegalArgumentException if a line is no document; it names file and line
     */
    public void forEachDocument(Consumer<Document> visitor) throws IOException {
        TextFiles.forEachLine(corpus, line -> visitor.accept(document(line)));
    }

    private static Path required(Path folder, String name) throws IOException {
        for (String ending : List.of("", ".gz")) {
            Path file = folder.resolve(name + ending);
            if (Files.isRegularFile(file)) {
                return file;
            }
        }
        throw new FileNotFoundException("no " + name + " in " + folder
                + "; a collection has corpus.jsonl, queries.jsonl and qrels/test.tsv or qrels.tsv");
    }

    private static Path qrels(Path folder) throws IOException {
        List<String> names = new ArrayList<>();
        names.add("qrels/test");
        names.add("qrels");
        SPLITS.forEach(split -> names.add("qrels/" + split));
        for (String name : names) {
            for (String ending : ENDINGS) {
                Path file = folder.resolve(name + ending);
                if (Files.isRegularFile(file)) {
                    return file;
                }
            }
        }
        Path inFolder = folder.resolve("qrels");
        if (Files.isDirectory(inFolder)) {
            try (Stream<Path> files = Files.list(inFolder)) {
                List<Path> all = files.filter(Files::isRegularFile).sorted().toList();
                if (all.size() == 1) {
                    return all.getFirst();
                }
            }
        }
        throw new FileNotFoundException(
                "no judgements in " + folder + "; looked for qrels/test.tsv, qrels.tsv and others");
    }

    private static Document document(String line) {
        Members members = members(line);
        return new Document(members.id(), members.text("title"), members.text("text"));
    }

    private static Query query(String line) {
        Members members = members(line);
        List<Span> evidence = new ArrayList<>();
        String document = members.text("doc");
        for (int i = 0; i + 1 < members.spans.size() && !document.isEmpty(); i += 2) {
            evidence.add(new Span(document, members.spans.get(i), members.spans.get(i + 1)));
        }
        String text = members.text("text");
        return new Query(members.id(), text.isEmpty() ? members.text("query") : text, evidence);
    }

    /** The members of an object that are of use here. */
    private record Members(Map<String, String> texts, List<Integer> spans) {

        String id() {
            String id = texts.containsKey("_id") ? text("_id") : text("id");
            if (id.isEmpty()) {
                throw new IllegalArgumentException("_id is missing or empty");
            }
            return id;
        }

        String text(String name) {
            return Objects.requireNonNullElse(texts.get(name), "");
        }
    }

    private static Members members(String line) {
        Members members = new Members(new LinkedHashMap<>(), new ArrayList<>());
        try (JsonParser json = JSON.createParser(line)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("is no JSON object");
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                if (value.isScalarValue() && value != JsonToken.VALUE_NULL) {
                    members.texts.put(name, json.getText());
                } else if (name.equals("spans") && value == JsonToken.START_ARRAY) {
                    readSpans(json, members.spans);
                } else {
                    json.skipChildren();
                }
            }
            return members;
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "is no JSON object: " + e.getClass().getSimpleName(), e);
        }
    }

    private static void readSpans(JsonParser json, List<Integer> into) throws IOException {
        int depth = 1;
        while (depth > 0) {
            JsonToken token = json.nextToken();
            if (token == null) {
                throw new IllegalArgumentException("spans does not end");
            }
            switch (token) {
                case START_ARRAY -> depth++;
                case END_ARRAY -> depth--;
                case VALUE_NUMBER_INT -> into.add(json.getIntValue());
                default -> throw new IllegalArgumentException("spans must be pairs of whole numbers");
            }
        }
    }
}
