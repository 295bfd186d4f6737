package dev.groundwork.rag.lucene;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.util.BitSetIterator;
import org.jspecify.annotations.Nullable;

/**
 * How many hits the graph has to be asked for so that ten are found as surely as the profile says. That depends on the
 * vectors: 60 find .954 of the true ten of 120,000 sentences, and .889 of the true ten of 20,000 vectors with no direction
 * that matters more than others. So it is measured, against an exact search of the same graph's vectors.
 *
 * @param breadth hits that the graph is asked for where ten are wanted
 * @param vectors of how many vectors the graph was that it was measured on
 * @param asked whether it was measured with what the application has asked, and not with queries that were made up
 */
record Calibration(int breadth, int vectors, boolean asked) {

    /** What is tried, in this order. */
    private static final int[] LADDER = {
        20, 25, 30, 35, 40, 45, 50, 55, 60, 70, 80, 90, 100, 120, 140, 170, 200, 240, 280, 340, 400, 480, 560, 680, 800
    };

    /** Queries made up along the data are found a little more easily than questions. */
    private static final double ALONG_DATA_MARGIN = 0.15;

    /** How much broader to search while it is not known what will be asked: what was made up may be easier to find. */
    private static final double UNASKED_MARGIN = 1.25;

    private static final int WANTED = 10;
    private static final int MOST_QUERIES = 200;
    private static final int LEAST_QUERIES = 60;

    /** So many comparisons: half a second's work, and with the fewest queries of a million vectors, five. */
    private static final int COMPARISONS = 20_000_000;

    private static final long SEED = 10;
    private static final String KEY = "groundwork.calibration";
    private static final String ASKED = "/asked";

    /**
     * Returns how many hits the graph is to be asked for where {@code limit} are wanted. A graph that has outgrown what was
     * measured is asked for more, by the fourth root of its growth: 45 were enough for 20,000 sentences, 60 for 100,000.
     */
    static int breadth(Snapshot snapshot, int limit) {
        Calibration measured = snapshot.manifest().calibration();
        double atTen = snapshot.manifest().layout().profile().unmeasuredBreadth();
        if (measured != null) {
            atTen = measured.breadth * Math.pow(Math.max(1, snapshot.largestGraph() / (double) measured.vectors), 0.25);
        }
        // the more are wanted, the smaller the share of those that are hard to find
        double perHit = 1 + (atTen / WANTED - 1) / Math.sqrt(Math.max(1, limit / (double) WANTED));
        return (int) Math.ceil(Math.max(atTen, limit * Math.max(1, perHit)));
    }

    /** Returns whether a graph is of another size than the one that was measured. */
    boolean isOutdated(int graph) {
        return graph > 1.5 * vectors || graph < vectors / 2.0;
    }

    private static @Nullable LeafReaderContext largest(Snapshot snapshot) {
        LeafReaderContext largest = null;
        for (LeafReaderContext leaf : snapshot.reader().leaves()) {
            if (largest == null || leaf.reader().numDocs() > largest.reader().numDocs()) {
                largest = leaf;
            }
        }
        return largest;
    }

    /**
     * Measures on the largest graph.
     *
     * @param asked queries that the application has asked; empty while it has not asked enough
     * @param stopped tells when to give up
     * @return what was found; {@code null} if there is no vector, or it was stopped
     */
    static @Nullable Calibration measure(Snapshot snapshot, List<float[]> asked, BooleanSupplier stopped)
            throws IOException {
        LeafReaderContext leaf = largest(snapshot);
        int dimension = snapshot.manifest().dimension();
        if (leaf == null) {
            return null;
        }
        double goal = snapshot.manifest().layout().profile().goal();
        int vectors = leaf.reader().numDocs();
        List<float[]> usable = asked.stream()
                .filter(query -> query.length == dimension)
                .limit(queries(vectors))
                .toList();
        int breadth;
        if (usable.size() >= LEAST_QUERIES) {
            breadth = breadth(snapshot, leaf, usable, goal, stopped);
        } else {
            int inAllDirections = breadth(snapshot, leaf, madeUp(leaf, dimension, false), goal, stopped);
            double higher = goal + (1 - goal) * ALONG_DATA_MARGIN;
            int alongData = breadth(snapshot, leaf, madeUp(leaf, dimension, true), higher, stopped);
            breadth = (int) Math.ceil(UNASKED_MARGIN * Math.max(inAllDirections, alongData));
        }
        return breadth == 0 || stopped.getAsBoolean()
                ? null
                : new Calibration(breadth, vectors, usable.size() >= LEAST_QUERIES);
    }

    private static int queries(int vectors) {
        return Math.clamp(COMPARISONS / Math.max(1, vectors), LEAST_QUERIES, MOST_QUERIES);
    }

    /** Returns the least breadth that finds as much as wanted; 0 if there is no query, or it was stopped. */
    private static int breadth(
            Snapshot snapshot, LeafReaderContext leaf, List<float[]> queries, double goal, BooleanSupplier stopped)
            throws IOException {
        FilteredDocs.Leaf live = snapshot.filters().get(null, null).leaves().get(leaf.ord);
        List<Set<Integer>> truth = new ArrayList<>();
        for (float[] query : queries) {
            if (stopped.getAsBoolean()) {
                return 0;
            }
            truth.add(exactly(leaf, query, live));
        }
        for (int step : LADDER) {
            if (queries.isEmpty() || stopped.getAsBoolean()) {
                return 0;
            }
            if (recall(snapshot, leaf, queries, truth, step) >= goal) {
                return step;
            }
        }
        return LADDER[LADDER.length - 1];
    }

    /**
     * Makes queries up: vectors of the index with noise. Recall with such is that with held-out questions or a little less,
     * where recall with the vectors themselves was up to .1 more.
     *
     * <p>Noise in all directions, as long as the vector, gave for a breadth of 60 and 100 on 100,000 sentences .950 and
     * .967 where questions gave .965 and .982, and .883 and .945 where no direction matters more than others, with .889
     * and .946 asked. Where all vectors lie in few directions it leaves them nearly as they were: 25 were found enough
     * where 45 are needed. So there is noise along the differences of other vectors as well, half as long; for 40 and 60
     * it gave .964 and .981 there, with .948 and .976 asked. The broader one of the two counts.
     */
    private static List<float[]> madeUp(LeafReaderContext leaf, int dimension, boolean alongData) throws IOException {
        FloatVectorValues vectors = leaf.reader().getFloatVectorValues(Fields.vectors(dimension));
        if (vectors == null || vectors.size() == 0) {
            return List.of();
        }
        Random random = new Random(SEED);
        List<float[]> queries = new ArrayList<>();
        int count = queries(vectors.size());
        for (int i = 0; i < count; i++) {
            float[] query = vectors.vectorValue(random.nextInt(vectors.size())).clone();
            double length = Vectors.length(query);
            float[] noise = alongData ? difference(vectors, random) : gaussian(dimension, random);
            double noiseLength = Vectors.length(noise);
            double scale = noiseLength == 0 ? 0 : length * (alongData ? 0.5 : 1) / noiseLength;
            for (int d = 0; d < dimension; d++) {
                query[d] += (float) (noise[d] * scale);
            }
            double made = Vectors.length(query);
            if (made > 0) {
                for (int d = 0; d < dimension; d++) {
                    query[d] *= (float) (length / made);
                }
                queries.add(query);
            }
        }
        return queries;
    }

    private static float[] gaussian(int dimension, Random random) {
        float[] noise = new float[dimension];
        for (int d = 0; d < dimension; d++) {
            noise[d] = (float) random.nextGaussian();
        }
        return noise;
    }

    private static float[] difference(FloatVectorValues vectors, Random random) throws IOException {
        float[] one = vectors.vectorValue(random.nextInt(vectors.size())).clone();
        float[] other = vectors.vectorValue(random.nextInt(vectors.size()));
        for (int d = 0; d < one.length; d++) {
            one[d] -= other[d];
        }
        return one;
    }

    private static Set<Integer> exactly(LeafReaderContext leaf, float[] query, FilteredDocs.Leaf live)
            throws IOException {
        Nearest nearest = new Nearest(WANTED);
        nearest.compare(leaf, query, new BitSetIterator(live.bits(), live.count()));
        Set<Integer> docs = new HashSet<>();
        nearest.found().forEach(doc -> docs.add(doc.doc));
        return docs;
    }

    private static double recall(
            Snapshot snapshot, LeafReaderContext leaf, List<float[]> queries, List<Set<Integer>> truth, int breadth)
            throws IOException {
        double found = 0;
        for (int i = 0; i < queries.size(); i++) {
            float[] query = queries.get(i);
            AcceptDocs accepted = AcceptDocs.fromLiveDocs(
                    leaf.reader().getLiveDocs(), leaf.reader().maxDoc());
            ScoreDoc[] hits = leaf.reader()
                    .searchNearestVectors(Fields.vectors(query.length), query, breadth, accepted, Integer.MAX_VALUE)
                    .scoreDocs;
            List<ScoreDoc> docs = new ArrayList<>();
            for (ScoreDoc hit : hits) {
                docs.add(new ScoreDoc(leaf.docBase + hit.doc, hit.score));
            }
            if (snapshot.manifest().layout().profile().quantized()) {
                VectorSearch.rescore(snapshot, query, docs);
            }
            docs.sort((a, b) -> Float.compare(b.score, a.score));
            int wanted = Math.min(WANTED, truth.get(i).size());
            Set<Integer> right = new HashSet<>();
            docs.subList(0, Math.min(wanted, docs.size())).forEach(doc -> right.add(doc.doc));
            right.retainAll(truth.get(i));
            found += wanted == 0 ? 1 : right.size() / (double) wanted;
        }
        return found / queries.size();
    }

    void addTo(Map<String, String> data) {
        data.put(KEY, breadth + "/" + vectors + (asked ? ASKED : ""));
    }

    static @Nullable Calibration of(Map<String, String> data) {
        String text = data.get(KEY);
        if (text == null) {
            return null;
        }
        boolean asked = text.endsWith(ASKED);
        int slash = text.indexOf('/');
        int end = text.length() - (asked ? ASKED.length() : 0);
        return new Calibration(
                Integer.parseInt(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1, end)), asked);
    }
}
