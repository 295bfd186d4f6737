package dev.groundwork.rag.benchmarks.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Vectors of clusters, and texts made of words: the same on every machine, of any number.
 *
 * <p>A vector is the centre of its cluster and noise, both Gaussian in a space of {@value #INNER} dimensions, brought to
 * the full number by one random map: as with texts' embeddings, few directions carry most of the spread. Spread and
 * inner dimension were chosen so that Lucene's graph of 16/100, asked for 60 of 100,000, finds .945 of the true ten.
 */
public final class SyntheticData {

    private static final int INNER = 32;
    private static final double SPREAD = 1.3;
    private static final int CLUSTER_SIZE = 200;

    private static final int WORDS = 20_000;
    private static final int TOPIC_WORDS = 40;
    private static final int LEAST_LENGTH = 12;
    private static final int LENGTHS = 14;

    private static final long SEED = 20_260_401;

    private final int dimension;
    private final int clusters;
    private final float[][] map;
    private final float[][] centres;
    private final String[] words = new String[WORDS];

    private SyntheticData(int dimension, int clusters) {
        this.dimension = dimension;
        this.clusters = clusters;
        Random random = new Random(SEED);
        map = gaussian(random, INNER, dimension);
        centres = gaussian(random, clusters, INNER);
        for (int i = 0; i < WORDS; i++) {
            words[i] = word(random);
        }
    }

    /** Makes passages, and queries of the same clusters. */
    public static Corpus make(int passages, int queries, int dimension) {
        SyntheticData data = new SyntheticData(dimension, Math.max(1, passages / CLUSTER_SIZE));
        float[][] vectors = new float[passages][];
        for (int i = 0; i < passages; i++) {
            vectors[i] = data.vector(i);
        }
        List<Query> asked = new ArrayList<>();
        for (int i = 0; i < queries; i++) {
            asked.add(new Query(data.question(-1 - i), data.vector(-1 - i)));
        }
        return new Corpus(
                "synthetic clusters",
                "synthetic-" + passages + "x" + dimension,
                vectors,
                i -> new Passage(data.text(i), "synthetic", "cluster-" + data.cluster(i)),
                asked);
    }

    private int cluster(int number) {
        return new Random(SEED ^ (number * 0x9E3779B97F4A7C15L)).nextInt(clusters);
    }

    private float[] vector(int number) {
        Random random = random(number, 1);
        float[] centre = centres[cluster(number)];
        float[] vector = new float[dimension];
        for (int inner = 0; inner < INNER; inner++) {
            float weight = (float) (centre[inner] + SPREAD * random.nextGaussian());
            float[] direction = map[inner];
            for (int i = 0; i < dimension; i++) {
                vector[i] += weight * direction[i];
            }
        }
        double square = 0;
        for (float value : vector) {
            square += (double) value * value;
        }
        float length = (float) Math.sqrt(square);
        for (int i = 0; i < dimension; i++) {
            vector[i] /= length;
        }
        return vector;
    }

    private String text(int number) {
        Random random = random(number, 2);
        return sentence(random, cluster(number), LEAST_LENGTH + random.nextInt(LENGTHS));
    }

    private String question(int number) {
        Random random = random(number, 2);
        return sentence(random, cluster(number), 6 + random.nextInt(4));
    }

    /** Half of the words are the cluster's, the others anyone's; frequencies are as Zipf has them. */
    private String sentence(Random random, int cluster, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            int word = random.nextBoolean()
                    ? (int) Math.floorMod(cluster * 7919L + zipf(random, TOPIC_WORDS) * 104_729L, (long) WORDS)
                    : zipf(random, WORDS);
            text.append(i == 0 ? "" : " ").append(words[word]);
        }
        return text.append('.').toString();
    }

    private static int zipf(Random random, int most) {
        return (int) Math.pow(most, random.nextDouble()) - 1;
    }

    private static String word(Random random) {
        StringBuilder word = new StringBuilder();
        int syllables = 2 + random.nextInt(3);
        for (int i = 0; i < syllables; i++) {
            word.append("bdfgklmnprstvz".charAt(random.nextInt(14))).append("aeiou".charAt(random.nextInt(5)));
        }
        return word.toString();
    }

    private static Random random(int number, int purpose) {
        return new Random(SEED * 31 + number * 0x9E3779B97F4A7C15L + purpose);
    }

    private static float[][] gaussian(Random random, int count, int dimension) {
        float[][] vectors = new float[count][dimension];
        for (float[] vector : vectors) {
            for (int i = 0; i < dimension; i++) {
                vector[i] = (float) random.nextGaussian();
            }
        }
        return vectors;
    }
}
