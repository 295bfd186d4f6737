package dev.groundwork.rag.lucene.ingest;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the paragraph styles of a Word document say about outline and lists, inherited along their chains. */
final class WordStyles {

    private static final int LONGEST_CHAIN = 32;

    private final Map<String, Raw> raw = new HashMap<>();

    /**
     * A style.
     *
     * @param outline the level of a heading, from 0; -1 for none
     * @param title whether it is that of the document's title
     * @param numberingId what numbers its paragraphs; null for nothing
     */
    record Style(int outline, boolean title, @Nullable String numberingId, int numberingLevel) {
        static final Style NONE = new Style(-1, false, null, 0);
    }

    private static final class Raw {
        String name = "";

        @Nullable
        String parent;

        int outline = -1;

        @Nullable
        String numberingId;

        int numberingLevel;
    }

    static WordStyles read(OfficeParts parts, String part) throws UnreadableException {
        WordStyles styles = new WordStyles();
        parts.xml(
                part,
                root -> root.children(name -> {
                    String id = root.attribute("styleId");
                    if (name.equals("style") && id != null) {
                        Raw style = new Raw();
                        style(root, style);
                        styles.raw.put(id, style);
                    }
                }));
        return styles;
    }

    private static void style(XmlCursor at, Raw style) throws UnreadableException {
        at.children(name -> {
            String value = at.attribute("val");
            switch (name) {
                case "name" -> style.name = value == null ? "" : value.toLowerCase(Locale.ROOT);
                case "basedOn" -> style.parent = value;
                case "pPr", "numPr" -> style(at, style);
                case "outlineLvl" -> style.outline = Texts.number(value, -1);
                case "numId" -> style.numberingId = value;
                case "ilvl" -> style.numberingLevel = Math.clamp(Texts.number(value, 0), 0, 8);
                default -> {}
            }
        });
    }

    /** Returns a style by its id; {@link Style#NONE} where there is none. */
    Style get(@Nullable String id) {
        int outline = -1;
        String numberingId = null;
        int numberingLevel = 0;
        boolean title = false;
        String next = id;
        for (int i = 0; i < LONGEST_CHAIN && next != null; i++) {
            Raw style = raw.get(next);
            if (style == null) {
                break;
            }
            title |= i == 0 && style.name.equals("title");
            if (outline < 0) {
                outline = style.outline >= 0 ? style.outline : byName(style.name);
            }
            if (numberingId == null && style.numberingId != null) {
                numberingId = style.numberingId;
                numberingLevel = style.numberingLevel;
            }
            next = style.parent;
        }
        return new Style(outline, title, numberingId, numberingLevel);
    }

    /** The names of built-in styles are English in every language. */
    private static int byName(String name) {
        if (name.startsWith("heading ") && name.length() == "heading ".length() + 1) {
            int level = name.charAt(name.length() - 1) - '1';
            return level >= 0 && level < 9 ? level : -1;
        }
        return name.equals("title") ? 0 : -1;
    }
}
