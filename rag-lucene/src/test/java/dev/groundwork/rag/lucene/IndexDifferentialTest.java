package dev.groundwork.rag.lucene;

import static dev.groundwork.rag.lucene.Segments.ids;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.groundwork.rag.Hit;
import dev.groundwork.rag.IndexChange;
import dev.groundwork.rag.IndexedSegment;
import dev.groundwork.rag.SegmentKeys;
import dev.groundwork.rag.SegmentReader;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.filter.Filter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random changes and searches, against a map that is searched segment by segment. {@code -Ddifferential.steps=100000} for
 * more than the build has time for, {@code -Dseed=} for one run again.
 */
class IndexDifferentialTest {

    private static final int IDS = 100;
    private static final int QUERIES = 6;
    private static final int DIRECTIONS = 14;
    private static final List<String> WORDS = List.of(
            "alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliett", "kilo");

    /** What the index is to hold of a segment. */
    private record Modelled(
            String id,
            String text,
            FilterModel.Values values,
            Embedding embedding,
            int direction,
            String source,
            String document) {

        boolean isOf(String ofSource, String ofDocument) {
            return ofSource.equals(source) && ofDocument.equals(document);
        }

        Set<String> words() {
            Set<String> words = new TreeSet<>(List.of(text.split(" ")));
            if (values.byKey().get(SegmentKeys.TITLE) instanceof String title) {
                words.addAll(List.of(title.split(" ")));
            }
            return words;
        }

        IndexedSegment segment() {
            return new IndexedSegment(id, TextSegment.from(text, values.indexed()), embedding);
        }
    }

    @Test
    void isInMemoryWhatAMapIs(TestReporter reporter) {
        new Run(reporter, LuceneIndex::inMemory, false).go(Integer.getInteger("differential.steps", 600));
    }

    @Test
    void isOnDiskWhatAMapIs(TestReporter reporter, @TempDir Path folder) {
        new Run(reporter, () -> LuceneIndex.open(folder), true).go(Integer.getInteger("differential.steps", 300));
    }

    private static final class Run {
        private final long seed = Long.getLong("seed", new Random().nextLong());
        private final Random random = new Random(seed);
        private final FilterModel filters = new FilterModel(random);
        private final Supplier<LuceneIndex> opener;
        private final boolean reopens;
        private final List<float[]> directions = new ArrayList<>();
        private final List<float[]> queries = new ArrayList<>();
        private LuceneIndex index;
        private Map<String, Modelled> segments = new TreeMap<>();
        private Map<String, Map<String, String>> ledgers = new HashMap<>();
        private int step;
        private Object doing = "opening";

        Run(TestReporter reporter, Supplier<LuceneIndex> opener, boolean reopens) {
            this.opener = opener;
            this.reopens = reopens;
            reporter.publishEntry("seed", Long.toString(seed));
            index = opener.get();
            turn();
        }

        void go(int steps) {
            try {
                for (step = 0; step < steps; step++) {
                    change();
                    check();
                }
            } catch (Throwable t) {
                throw new AssertionError(
                        "seed " + seed + ", step " + step + ", dimension " + directions.getFirst().length + ": "
                                + t.getMessage() + "\n" + brief(doing),
                        t);
            } finally {
                index.close();
            }
        }

        /** Returns what was done, without the values that are long on purpose. */
        private static String brief(Object what) {
            String all = String.valueOf(what)
                    .replaceAll("(.{1,12}?)\\1{4,}", "$1...")
                    .replaceAll("(\u001F?role \\d+)+", "roles");
            return all.length() > 3_000 ? all.substring(0, 3_000) : all;
        }

        // ---- vectors: few directions, so that ties are many, and none that are nearly one

        /** Chooses other directions, of another dimension. */
        private void turn() {
            int dimension = List.of(2, 3, 8, 19, 64, 100).get(random.nextInt(6));
            do {
                directions.clear();
                queries.clear();
                for (int i = 0; i < DIRECTIONS; i++) {
                    directions.add(vector(dimension));
                }
                for (int i = 0; i < QUERIES; i++) {
                    queries.add(vector(dimension));
                }
            } while (!distinct());
        }

        private float[] vector(int dimension) {
            float[] vector = new float[dimension];
            for (int i = 0; i < dimension; i++) {
                vector[i] = (float) random.nextGaussian();
            }
            return vector;
        }

        private boolean distinct() {
            for (float[] query : queries) {
                double[] cosines = directions.stream()
                        .mapToDouble(direction -> cosine(query, direction))
                        .sorted()
                        .toArray();
                for (int i = 1; i < cosines.length; i++) {
                    if (cosines[i] - cosines[i - 1] < 1e-4) {
                        return false;
                    }
                }
            }
            return true;
        }

        private static double cosine(float[] a, float[] b) {
            double dot = 0;
            double aa = 0;
            double bb = 0;
            for (int i = 0; i < a.length; i++) {
                dot += (double) a[i] * b[i];
                aa += (double) a[i] * a[i];
                bb += (double) b[i] * b[i];
            }
            return dot / Math.sqrt(aa * bb);
        }

        /** Returns a direction, of a random length that changes no bit of the vector of length one. */
        private Embedding scaled(int direction) {
            float[] vector = directions.get(direction).clone();
            float scale = pick(List.of(0.5f, 1f, 1f, 4f));
            for (int i = 0; i < vector.length; i++) {
                vector[i] *= scale;
            }
            return Embedding.from(vector);
        }

        // ---- changes

        private void change() {
            if (reopens && random.nextInt(25) == 0) {
                doing = "reopening";
                index.close();
                index = opener.get();
                return;
            }
            Map<String, Modelled> segmentsBefore = new TreeMap<>(segments);
            Map<String, Map<String, String>> ledgersBefore = new HashMap<>();
            ledgers.forEach((source, ledger) -> ledgersBefore.put(source, new HashMap<>(ledger)));
            List<IndexChange> batch = new ArrayList<>();
            for (int i = random.nextInt(5); i >= 0; i--) {
                batch.add(oneChange());
            }
            doing = batch;
            if (random.nextInt(12) == 0) {
                batch.add(random.nextInt(batch.size() + 1), impossible());
                assertThatThrownBy(() -> index.apply(batch)).isInstanceOf(IllegalArgumentException.class);
                segments = segmentsBefore;
                ledgers = ledgersBefore;
            } else {
                index.apply(batch);
            }
            if (segments.isEmpty() && random.nextInt(2) == 0) {
                turn();
            }
        }

        private IndexChange oneChange() {
            int chance = random.nextInt(200);
            if (chance < 90) {
                List<Modelled> some = several(6, "", "");
                some.forEach(this::put);
                return new IndexChange.Upsert(indexed(some));
            }
            if (chance < 115) {
                List<String> ids = List.of(someId(), someId(), "never there", someId());
                ids.forEach(segments::remove);
                return new IndexChange.Delete(ids);
            }
            if (chance < 125) {
                Filter filter = filters.filter(3);
                segments.values().removeIf(segment -> FilterModel.matches(filter, segment.values()));
                return new IndexChange.DeleteMatching(filter);
            }
            if (chance < 180) {
                return replace();
            }
            if (chance < 199) {
                String source = someSource();
                String document = someDocument();
                forget(source, document);
                return new IndexChange.RemoveDocument(source, document);
            }
            segments.clear();
            ledgers.clear();
            return new IndexChange.DeleteAll();
        }

        private IndexChange replace() {
            String source = someSource();
            String document = someDocument();
            String fingerprint = "f" + random.nextInt(1_000);
            forget(source, document);
            List<Modelled> some = several(4, source, document);
            some.forEach(this::put);
            ledgers.computeIfAbsent(source, unknown -> new HashMap<>()).put(document, fingerprint);
            return new IndexChange.ReplaceDocument(source, document, fingerprint, indexed(some));
        }

        private void forget(String source, String document) {
            segments.values().removeIf(segment -> segment.isOf(source, document));
            ledgers.computeIfAbsent(source, unknown -> new HashMap<>()).remove(document);
        }

        private void put(Modelled segment) {
            segments.put(segment.id(), segment);
        }

        private static List<IndexedSegment> indexed(List<Modelled> some) {
            return some.stream().map(Modelled::segment).toList();
        }

        /** Returns a change that no index takes. */
        private IndexChange impossible() {
            float[] vector = scaled(0).vector();
            return switch (random.nextInt(3)) {
                case 0 -> new IndexChange.Upsert(List.of(Segments.segment("bad", "bad", new float[vector.length])));
                case 1 -> {
                    float[] longer = Arrays.copyOf(vector, vector.length + 1);
                    yield new IndexChange.Upsert(
                            List.of(Segments.segment("good", "good", vector), Segments.segment("bad", "bad", longer)));
                }
                default -> new IndexChange.DeleteMatching(object -> true);
            };
        }

        private List<Modelled> several(int most, String source, String document) {
            List<Modelled> several = new ArrayList<>();
            for (int i = random.nextInt(most); i >= 0; i--) {
                Map<String, Object> values = filters.values();
                if (random.nextInt(4) == 0) {
                    values.put(SegmentKeys.TITLE, words(2));
                }
                int direction = random.nextInt(DIRECTIONS);
                several.add(new Modelled(
                        someId(),
                        words(5),
                        FilterModel.Values.of(values),
                        scaled(direction),
                        direction,
                        source,
                        document));
            }
            return several;
        }

        private String words(int most) {
            return random.ints(1 + random.nextInt(most), 0, WORDS.size())
                    .mapToObj(WORDS::get)
                    .collect(Collectors.joining(" "));
        }

        private String someId() {
            int number = random.nextInt(IDS);
            return number % 10 == 0 ? "\uD83D" + number : number % 10 == 1 ? "ä" + number : "s" + number;
        }

        private String someSource() {
            return pick(List.of("docs", "more", "\u0000"));
        }

        private String someDocument() {
            return "d" + random.nextInt(8);
        }

        private <T> T pick(List<T> values) {
            return values.get(random.nextInt(values.size()));
        }

        // ---- checks

        private void check() {
            Object before = doing;
            doing = "counting after " + before;
            assertThat(index.stats().segments()).isEqualTo(segments.size());
            assertThat(index.stats().documents())
                    .isEqualTo(ledgers.values().stream().mapToLong(Map::size).sum());
            String source = someSource();
            assertThat(index.ledger(source)).isEqualTo(ledgers.getOrDefault(source, Map.of()));
            for (String id : List.of(someId(), "bad", "good")) {
                assertThat(index.get(id).map(Run::said))
                        .isEqualTo(Optional.ofNullable(segments.get(id))
                                .map(segment -> said(segment.segment().segment())));
            }
            for (int i = 0; i < 2; i++) {
                search(index, null, random.nextInt(6) == 0 ? null : filters.filter(random.nextInt(5)), before);
            }
            Filter mandatory = filters.filter(random.nextInt(3));
            SegmentReader view = index.restrictedTo(mandatory);
            search(view, mandatory, random.nextInt(3) == 0 ? null : filters.filter(random.nextInt(3)), before);
        }

        private static List<Object> said(TextSegment segment) {
            return List.of(segment.text(), segment.metadata().toMap());
        }

        private void search(SegmentReader reader, Filter mandatory, Filter own, Object before) {
            doing = "searching within " + mandatory + " for " + own + " after " + before;
            List<Modelled> matching = segments.values().stream()
                    .filter(segment -> mandatory == null || FilterModel.matches(mandatory, segment.values()))
                    .filter(segment -> own == null || FilterModel.matches(own, segment.values()))
                    .toList();
            assertThat(reader.count(own)).isEqualTo(matching.size());
            int limit = pick(List.of(1, 3, 10, 1_000));
            checkByVector(reader, own, matching, limit);
            checkByText(reader, own, matching, limit);
            if (random.nextInt(4) == 0) {
                checkScan(reader, own, matching);
            }
        }

        private void checkByVector(SegmentReader reader, Filter own, List<Modelled> matching, int limit) {
            float[] query = pick(queries);
            double[] cosines = directions.stream()
                    .mapToDouble(direction -> cosine(query, direction))
                    .toArray();
            List<Modelled> expected = matching.stream()
                    .sorted(Comparator.comparingDouble((Modelled segment) -> -cosines[segment.direction()])
                            .thenComparing(Modelled::id))
                    .limit(limit)
                    .toList();
            List<Hit> hits = reader.searchVector(Embedding.from(query), limit, own);
            assertThat(ids(hits))
                    .as(() -> hits.stream()
                            .map(hit -> hit.id() + "=" + hit.score().value())
                            .toList()
                            .toString())
                    .isEqualTo(expected.stream().map(Modelled::id).toList());
            for (int i = 0; i < hits.size(); i++) {
                assertThat(hits.get(i).score().value())
                        .isCloseTo(cosines[expected.get(i).direction()], within(1e-6));
                assertThat(said(hits.get(i).segment()))
                        .isEqualTo(said(expected.get(i).segment().segment()));
            }
        }

        private void checkByText(SegmentReader reader, Filter own, List<Modelled> matching, int limit) {
            String query = random.nextInt(8) == 0 ? "nothing (of) the kind" : words(3);
            List<String> wanted = List.of(query.split(" "));
            List<String> expected = matching.stream()
                    .filter(segment -> segment.words().stream().anyMatch(wanted::contains))
                    .map(Modelled::id)
                    .toList();
            List<Hit> hits = reader.searchText(query, limit, own);
            assertThat(hits)
                    .isSortedAccordingTo(
                            Comparator.comparingDouble((Hit hit) -> -hit.score().value())
                                    .thenComparing(Hit::id));
            assertThat(hits).hasSize(Math.min(limit, expected.size()));
            assertThat(expected).containsAll(ids(hits));
        }

        private void checkScan(SegmentReader reader, Filter own, List<Modelled> matching) {
            List<String> scanned = new ArrayList<>();
            List<IndexedSegment> page;
            do {
                page = reader.scan(scanned.isEmpty() ? null : scanned.getLast(), 17, own);
                page.forEach(segment -> scanned.add(segment.id()));
            } while (page.size() == 17);
            assertThat(scanned).isEqualTo(matching.stream().map(Modelled::id).toList());
        }
    }
}
