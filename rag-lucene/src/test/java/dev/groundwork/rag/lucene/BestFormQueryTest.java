package dev.groundwork.rag.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.DisjunctionMaxQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopScoreDocCollectorManager;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is faster than a {@code DisjunctionMaxQuery} finds the same. */
class BestFormQueryTest {

    private static final int DOCUMENTS = 6_000;
    private static final int WORDS = 40;
    /** Of sums of the same numbers in another order. */
    private static final float PRECISION = 1e-5f;

    private static final String[] FIELDS = {"all", "half", "few"};

    private static Directory directory;
    private static DirectoryReader reader;

    @BeforeAll
    static void fill() throws IOException {
        Random random = new Random(11);
        directory = new ByteBuffersDirectory();
        IndexWriterConfig config = new IndexWriterConfig().setMergePolicy(NoMergePolicy.INSTANCE);
        try (IndexWriter writer = new IndexWriter(directory, config)) {
            for (int i = 0; i < DOCUMENTS; i++) {
                Document document = new Document();
                document.add(new StringField("id", Integer.toString(i), Field.Store.NO));
                document.add(new TextField("all", words(random), Field.Store.NO));
                if (i % 2 == 0) {
                    document.add(new TextField("half", words(random), Field.Store.NO));
                }
                if (i % 37 == 0 || (i > DOCUMENTS - 300 && i < DOCUMENTS - 100)) {
                    document.add(new TextField("few", words(random), Field.Store.NO));
                }
                writer.addDocument(document);
                if (i == 100 || i == 4_000) {
                    writer.flush();
                }
            }
            for (int i = 0; i < DOCUMENTS; i += 7) {
                writer.deleteDocuments(new Term("id", Integer.toString(i)));
            }
            for (int i = 1_000; i < 1_400; i++) { // a whole batch of a scorer's
                writer.deleteDocuments(new Term("id", Integer.toString(i)));
            }
        }
        reader = DirectoryReader.open(directory);
    }

    @AfterAll
    static void close() throws IOException {
        reader.close();
        directory.close();
    }

    /** Returns a text in which the first words are in most texts and the last ones in few. */
    private static String words(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = 3 + random.nextInt(25); i > 0; i--) {
            text.append('w')
                    .append((int) (WORDS * Math.pow(random.nextDouble(), 3)))
                    .append(' ');
        }
        return text.toString();
    }

    private record Both(Query ours, Query lucenes) {}

    private static Both clause(Random random) {
        List<Query> forms = new ArrayList<>();
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            Query term = new TermQuery(new Term(FIELDS[random.nextInt(3)], "w" + random.nextInt(WORDS + 2)));
            forms.add(random.nextBoolean() ? term : new BoostQuery(term, 0.2f + random.nextFloat()));
        }
        Both plain = new Both(new BestFormQuery(forms), new DisjunctionMaxQuery(forms, 0));
        return random.nextInt(3) > 0
                ? plain
                : new Both(new BoostQuery(plain.ours, 0.5f), new BoostQuery(plain.lucenes, 0.5f));
    }

    private static Both query(Random random) {
        int clauses = 1 + random.nextInt(9);
        if (clauses == 1) {
            return clause(random);
        }
        BooleanQuery.Builder ours = new BooleanQuery.Builder();
        BooleanQuery.Builder lucenes = new BooleanQuery.Builder();
        for (int i = 0; i < clauses; i++) {
            Both both = clause(random);
            ours.add(both.ours, Occur.SHOULD);
            lucenes.add(both.lucenes, Occur.SHOULD);
        }
        if (random.nextInt(3) == 0) {
            Query filter = new TermQuery(new Term("all", "w" + random.nextInt(5)));
            ours.setMinimumNumberShouldMatch(1).add(filter, Occur.FILTER);
            lucenes.setMinimumNumberShouldMatch(1).add(filter, Occur.FILTER);
        }
        return new Both(ours.build(), lucenes.build());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 100, 10_000})
    void findsTheSameWithTheSameScores(int limit) throws IOException {
        IndexSearcher searcher = new IndexSearcher(reader);
        searcher.setQueryCache(null);
        for (int seed = 0; seed < 150; seed++) {
            Both both = query(new Random(seed));
            List<ScoreDoc> ours = find(searcher, both.ours, limit);
            List<ScoreDoc> lucenes = find(searcher, both.lucenes, limit);
            assertThat(scores(ours))
                    .as("seed %d", seed)
                    .usingComparatorWithPrecision(PRECISION)
                    .containsExactly(scores(lucenes));
            if (limit > DOCUMENTS) { // of equal ones at the end, which are found depends on how others are passed over
                Map<Integer, Float> expected =
                        lucenes.stream().collect(Collectors.toMap(hit -> hit.doc, hit -> hit.score));
                assertThat(ours)
                        .as("seed %d", seed)
                        .allSatisfy(hit -> assertThat(hit.score).isEqualTo(expected.get(hit.doc), offset(PRECISION)));
            }
            assertThat(searcher.count(both.ours)).isEqualTo(searcher.count(both.lucenes));
        }
    }

    private static float[] scores(List<ScoreDoc> hits) {
        float[] scores = new float[hits.size()];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = hits.get(i).score;
        }
        return scores;
    }

    private static List<ScoreDoc> find(IndexSearcher searcher, Query query, int limit) throws IOException {
        return List.of(searcher.search(query, new TopScoreDocCollectorManager(limit, null, limit)).scoreDocs);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    void explainsTheBestForm(int seed) throws IOException {
        IndexSearcher searcher = new IndexSearcher(reader);
        Both both = query(new Random(seed));
        for (ScoreDoc hit : find(searcher, both.ours, 20)) {
            assertThat(searcher.explain(both.ours, hit.doc).getValue().floatValue())
                    .isEqualTo(hit.score, offset(PRECISION));
        }
        assertThat(searcher.explain(new BestFormQuery(List.of(new TermQuery(new Term("all", "none")))), 1)
                        .isMatch())
                .isFalse();
    }
}
