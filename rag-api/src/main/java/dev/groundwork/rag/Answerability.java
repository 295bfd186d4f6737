package dev.groundwork.rag;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * How likely it is that a collection answers a question, told by the cosines of the vector leg and, where the index keeps
 * them, by what the tokens of the best hits say: an answer is near the question, and nearer than the documents behind it.
 *
 * <p>Measured with half of the relevant documents taken out (three draws each; with tokens): the area under the ROC curve was
 * .85 to .87 on medical questions and .89 to .92 on encyclopaedia paragraphs. A threshold that keeps 90 % of the questions that
 * are answered lets 24 to 42 % of the others through, so it sorts and warns rather than decides. The share of the question's
 * words that the best hit has, and the scores of BM25, helped on the one set and hurt on the other; they are left out.
 *
 * @param cosine of the nearest segment, from -1 to 1
 * @param lead what it is above the mean of the next documents, from 0 to 2
 * @param tokens what the tokens say; empty where none were compared
 * @param calibration what {@link #probability()} goes by: that of the {@link Rag} where one made this
 */
public record Answerability(double cosine, double lead, Optional<Tokens> tokens, Calibration calibration) {

    /** How many documents behind the first one its lead is measured by. */
    private static final int BEHIND = 19;

    /** What a lead counts beside the nearness that it is of. */
    private static final double LEAD_WEIGHT = 2;

    /** What tokens count beside cosines. */
    private static final double TOKEN_WEIGHT = 0.25;

    /** What tokens say as a rule, given what cosines say: regression over the questions named above. */
    private static final double USUAL_SLOPE = 1.5;

    private static final double USUAL_BASE = -0.35;

    /** Checks. */
    public Answerability {
        Check.range("cosine", cosine, -1, 1);
        Check.range("lead", lead, 0, 2);
        Objects.requireNonNull(tokens, "tokens");
        Objects.requireNonNull(calibration, "calibration");
    }

    /** Makes one without tokens and with {@link Calibration#DEFAULT}. */
    public Answerability(double cosine, double lead) {
        this(cosine, lead, Optional.empty(), Calibration.DEFAULT);
    }

    /**
     * What the comparison of the question's tokens with those of the best hits says.
     *
     * @param nearness of the nearest segment: the mean of its best cosines to each token, from -1 to 1
     * @param lead what it is above the mean of the next documents that were compared, from 0 to 2
     */
    public record Tokens(double nearness, double lead) {
        /** Checks. */
        public Tokens {
            Check.range("nearness", nearness, -1, 1);
            Check.range("lead", lead, 0, 2);
        }

        /** Reads it off hits and how near each is, by id; empty where none of them was compared. */
        static Optional<Tokens> of(List<Hit> hits, Map<String, Double> near) {
            Map<String, Double> documents = new HashMap<>();
            for (Hit hit : hits) {
                Double own = near.get(hit.id());
                if (own != null) {
                    documents.merge(hit.source(), own, Math::max);
                }
            }
            double[] bestFirst = documents.values().stream()
                    .sorted(Comparator.reverseOrder())
                    .mapToDouble(Double::doubleValue)
                    .toArray();
            return bestFirst.length == 0
                    ? Optional.empty()
                    : Optional.of(new Tokens(Math.clamp(bestFirst[0], -1, 1), leadOf(bestFirst)));
        }
    }

    private static double leadOf(double[] bestFirst) {
        double behind = Arrays.stream(bestFirst).skip(1).limit(BEHIND).average().orElse(bestFirst[0]);
        return Math.clamp(bestFirst[0] - behind, 0, 2);
    }

    /**
     * What a signal is worth: the logistic function of {@code slope * signal + intercept}.
     *
     * @param slope not negative
     * @param intercept finite
     */
    public record Calibration(double slope, double intercept) {

        /**
         * Fitted to the questions named above and to short descriptions of software packages, all three alike, half of them
         * without an answer; bge-small-en-v1.5. With it, .5 keeps 94 % of the answered medical questions, 80 % of the
         * encyclopaedia's and 66 % of the packages'.
         */
        public static final Calibration DEFAULT = new Calibration(5.98, -7.62);

        private static final int STEPS = 100;
        private static final double RIDGE = 1e-3;

        /** Checks. */
        public Calibration {
            Check.range("slope", slope, 0, Double.MAX_VALUE);
            Check.range("intercept", intercept, -Double.MAX_VALUE, Double.MAX_VALUE);
        }

        /**
         * Fits a calibration to questions of one's own: logistic regression by Newton's method. Some dozens of each kind are
         * needed for it to mean much.
         *
         * @param questions what was seen for each question
         * @param answered whether the collection answers it
         * @throws IllegalArgumentException if the lists differ in length, or do not hold both kinds
         */
        public static Calibration fit(List<Answerability> questions, List<Boolean> answered) {
            if (questions.size() != answered.size()) {
                throw new IllegalArgumentException("questions has " + questions.size() + " entries and answered "
                        + answered.size() + ", must be as many");
            }
            if (!answered.contains(true) || !answered.contains(false)) {
                throw new IllegalArgumentException(
                        "answered must hold both true and false, to tell one from the other");
            }
            double slope = 0;
            double intercept = 0;
            for (int step = 0; step < STEPS; step++) {
                // Gradient and curvature; the ridge keeps the slope finite where the two kinds don't overlap.
                double bySlope = -RIDGE * slope;
                double byIntercept = 0;
                double slopes = RIDGE;
                double both = 0;
                double intercepts = 1e-9;
                for (int i = 0; i < questions.size(); i++) {
                    double signal = questions.get(i).signal();
                    double p = logistic(slope * signal + intercept);
                    double error = (answered.get(i) ? 1 : 0) - p;
                    double weight = p * (1 - p);
                    bySlope += error * signal;
                    byIntercept += error;
                    slopes += weight * signal * signal;
                    both += weight * signal;
                    intercepts += weight;
                }
                double determinant = slopes * intercepts - both * both;
                if (determinant < 1e-12) {
                    break;
                }
                slope += (bySlope * intercepts - byIntercept * both) / determinant;
                intercept += (byIntercept * slopes - bySlope * both) / determinant;
            }
            return new Calibration(Math.max(0, slope), intercept);
        }
    }

    /**
     * Reads it off the hits of a vector leg.
     *
     * @param hits best first, with their cosines
     * @return empty where there is no hit, or none has a cosine
     */
    public static Optional<Answerability> of(List<Hit> hits) {
        Set<String> seen = new HashSet<>();
        double[] bestFirst = hits.stream()
                .filter(hit -> cosine(hit).kind() == Score.Kind.COSINE && seen.add(hit.source()))
                .mapToDouble(hit -> cosine(hit).value())
                .toArray();
        return bestFirst.length == 0
                ? Optional.empty()
                : Optional.of(new Answerability(Math.clamp(bestFirst[0], -1, 1), leadOf(bestFirst)));
    }

    private static Score cosine(Hit hit) {
        return hit.score(Hop.VECTOR).orElse(hit.score());
    }

    /**
     * Returns all that is known in one number: the larger, the likelier an answer. Comparable across questions of one model;
     * where no tokens were compared, what they say as a rule stands in for them.
     */
    public double signal() {
        double near = cosine + LEAD_WEIGHT * lead;
        double said =
                tokens.map(known -> known.nearness + LEAD_WEIGHT * known.lead).orElse(USUAL_SLOPE * near + USUAL_BASE);
        return near + TOKEN_WEIGHT * said;
    }

    /** Returns the same, seen with another calibration. */
    public Answerability with(Calibration other) {
        return new Answerability(cosine, lead, tokens, other);
    }

    /** Returns the same with what the tokens say. */
    public Answerability with(Tokens said) {
        return new Answerability(cosine, lead, Optional.of(said), calibration);
    }

    /** Returns the probability of an answer, from 0 to 1. */
    public double probability() {
        return logistic(calibration.slope() * signal() + calibration.intercept());
    }

    private static double logistic(double x) {
        return 1 / (1 + Math.exp(-x));
    }
}
