package dev.groundwork.rag.llm;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the {@code tokenizer.json} of a BERT model. Anything in it that {@link WordPieceTokenizer} can't honour is refused
 * by name; {@code truncation} and {@code padding} are left to the embedding model's own settings.
 */
final class TokenizerJson {

    private static final String CONTINUING_PREFIX = "##";
    private static final int BERT_MAX_WORD_LENGTH = 100;

    /** Interning 30,000 pieces would cost more than all the rest. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build();

    private final WordPieceVocabulary vocabulary = new WordPieceVocabulary();
    private final Map<String, @Nullable Object> sections = new LinkedHashMap<>();
    private final Map<String, @Nullable Object> model = new LinkedHashMap<>();

    private TokenizerJson() {}

    /**
     * Reads a tokenizer.
     *
     * @throws IOException if it isn't JSON, or isn't a tokenizer of this kind; the message says what was found
     */
    static WordPieceTokenizer read(byte[] json) throws IOException {
        TokenizerJson file = new TokenizerJson();
        try (JsonParser parser = JSON.createParser(json)) {
            file.readSections(parser);
        }
        return file.tokenizer();
    }

    private void readSections(JsonParser parser) throws IOException {
        expect(parser.nextToken() == JsonToken.START_OBJECT, "it isn't a JSON object");
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            if (name.equals("model") && parser.nextToken() == JsonToken.START_OBJECT) {
                readModel(parser);
            } else if (name.equals("model")) {
                parser.skipChildren();
            } else {
                parser.nextToken();
                sections.put(name, value(parser));
            }
        }
    }

    private void readModel(JsonParser parser) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            boolean object = parser.nextToken() == JsonToken.START_OBJECT;
            if (name.equals("vocab") && object) {
                readVocabulary(parser);
            } else if (name.equals("vocab") || name.equals("merges")) {
                parser.skipChildren();
            } else {
                model.put(name, value(parser));
            }
        }
    }

    private void readVocabulary(JsonParser parser) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String piece = parser.currentName();
            expect(parser.nextToken() == JsonToken.VALUE_NUMBER_INT, "a vocabulary id isn't a whole number");
            int id = parser.getIntValue();
            expect(id >= 0, "a vocabulary id is negative");
            if (piece.startsWith(CONTINUING_PREFIX)) {
                vocabulary.add(piece.substring(CONTINUING_PREFIX.length()), true, id);
            } else {
                vocabulary.add(piece, false, id);
            }
        }
    }

    private WordPieceTokenizer tokenizer() throws IOException {
        expectIs("model.type", model.get("type"), "WordPiece");
        expectIs("model.continuing_subword_prefix", model.get("continuing_subword_prefix"), CONTINUING_PREFIX);
        expect(vocabulary.size() > 0, "model.vocab is missing or empty");
        Map<?, ?> normalizer = section("normalizer");
        expectIs("normalizer.type", normalizer.get("type"), "BertNormalizer");
        expectIs("pre_tokenizer.type", section("pre_tokenizer").get("type"), "BertPreTokenizer");
        expectOnlySpecialAddedTokens();
        boolean lowerCase = flag(normalizer, "lowercase", true);
        int[] frame = frame(section("post_processor"));
        return new WordPieceTokenizer(
                vocabulary,
                new WordPieceTokenizer.Settings(
                        flag(normalizer, "clean_text", true),
                        flag(normalizer, "handle_chinese_chars", true),
                        flag(normalizer, "strip_accents", lowerCase),
                        lowerCase,
                        maxWordLength(),
                        idOf(model.get("unk_token"), "model.unk_token"),
                        frame[0],
                        frame[1]));
    }

    private int maxWordLength() throws IOException {
        Object length = model.getOrDefault("max_input_chars_per_word", BERT_MAX_WORD_LENGTH);
        if (length instanceof Integer number && number > 0) {
            return number;
        }
        throw refusal("model.max_input_chars_per_word is " + length + ", not a positive number");
    }

    private void expectOnlySpecialAddedTokens() throws IOException {
        if (!(sections.get("added_tokens") instanceof List<?> tokens)) {
            return;
        }
        for (Object token : tokens) {
            if (token instanceof Map<?, ?> map && !Boolean.TRUE.equals(map.get("special"))) {
                throw refusal("the added token '" + map.get("content") + "' isn't special, and such aren't supported");
            }
        }
    }

    /** Returns the ids that stand before and after a text. */
    private int[] frame(Map<?, ?> postProcessor) throws IOException {
        Object type = postProcessor.get("type");
        if ("BertProcessing".equals(type)) {
            return new int[] {pairId(postProcessor, "cls"), pairId(postProcessor, "sep")};
        }
        expectIs("post_processor.type", type, "TemplateProcessing");
        if (postProcessor.get("single") instanceof List<?> single
                && single.size() == 3
                && single.get(0) instanceof Map<?, ?> first
                && first.get("SpecialToken") instanceof Map<?, ?> cls
                && single.get(1) instanceof Map<?, ?> middle
                && middle.get("Sequence") instanceof Map<?, ?> text
                && single.get(2) instanceof Map<?, ?> last
                && last.get("SpecialToken") instanceof Map<?, ?> sep
                && isFirstType(cls)
                && isFirstType(text)
                && isFirstType(sep)) {
            return new int[] {templateId(postProcessor, cls.get("id")), templateId(postProcessor, sep.get("id"))};
        }
        throw refusal("post_processor.single is " + postProcessor.get("single")
                + ", not a special token, the text and a special token, all of type_id 0");
    }

    private static boolean isFirstType(Map<?, ?> part) {
        return Integer.valueOf(0).equals(part.get("type_id"));
    }

    private static int pairId(Map<?, ?> postProcessor, String name) throws IOException {
        if (postProcessor.get(name) instanceof List<?> pair
                && pair.size() == 2
                && pair.get(1) instanceof Integer id
                && id >= 0) {
            return id;
        }
        throw refusal("post_processor." + name + " is " + postProcessor.get(name) + ", not a token and its id");
    }

    private static int templateId(Map<?, ?> postProcessor, @Nullable Object token) throws IOException {
        if (postProcessor.get("special_tokens") instanceof Map<?, ?> tokens
                && tokens.get(token) instanceof Map<?, ?> special
                && special.get("ids") instanceof List<?> ids
                && ids.size() == 1
                && ids.get(0) instanceof Integer id
                && id >= 0) {
            return id;
        }
        throw refusal("post_processor.special_tokens has no single id for '" + token + "'");
    }

    private int idOf(@Nullable Object token, String where) throws IOException {
        int id = token instanceof String text ? vocabulary.initialId(text) : WordPieceVocabulary.NONE;
        expect(id != WordPieceVocabulary.NONE, where + " is " + token + ", which model.vocab doesn't have");
        return id;
    }

    private Map<?, ?> section(String name) throws IOException {
        if (sections.get(name) instanceof Map<?, ?> map) {
            return map;
        }
        throw refusal(name + " is missing");
    }

    private static boolean flag(Map<?, ?> section, String name, boolean otherwise) throws IOException {
        Object value = section.get(name);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof Boolean flag) {
            return flag;
        }
        throw refusal("normalizer." + name + " is " + value + ", not true or false");
    }

    private static void expectIs(String where, @Nullable Object found, String expected) throws IOException {
        expect(expected.equals(found), where + " is " + found + ", not " + expected);
    }

    private static void expect(boolean holds, String otherwise) throws IOException {
        if (!holds) {
            throw refusal(otherwise);
        }
    }

    private static IOException refusal(String reason) {
        return new IOException("not the tokenizer of a BERT model: " + reason);
    }

    /** Reads the value that the parser stands on. */
    private static @Nullable Object value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    parser.nextToken();
                    map.put(name, value(parser));
                }
                yield map;
            }
            case START_ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(parser));
                }
                yield list;
            }
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> parser.getText();
        };
    }
}
