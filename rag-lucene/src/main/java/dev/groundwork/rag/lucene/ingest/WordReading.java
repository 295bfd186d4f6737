package dev.groundwork.rag.lucene.ingest;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a Word document: paragraphs, headings by the outline level of their style, lists with their marks, tables,
 * footnotes behind the paragraph that has them, text boxes and formulas. Left out are deleted and hidden text, comments,
 * and the headers and footers of pages.
 */
final class WordReading {

    private static final int BODY_TEXT = 9;

    private static final int PART_CHARACTERS = 10;

    private final OfficeParts parts;
    private final ReadLimits limits;
    private final BlockWriter out;
    private final Map<String, String> footnotes = new HashMap<>();
    private final Map<String, String> endnotes = new HashMap<>();
    private final List<String> listItems = new ArrayList<>();
    private WordStyles styles = new WordStyles();
    private WordNumbering numbering = new WordNumbering();
    private @Nullable String title;

    /** A paragraph that is being read. */
    private static final class Paragraph {
        final StringBuilder text = new StringBuilder();
        final List<List<Paragraph>> boxes = new ArrayList<>();
        final List<String> notes = new ArrayList<>();
        WordStyles.Style style = WordStyles.Style.NONE;
        int outline = -1;

        @Nullable
        String numberingId;

        int numberingLevel;
    }

    WordReading(OfficeParts parts, ReadLimits limits) {
        this.parts = parts;
        this.limits = limits;
        this.out = new BlockWriter(limits);
    }

    DocumentText read(String main) throws UnreadableException {
        List<OfficeParts.Relation> relations = parts.relations(main);
        Optional<String> stylePart = parts.first(relations, "styles");
        if (stylePart.isPresent()) {
            styles = WordStyles.read(parts, stylePart.get());
        }
        Optional<String> numberingPart = parts.first(relations, "numbering");
        if (numberingPart.isPresent()) {
            numbering = WordNumbering.read(parts, numberingPart.get());
        }
        notes(parts.first(relations, "footnotes"), footnotes);
        notes(parts.first(relations, "endnotes"), endnotes);
        parts.xml(
                main,
                root -> root.children(name -> {
                    if (name.equals("body")) {
                        blocks(root);
                    }
                }));
        endList();
        String property = parts.title();
        return out.toText(property != null ? property : title);
    }

    private void notes(Optional<String> part, Map<String, String> notes) throws UnreadableException {
        if (part.isEmpty()) {
            return;
        }
        parts.xml(
                part.get(),
                root -> root.children(name -> {
                    String id = root.attribute("id");
                    String type = root.attribute("type");
                    if (id != null && (type == null || type.equals("normal"))) {
                        notes.put(id, inline(paragraphs(root)));
                    }
                }));
    }

    /** What stands in the body, in a cell that is a layout, in a content control. */
    private void blocks(XmlCursor at) throws UnreadableException {
        at.children(name -> {
            switch (name) {
                case "p" -> write(paragraph(at));
                case "tbl" -> {
                    endList();
                    table(at);
                }
                case "sdt", "sdtContent", "customXml", "ins", "moveTo", "AlternateContent", "Choice" -> blocks(at);
                default -> {}
            }
        });
    }

    private void write(Paragraph paragraph) throws UnreadableException {
        String text = paragraph.text.toString().strip();
        int level = paragraph.outline >= 0 ? paragraph.outline : paragraph.style.outline();
        boolean heading = level >= 0 && level < BODY_TEXT && !text.isEmpty();
        String numberingId = paragraph.numberingId != null ? paragraph.numberingId : paragraph.style.numberingId();
        int depth = paragraph.numberingId != null ? paragraph.numberingLevel : paragraph.style.numberingLevel();
        String mark = numberingId == null || text.isEmpty() ? "" : numbering.next(numberingId, depth);
        if (paragraph.style.title() && title == null && !text.isEmpty()) {
            title = Texts.collapse(text);
        }
        if (heading) {
            endList();
            out.heading(level + 1, mark.equals("-") ? text : (mark + " " + text).strip());
        } else if (!mark.isEmpty()) {
            listItems.add("  ".repeat(depth) + mark + " " + text);
        } else if (!text.isEmpty()) {
            endList();
            out.paragraph(text);
        }
        for (String note : paragraph.notes) {
            endList();
            out.paragraph(note);
        }
        for (List<Paragraph> box : paragraph.boxes) {
            endList();
            for (Paragraph inner : box) {
                write(inner);
            }
        }
    }

    private void endList() throws UnreadableException {
        if (!listItems.isEmpty()) {
            out.list(listItems);
            listItems.clear();
        }
    }

    private Paragraph paragraph(XmlCursor at) throws UnreadableException {
        Paragraph paragraph = new Paragraph();
        at.children(name -> {
            if (name.equals("pPr")) {
                properties(at, paragraph);
            } else {
                run(name, at, paragraph);
            }
        });
        return paragraph;
    }

    private void properties(XmlCursor at, Paragraph paragraph) throws UnreadableException {
        at.children(name -> {
            switch (name) {
                case "pStyle" -> paragraph.style = styles.get(at.attribute("val"));
                case "outlineLvl" -> paragraph.outline = Texts.number(at.attribute("val"), -1);
                case "numPr" ->
                    at.children(inner -> {
                        if (inner.equals("numId")) {
                            paragraph.numberingId = at.attribute("val");
                        } else if (inner.equals("ilvl")) {
                            paragraph.numberingLevel = Math.clamp(Texts.number(at.attribute("val"), 0), 0, 8);
                        }
                    });
                default -> {}
            }
        });
    }

    /** An element within a paragraph: a run, what wraps runs, or what a run is made of. */
    private void run(String name, XmlCursor at, Paragraph into) throws UnreadableException {
        StringBuilder text = into.text;
        switch (name) {
            case "t" -> text.append(at.text(limits));
            case "tab", "ptab" -> text.append('\t');
            case "br", "cr" -> text.append('\n');
            case "noBreakHyphen" -> text.append('-');
            case "footnoteReference" -> note(footnotes, at.attribute("id"), into);
            case "endnoteReference" -> note(endnotes, at.attribute("id"), into);
            case "r" -> runs(at, into);
            case "f" -> {
                boolean[] above = {true};
                at.children(inner -> {
                    if (inner.equals("num") || inner.equals("den")) {
                        text.append(above[0] ? "(" : ")/(");
                        above[0] = false;
                        runs(at, into);
                    }
                });
                text.append(')');
            }
            case "d" -> {
                text.append('(');
                runs(at, into);
                text.append(')');
            }
            case "rad" -> {
                text.append("√(");
                runs(at, into);
                text.append(')');
            }
            case "naryPr" -> {
                String[] sign = {"∫"};
                at.children(inner -> {
                    String value = at.attribute("val");
                    if (inner.equals("chr") && value != null) {
                        sign[0] = value;
                    }
                });
                text.append(sign[0]);
            }
            case "sup" -> {
                text.append('^');
                runs(at, into);
            }
            case "sub" -> {
                text.append('_');
                runs(at, into);
            }
            case "p" -> {
                // A paragraph in an old-style text field.
                runs(at, into);
                text.append('\n');
            }
            case "txbxContent" -> into.boxes.add(paragraphs(at));
            case "del", "moveFrom", "Fallback", "rPr", "instrText", "delText", "sdtPr", "oMathParaPr", "ctrlPr" -> {}
            default -> runs(at, into);
        }
        limits.check(text);
    }

    private void runs(XmlCursor at, Paragraph into) throws UnreadableException {
        boolean[] hidden = {false};
        at.children(name -> {
            if (name.equals("rPr")) {
                hidden[0] |= isHidden(at);
            } else if (!hidden[0]) {
                run(name, at, into);
            }
        });
    }

    private static boolean isHidden(XmlCursor at) throws UnreadableException {
        boolean[] hidden = {false};
        at.children(name -> {
            if (name.equals("vanish") || name.equals("webHidden")) {
                String value = at.attribute("val");
                hidden[0] = value == null || !(value.equals("0") || value.equals("false") || value.equals("off"));
            }
        });
        return hidden[0];
    }

    private static void note(Map<String, String> notes, @Nullable String id, Paragraph into) {
        String note = id == null ? null : notes.get(id);
        if (note != null && !note.isEmpty()) {
            into.text.append("[").append(id).append("]");
            into.notes.add("[" + id + "] " + note);
        }
    }

    /** The paragraphs in an element, those of tables in it as well. */
    private List<Paragraph> paragraphs(XmlCursor at) throws UnreadableException {
        List<Paragraph> found = new ArrayList<>();
        at.children(name -> {
            if (name.equals("p")) {
                found.add(paragraph(at));
            } else if (!name.equals("del") && !name.equals("moveFrom") && !name.equals("Fallback")) {
                found.addAll(paragraphs(at));
            }
        });
        return found;
    }

    /** The text of paragraphs, their text boxes and their lists' marks, in a line. */
    private String inline(List<Paragraph> paragraphs) {
        StringBuilder text = new StringBuilder();
        for (Paragraph paragraph : paragraphs) {
            String mark = paragraph.numberingId == null || paragraph.text.isEmpty()
                    ? ""
                    : numbering.next(paragraph.numberingId, paragraph.numberingLevel);
            text.append(mark)
                    .append(mark.isEmpty() ? "" : " ")
                    .append(paragraph.text)
                    .append(' ');
            paragraph.notes.forEach(note -> text.append(note).append(' '));
            paragraph.boxes.forEach(box -> text.append(inline(box)).append(' '));
        }
        return Texts.collapse(text.toString());
    }

    private void table(XmlCursor at) throws UnreadableException {
        List<List<String>> rows = new ArrayList<>();
        List<List<Paragraph>> single = new ArrayList<>();
        int[] size = {0};
        int[] head = {0};
        rows(at, rows, single, size, head);
        if (rows.size() == 1 && rows.getFirst().size() == 1) {
            // A frame around text rather than a table.
            for (Paragraph paragraph : single.getFirst()) {
                write(paragraph);
            }
            endList();
            return;
        }
        out.table(rows, Math.max(head[0], rows.size() > 1 ? 1 : 0));
    }

    private void rows(XmlCursor at, List<List<String>> rows, List<List<Paragraph>> single, int[] size, int[] head)
            throws UnreadableException {
        at.children(name -> {
            if (name.equals("tr")) {
                List<String> cells = new ArrayList<>();
                boolean[] repeated = {false};
                cells(at, cells, single, size, repeated);
                grow(size, 0);
                if (repeated[0] && head[0] == rows.size()) {
                    head[0]++;
                }
                rows.add(cells);
            } else if (!name.equals("del") && !name.equals("tblPr") && !name.equals("tblGrid")) {
                rows(at, rows, single, size, head);
            }
        });
    }

    private void cells(XmlCursor at, List<String> cells, List<List<Paragraph>> single, int[] size, boolean[] repeated)
            throws UnreadableException {
        at.children(name -> {
            switch (name) {
                case "tc" -> {
                    List<Paragraph> paragraphs = paragraphs(at);
                    if (single.isEmpty()) {
                        single.add(paragraphs);
                    }
                    String cell = inline(paragraphs);
                    grow(size, cell.length());
                    cells.add(cell);
                }
                case "trPr" -> at.children(inner -> repeated[0] |= inner.equals("tblHeader"));
                case "sdt", "sdtContent", "customXml", "ins" -> cells(at, cells, single, size, repeated);
                default -> {}
            }
        });
    }

    /** Counts a cell or a row as so many characters as there are in it, and as many as its object takes besides. */
    private void grow(int[] size, int characters) throws UnreadableException {
        size[0] += characters + PART_CHARACTERS;
        if (size[0] > limits.maxCharacters()) {
            throw limits.tooLong();
        }
    }
}
