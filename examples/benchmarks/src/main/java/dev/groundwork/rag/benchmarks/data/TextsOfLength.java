package dev.groundwork.rag.benchmarks.data;

import dev.langchain4j.model.TokenCountEstimator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Texts of a wanted number of tokens, cut from the shared ones, or made of common words where there are none. */
public final class TextsOfLength {

    private static final long SEED = 7;
    private static final int SENTENCES = 20_000;

    private static final List<String> WORDS = List.of(
            ("the of and to in is that for it as was with be by on not he his but at are this have from or had an they"
                + " which one you were all her she there would their we him been has when who will no more if out so"
                + " up said what its about than into them can only other time new some could these two may first then"
                + " do any like my now over such our man me even most made after also did many off before must well"
                + " back through years where much your way down should because long each just state those people too"
                + " little good world make very year still see own work men day get here old between both life being"
                + " under three never know same last another while us might great water house school system program"
                + " question government number night point home hand side high place small found part service group"
                + " study order problem table key")
                    .split(" "));

    private final List<String> words = new ArrayList<>();
    private final boolean real;

    private TextsOfLength(Path data) throws IOException {
        this.real = SharedTexts.in(data);
        if (real) {
            for (Passage passage : SharedTexts.read(data, SENTENCES)) {
                words.addAll(List.of(passage.text().strip().split("\\s+")));
            }
        } else {
            Random random = new Random(SEED);
            for (int i = 0; i < SENTENCES; i++) {
                words.add(WORDS.get(random.nextInt(WORDS.size())));
            }
        }
    }

    /** Reads the shared texts below a folder, if it has any. */
    public static TextsOfLength in(Path data) throws IOException {
        return new TextsOfLength(data);
    }

    /** Returns what the texts are made of. */
    public String name() {
        return real ? "shared texts" : "common words by chance";
    }

    /**
     * Returns texts, always the same.
     *
     * @param tokens how many tokens each has at most, with [CLS] and [SEP]; a word fewer where the last would not fit
     */
    public List<String> of(int tokens, int count, TokenCountEstimator estimator) {
        Random random = new Random(SEED + tokens);
        List<String> texts = new ArrayList<>();
        while (texts.size() < count) {
            int from = random.nextInt(words.size());
            String text = "";
            for (int i = from; i < from + tokens; i++) {
                String longer = (text + " " + words.get(i % words.size())).strip();
                if (estimator.estimateTokenCountInText(longer) > tokens - 2) {
                    break;
                }
                text = longer;
            }
            if (!text.isBlank()) {
                texts.add(text);
            }
        }
        return texts;
    }
}
