package dev.groundwork.rag.lucene;

import static dev.groundwork.rag.lucene.Segments.ids;
import static dev.groundwork.rag.lucene.Segments.segment;
import static dev.groundwork.rag.lucene.Segments.upsert;
import static dev.langchain4j.store.embedding.filter.MetadataFilterBuilder.metadataKey;
import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.store.embedding.filter.Filter;
import dev.langchain4j.store.embedding.filter.comparison.IsEqualTo;
import dev.langchain4j.store.embedding.filter.comparison.IsIn;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.util.FixedBitSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FilterCacheTest {

    private static final int DOCUMENTS = 1_000;

    private DirectoryReader reader;

    /** Two leaves, with deleted segments and with entries of the ledger. */
    @BeforeEach
    void openReader() throws Exception {
        ByteBuffersDirectory directory = new ByteBuffersDirectory();
        try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
            for (int i = 0; i < DOCUMENTS; i++) {
                Metadata metadata = new Metadata().put("n", i).put("digit", Integer.toString(i % 10));
                writer.addDocument(Fields.segment(segment("s" + i, "word", metadata, 1, i), null, Layout.DEFAULT));
                if (i == DOCUMENTS / 2) {
                    writer.commit();
                }
            }
            writer.addDocument(Fields.ledgerEntry("docs", "d", "f"));
            writer.deleteDocuments(Fields.id("s3"), Fields.id("s4"));
        }
        reader = DirectoryReader.open(directory);
    }

    @AfterEach
    void closeReader() throws Exception {
        reader.close();
    }

    private FilteredDocs get(FilterCache cache, Filter filter) throws Exception {
        return cache.get(null, FilterTranslator.translate(filter));
    }

    @Test
    void countsLiveSegmentsThatMatch() throws Exception {
        FilterCache cache = new FilterCache(reader);

        assertThat(cache.get(null, null).count()).isEqualTo(998);
        assertThat(get(cache, metadataKey("digit").isEqualTo("3")).count()).isEqualTo(99);
        assertThat(get(cache, metadataKey("digit").isEqualTo("5")).count()).isEqualTo(100);
        assertThat(get(cache, metadataKey("digit").isNotEqualTo("3")).count()).isEqualTo(899);
    }

    @Test
    void matchesFiltersThatSayTheSameOnlyOnce() throws Exception {
        FilterCache cache = new FilterCache(reader);

        FilteredDocs first = get(cache, metadataKey("digit").isIn("1", "2"));

        assertThat(get(cache, metadataKey("digit").isIn("2", "1"))).isSameAs(first);
        assertThat(get(
                        cache,
                        metadataKey("digit")
                                .isEqualTo("2")
                                .or(metadataKey("digit").isEqualTo("1"))))
                .isSameAs(first);
        assertThat(get(cache, Filter.not(metadataKey("digit").isNotIn("1", "2"))))
                .isSameAs(first);
        assertThat(get(cache, metadataKey("digit").isIn("1", "3"))).isNotSameAs(first);
        assertThat(get(cache, metadataKey("n").isEqualTo(5)))
                .isSameAs(get(cache, metadataKey("n").isEqualTo(5.0)));
        assertThat(cache.get(null, null)).isSameAs(cache.get(null, null));
    }

    @Test
    void matchesWithinWhatIsMandatory() throws Exception {
        FilterCache cache = new FilterCache(reader);
        MetadataMatcher mandatory =
                FilterTranslator.translate(metadataKey("digit").isIn("3", "5"));
        MetadataMatcher odd = FilterTranslator.translate(metadataKey("n").isGreaterThan(899));
        MetadataMatcher not = FilterTranslator.translate(metadataKey("digit").isNotEqualTo("3"));

        FilteredDocs visible = cache.get(mandatory, null);

        assertThat(visible.count()).isEqualTo(199);
        assertThat(cache.get(mandatory, odd).count()).isEqualTo(20);
        assertThat(cache.get(mandatory, not).count()).isEqualTo(100);
        assertThat(cache.get(mandatory, MetadataMatcher.all(List.of())).count()).isEqualTo(199);
        assertThat(cache.get(mandatory, null)).isSameAs(visible);
        assertThat(cache.get(mandatory, not)).isSameAs(cache.get(not, mandatory));
    }

    @Test
    void forgetsTheFilterThatWasUsedLeastRecently() throws Exception {
        FilterCache unbounded = new FilterCache(reader);
        get(unbounded, metadataKey("digit").isEqualTo("1"));
        long one = unbounded.bytes();
        FilterCache cache = new FilterCache(reader, 2 * one);

        FilteredDocs first = get(cache, metadataKey("digit").isEqualTo("1"));
        FilteredDocs second = get(cache, metadataKey("digit").isEqualTo("2"));
        get(cache, metadataKey("digit").isEqualTo("1"));
        get(cache, metadataKey("digit").isEqualTo("3"));

        assertThat(get(cache, metadataKey("digit").isEqualTo("1"))).isSameAs(first);
        assertThat(get(cache, metadataKey("digit").isEqualTo("2"))).isNotSameAs(second);
        assertThat(cache.bytes()).isEqualTo(2 * one);
    }

    @Test
    void answersWithoutKeepingWhatIsLargerThanAllThatItMayKeep() throws Exception {
        FilterCache cache = new FilterCache(reader, 100);

        assertThat(get(cache, metadataKey("digit").isEqualTo("5")).count()).isEqualTo(100);
        assertThat(get(cache, metadataKey("digit").isEqualTo("5")))
                .isNotSameAs(get(cache, metadataKey("digit").isEqualTo("5")));
        assertThat(cache.bytes()).isZero();
    }

    @Test
    void staysWithinItsBytesWhateverIsAsked() throws Exception {
        FilterCache cache = new FilterCache(reader, 50_000);
        List<String> many = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            many.add("digit " + i);
            get(cache, metadataKey("digit").isIn(many)); // the terms weigh more than the sets from some size on
            assertThat(cache.bytes()).isBetween(1L, 50_000L);
        }
    }

    @Test
    void takesAChainOfManyPartsOnASmallStack() throws Exception {
        FilterCache cache = new FilterCache(reader);
        List<FilteredDocs> found = Collections.synchronizedList(new ArrayList<>());
        Runnable twice = () -> {
            for (int i = 0; i < 2; i++) {
                found.add(Assertions.assertDoesNotThrow(() -> get(cache, chain(20_000))));
            }
        };
        Thread small = new Thread(null, twice, "small stack", 256 << 10);
        small.start();
        small.join();

        assertThat(found).hasSize(2);
        assertThat(found.getFirst().count()).isEqualTo(100);
        assertThat(found.getLast()).isSameAs(found.getFirst());
    }

    /** Matches segments of digit 5. */
    private static Filter chain(int parts) {
        Filter any = metadataKey("digit").isEqualTo("5");
        Filter all = metadataKey("digit").isNotEqualTo("4");
        for (int i = 0; i < parts; i++) {
            any = any.or(metadataKey("digit").isEqualTo("none " + i));
            all = metadataKey("digit").isNotEqualTo("none " + i).and(all);
        }
        return any.and(all);
    }

    @Test
    void takesAFilterAsItIsWhenAskedNotAsItWasBefore() {
        try (LuceneIndex index = LuceneIndex.inMemory()) {
            index.apply(upsert(
                    segment("one", "word", new Metadata().put("n", 1), 1, 0),
                    segment("two", "word", new Metadata().put("n", 2), 1, 0)));
            List<Object> values = new ArrayList<>(List.of(1));
            Filter copying = new IsIn("n", values);
            AtomicInteger number = new AtomicInteger(1);
            Filter mutable = new IsEqualTo("n", number);
            Filter nested = Filter.not(new IsIn("n", List.of(number, 7)));
            assertThat(byVector(index, copying)).containsExactly("one");
            assertThat(byVector(index, mutable)).containsExactly("one");
            assertThat(byVector(index, nested)).containsExactly("two");

            values.set(0, 2);
            number.set(2);

            assertThat(byVector(index, copying)).containsExactly("one"); // LangChain4j copies
            assertThat(byVector(index, mutable)).containsExactly("two");
            assertThat(byVector(index, nested)).containsExactly("one");
        }
    }

    private static List<String> byVector(LuceneIndex index, Filter filter) {
        return ids(index.searchVector(Embedding.from(new float[] {1, 0}), 10, filter));
    }

    @Test
    void keepsItsSetsAsTheyAreWhateverSearchesUseThem() throws Exception {
        FilteredDocs docs = get(new FilterCache(reader), metadataKey("digit").isNotEqualTo("5"));
        List<FixedBitSet> before =
                docs.leaves().stream().map(leaf -> leaf.bits().clone()).toList();
        IndexSearcher searcher = new IndexSearcher(reader);

        Query byVector = new KnnFloatVectorQuery(Fields.vectors(2), new float[] {0, 1}, 60, docs.asQuery());
        Query byText = new BooleanQuery.Builder()
                .add(new TermQuery(new Term(Fields.TEXT, "word")), BooleanClause.Occur.MUST)
                .add(docs.asQuery(), BooleanClause.Occur.FILTER)
                .build();

        assertThat(searcher.search(byVector, 60).scoreDocs).hasSize(60);
        assertThat(searcher.count(byText)).isEqualTo(898);
        assertThat(searcher.count(docs.asQuery())).isEqualTo(898);
        assertThat(docs.leaves().stream().map(FilteredDocs.Leaf::bits).toList()).isEqualTo(before);
    }

    @Test
    void answersManyThreadsAlike() throws Exception {
        FilterCache cache = new FilterCache(reader, 2_000); // so small that filters come and go
        CountDownLatch start = new CountDownLatch(1);
        try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                int first = t;
                all.add(pool.submit(() -> {
                    start.await();
                    for (int i = 0; i < 2_000; i++) {
                        String digit = Integer.toString((first + i) % 10);
                        long count = digit.equals("3") || digit.equals("4") ? 99 : 100;
                        assertThat(get(cache, metadataKey("digit").isEqualTo(digit))
                                        .count())
                                .isEqualTo(count);
                    }
                    return 0;
                }));
            }
            start.countDown();
            for (Future<?> one : all) {
                one.get(60, TimeUnit.SECONDS);
            }
        }
        assertThat(cache.bytes()).isBetween(1L, 2_000L);
    }
}
