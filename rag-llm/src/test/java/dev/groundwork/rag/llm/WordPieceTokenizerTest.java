package dev.groundwork.rag.llm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WordPieceTokenizerTest {

    private static final int ALL = 1_000_000;

    private static String json;
    private static WordPieceTokenizer ours;
    private static HuggingFaceTokenizer reference;

    @BeforeAll
    static void load() throws IOException {
        BgeSmall.keepDjlFromCallingHome();
        json = new String(BgeSmall.tokenizerJson(), UTF_8);
        ours = TokenizerJson.read(json.getBytes(UTF_8));
        reference = reference(json);
    }

    @AfterAll
    static void close() {
        reference.close();
    }

    private static HuggingFaceTokenizer reference(String json) throws IOException {
        return HuggingFaceTokenizer.newInstance(
                new ByteArrayInputStream(json.getBytes(UTF_8)), Map.of("truncation", "false", "padding", "false"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "How is an API key rotated?",
                "don't e.g. 3.14159 $5,000.00 a_b-c/d\\e #tag @you 50% <html> {x: [1]} ^~`|",
                "Überraschung für größere Straßen, naïve café, Ǆ ǅ ǆ ﬁ ﬂ Å Å Å",
                "İstanbul'da ılık ΣΊΣΥΦΟΣ ὈΔΥΣΣΕΎΣ ᾼ ẞ K",
                "东京は日本の首都です。人口は约1400万人！﨑 豈 𠀀𪛖𫝀 〇",
                "서울은 대한민국의 수도이다 각 각",
                "สวัสดีครับ नमस्ते हिन्दी தமிழ் ಕನ್ನಡ བོད་ཡིག မြန်မာ ខ្មែរ",
                "مرحبا بالعالم، كيف؟ שָׁלוֹם עוֹלָם e\u0301 a\u0323\u0302 o\u0302\u0323",
                "👩‍👩‍👧‍👦 🫠 🇩🇪 ☃️ ™ © ½ ² Ⅳ ∑ → “quotes” ‘single’ – — … • №",
                "tabs\tand\nlines\r\nand\u00a0no-break\u2003em\u3000ideographic\u2028line\u0085next\u000bvertical",
                "zero\u200bwidth\u200djoin\ufeffbom soft\u00adhyphen \u0007bell \u202ertl\u202c \ue000private \ufffd",
                "unassigned \u0378 \u2fe0 \ud83f\udfff new marks \u1ac2\u302e \u302e\u1ac2 \ud805\udf83"
                        + " \ua7ce\ua7cb\u1c89",
                "\u0903\u302f\u1b44 marks out of order \ud834\udd65\ud834\udd6d\u302e\u0334",
                "Greek question\u037e mark \u1fef \u2000 \u2126 \u212b \u2329x\u232a",
                "##ing ## # ##",
                "\u200b\u200b",
                " ",
                ""
            })
    void givesTheIdsOfTheHuggingFaceLibrary(String text) {
        assertThat(ours.encode(text, ALL).ids())
                .isEqualTo(reference.encode(text, true, false).getIds());
    }

    /** Tokens: em ##bed ##ding s , 东 京 [UNK] end. */
    @Test
    void tellsWhichTokensBeginAWord() {
        WordPieceTokenizer.Tokens tokens = ours.encode("embedding s, 东京 " + "x".repeat(200) + " end", ALL);

        assertThat(tokens.wordStarts().stream()).containsExactly(0, 3, 4, 5, 6, 7, 8);
        assertThat(tokens.ids()).hasSize(9 + 2);
    }

    @Test
    void givesTheIdsOfTheHuggingFaceLibraryForRandomCodePoints() {
        long seed = 42;
        Random random = new Random(seed);
        for (int i = 0; i < 3_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(40); length > 0; length--) {
                int codePoint = 1 + random.nextInt(random.nextBoolean() ? 0x3100 : Character.MAX_CODE_POINT);
                text.appendCodePoint(codePoint >= 0xD800 && codePoint <= 0xDFFF ? 'x' : codePoint);
            }
            assertThat(ours.encode(text.toString(), ALL).ids())
                    .as("seed %s, text %s", seed, i)
                    .isEqualTo(reference.encode(text.toString(), true, false).getIds());
        }
    }

    /** With a vocabulary of single characters, which shows each one's fate where BERT's own would only say [UNK]. */
    @Test
    void treatsEachCodePointOfTheFirstTwoPlanesAsTheHuggingFaceLibraryDoes() throws IOException {
        String characters = jsonOfSingleCharacters();
        WordPieceTokenizer tokenizer = TokenizerJson.read(characters.getBytes(UTF_8));
        try (HuggingFaceTokenizer expected = reference(characters)) {
            for (int block = 0; block < 0x20000; block += 0x100) {
                StringBuilder text = new StringBuilder();
                for (int codePoint = Math.max(1, block); codePoint < block + 0x100; codePoint++) {
                    if (codePoint < 0xD800 || codePoint > 0xDFFF) {
                        text.append(" x").appendCodePoint(codePoint).append("y\u302ez");
                    }
                }
                assertThat(tokenizer.encode(text.toString(), ALL).ids())
                        .as("block %x", block)
                        .isEqualTo(expected.encode(text.toString(), true, false).getIds());
            }
        }
    }

    private static String jsonOfSingleCharacters() {
        StringBuilder vocabulary = new StringBuilder("\"[UNK]\": 0, \"[CLS]\": 101, \"[SEP]\": 102");
        for (int codePoint = 1; codePoint < 0x20000; codePoint++) {
            if (codePoint < 0xD800 || codePoint > 0xDFFF) {
                String character = codePoint < 0x80
                        ? String.format(Locale.ROOT, "\\u%04x", codePoint)
                        : Character.toString(codePoint);
                vocabulary.append(",\"").append(character).append("\":").append(1_000 + 2 * codePoint);
                vocabulary.append(",\"##").append(character).append("\":").append(1_001 + 2 * codePoint);
            }
        }
        int start = json.indexOf('{', json.indexOf("\"vocab\""));
        return json.substring(0, start + 1) + vocabulary + "}}}";
    }

    @ParameterizedTest
    @CsvSource({"true,true,false", "false,null,true", "false,true,false", "true,false,true", "false,null,false"})
    void honoursTheSwitchesOfTheNormalizer(String cleanText, String stripAccents, String lowerCase) throws IOException {
        String other = json.replace("\"clean_text\": true", "\"clean_text\": " + cleanText)
                .replace("\"handle_chinese_chars\": true", "\"handle_chinese_chars\": " + lowerCase)
                .replace("\"strip_accents\": null", "\"strip_accents\": " + stripAccents)
                .replace("\"lowercase\": true", "\"lowercase\": " + lowerCase);
        String text = "Café İI ΣΑΣ a\u200bb 东京tower c\u0007d e\u000bf g\u0301h é\u0301 ÀÉ ﷽ \u0085z";
        try (HuggingFaceTokenizer expected = reference(other)) {
            assertThat(TokenizerJson.read(other.getBytes(UTF_8))
                            .encode(text, ALL)
                            .ids())
                    .isEqualTo(expected.encode(text, true, false).getIds());
        }
    }

    @Test
    void readsSpecialTokensInATextAsPlainText() {
        // [CLS] a [ sep ] b [SEP], as computed by hand from vocab.txt
        assertThat(ours.encode("a [SEP] b", ALL).ids()).containsExactly(101, 1037, 1031, 19802, 1033, 1038, 102);
    }

    @Test
    void dropsAnUnpairedSurrogate() {
        assertThat(ours.encode("to\ud800day\udc00", ALL).ids())
                .isEqualTo(ours.encode("today", ALL).ids());
    }

    @Test
    void keepsTheFirstTokensWhereThereAreTooMany() {
        WordPieceTokenizer.Tokens tokens = ours.encode("one two three four", 5);

        assertThat(tokens.ids()).containsExactly(101, 2028, 2048, 2093, 102);
        assertThat(tokens.truncated()).isTrue();
        assertThat(ours.encode("one two three", 5).truncated()).isFalse();
    }

    @Test
    void countsTokensWithoutTheSpecialOnes() {
        assertThat(ours.count("one two three")).isEqualTo(3);
        assertThat(ours.count("")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "é", "京", "\u0301\u0323", "ก", "\ud83d\ude00", "."})
    void takesTimeLinearInTheLengthOfATextWithoutSpaces(String unit) {
        String text = unit.repeat(4_000_000 / unit.length());

        assertTimeout(Duration.ofSeconds(20), () -> ours.count(text));
    }

    @Test
    void namesTheKindOfATokenizerThatItCannotRead() {
        assertRefused(json.replace("\"WordPiece\",\n    \"unk", "\"BPE\",\n    \"unk"), "model.type is BPE");
        assertRefused(json.replace("BertNormalizer", "Lowercase"), "normalizer.type is Lowercase");
        assertRefused(json.replace("BertPreTokenizer", "Metaspace"), "pre_tokenizer.type is Metaspace");
        assertRefused(json.replace("\"TemplateProcessing\"", "\"ByteLevel\""), "post_processor.type is ByteLevel");
        assertRefused(json.replaceFirst("\"special\": true", "\"special\": false"), "added token '[PAD]'");
        assertRefused(json.replace("\"unk_token\": \"[UNK]\"", "\"unk_token\": \"<unk>\""), "model.unk_token is <unk>");
        assertRefused("{}", "model.type is null");
        assertRefused("[]", "isn't a JSON object");
        assertThatThrownBy(() -> TokenizerJson.read(json.substring(0, 5_000).getBytes(UTF_8)))
                .isInstanceOf(IOException.class);
    }

    private static void assertRefused(String json, String reason) {
        assertThatThrownBy(() -> TokenizerJson.read(json.getBytes(UTF_8)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(reason);
    }
}
