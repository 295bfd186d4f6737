package dev.groundwork.rag.lucene;

import static dev.groundwork.rag.lucene.Segments.segment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.groundwork.rag.EmbeddingSpec;
import dev.groundwork.rag.IndexChange;
import dev.groundwork.rag.IndexedSegment;
import dev.groundwork.rag.TokenEmbedding;
import dev.groundwork.rag.TokenVectors;
import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.filter.MetadataFilterBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.apache.lucene.index.CorruptIndexException;
import org.junit.jupiter.api.Test;

class ChangeCodecTest {

    private static final String ODD = "\0 \uD83D \uDE42\uD83D\uDE42 \u00e9e\u0301 \u202e\uFFFE\n";

    private static List<IndexChange> all() {
        Metadata metadata = new Metadata()
                .put("text", ODD)
                .put(ODD, "value")
                .put("empty", "")
                .put("int", Integer.MIN_VALUE)
                .put("long", Long.MAX_VALUE)
                .put("float", Float.NaN)
                .put("negative zero", -0.0f)
                .put("double", Double.MIN_VALUE)
                .put("infinite", Double.NEGATIVE_INFINITY)
                .put("uuid", new UUID(Long.MIN_VALUE, -1));
        float[] vector = {-0.0f, Float.MIN_VALUE, -Float.MAX_VALUE, 1, 1e-20f};
        return List.of(
                new IndexChange.Upsert(List.of()),
                new IndexChange.Upsert(
                        List.of(segment("plain", "text", 1, 0), segment("a" + ODD + "b", "x" + ODD, metadata, vector))),
                new IndexChange.Upsert(List.of(segment("long", "y".repeat(300_000), new float[4096]))),
                new IndexChange.Upsert(List.of(new IndexedSegment(
                        "tokens",
                        TextSegment.from("x"),
                        new TokenEmbedding(new float[] {1, 2}, TokenVectors.of(new int[] {3, 1 << 30}, new float[][] {
                            {1, 2}, {-3, 4}
                        }))))),
                new IndexChange.Delete(List.of()),
                new IndexChange.Delete(List.of("plain", ODD, "z".repeat(8_000))),
                new IndexChange.DeleteAll(),
                new IndexChange.ReplaceDocument("s" + ODD, "d" + ODD, "f" + ODD, List.of()),
                new IndexChange.ReplaceDocument("s", "d", "f", List.of(segment("one", "text", metadata, 3, 4))),
                new IndexChange.RemoveDocument("s" + ODD, "d" + ODD));
    }

    @Test
    void bringsEveryChangeBackAsItWas() throws CorruptIndexException {
        assertThat(ChangeCodec.decode(ChangeCodec.encode(all()), "log")).isEqualTo(all());
        assertThat(ChangeCodec.decode(ChangeCodec.encode(List.of()), "log")).isEmpty();
        for (IndexChange change : all()) {
            assertThat(ChangeCodec.decode(ChangeCodec.encode(List.of(change)), "log"))
                    .containsExactly(change);
        }
    }

    @Test
    void readsLogsFromBeforeThereWereTokens() throws CorruptIndexException {
        List<IndexChange> change = List.of(new IndexChange.Upsert(List.of(segment("a", "text", 1, 0))));
        byte[] now = ChangeCodec.encode(change);
        byte[] then = Arrays.copyOf(now, now.length - 1); // the last byte says that there are no tokens
        then[0] = 1;
        assertThat(ChangeCodec.decode(then, "log")).isEqualTo(change);
    }

    @Test
    void saysWhatItCanEncode() {
        IndexChange byFilter = new IndexChange.DeleteMatching(
                MetadataFilterBuilder.metadataKey("k").isEqualTo("v"));

        assertThat(ChangeCodec.canEncode(all())).isTrue();
        assertThat(ChangeCodec.canEncode(List.of(new IndexChange.DeleteAll(), byFilter)))
                .isFalse();
        assertThatThrownBy(() -> ChangeCodec.encode(List.of(byFilter))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void bringsTheModelBack() throws CorruptIndexException {
        Manifest base =
                Manifest.empty(new Layout(VectorSimilarity.DOT_PRODUCT, VectorProfile.COMPACT, TextAnalysis.DEFAULT));
        for (Manifest manifest : List.of(
                base,
                base.with((EmbeddingSpec) null, 3),
                base.with(new EmbeddingSpec("model" + ODD, "", 4096), 4096),
                base.with(new EmbeddingSpec("model", ODD, 7), 7))) {
            assertThat(ChangeCodec.decodeModel(ChangeCodec.encodeModel(manifest), base, "log"))
                    .isEqualTo(manifest);
        }
    }

    @Test
    void refusesWhatIsCutOff() {
        byte[] bytes = ChangeCodec.encode(
                List.of(new IndexChange.ReplaceDocument("s", "d", "f", List.of(segment("one", "text", 3, 4)))));
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> ChangeCodec.decode(cut, "changes-7.log"))
                    .as("%d of %d bytes", length, bytes.length)
                    .isInstanceOf(CorruptIndexException.class)
                    .hasMessageContaining("changes-7.log");
        }
    }

    @Test
    void refusesOtherVersionsAndUnknownChanges() {
        byte[] bytes = ChangeCodec.encode(List.of(new IndexChange.DeleteAll()));
        byte[] later = bytes.clone();
        later[0]++;
        byte[] unknown = bytes.clone();
        unknown[unknown.length - 1] = 99;

        assertThatThrownBy(() -> ChangeCodec.decode(later, "log"))
                .isInstanceOf(CorruptIndexException.class)
                .hasMessageContaining("version 3");
        assertThatThrownBy(() -> ChangeCodec.decode(unknown, "log"))
                .isInstanceOf(CorruptIndexException.class)
                .hasMessageContaining("type 99");
    }

    /** The log's checksums keep such bytes away; should they fail, neither memory nor other exceptions may be the end. */
    @Test
    void readsDamagedBytesAsSomethingOrRefusesThem() {
        long seed = Long.getLong("seed", 7);
        Random random = new Random(seed);
        List<IndexChange> changes = new ArrayList<>(all());
        changes.remove(2);
        byte[] bytes = ChangeCodec.encode(changes);
        int refused = 0;
        for (int i = 0; i < 2_000; i++) {
            byte[] damaged = bytes.clone();
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            try {
                ChangeCodec.decode(damaged, "log");
            } catch (CorruptIndexException e) {
                refused++;
            }
        }
        assertThat(refused).as("seed %d", seed).isPositive();
    }
}
