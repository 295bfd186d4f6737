package dev.groundwork.rag.lucene.ingest;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a presentation slide by slide, in the order in which they are shown: a slide is a page, its title a heading;
 * texts, tables, the words of charts and diagrams, and the speaker's notes follow. Hidden slides, comments, and what
 * stands on masters are left out.
 */
final class SlidesReading {

    private static final Set<String> FURNITURE = Set.of("sldNum", "dt", "ftr", "hdr", "sldImg");

    private final OfficeParts parts;
    private final ReadLimits limits;
    private final BlockWriter out;
    private @Nullable String firstTitle;

    SlidesReading(OfficeParts parts, ReadLimits limits) {
        this.parts = parts;
        this.limits = limits;
        this.out = new BlockWriter(limits);
    }

    DocumentText read(String main) throws UnreadableException {
        List<OfficeParts.Relation> relations = parts.relations(main);
        List<String> slides = new ArrayList<>();
        parts.xml(
                main,
                root -> root.children(name -> {
                    if (name.equals("sldIdLst")) {
                        root.children(
                                slide -> parts.byId(relations, root.relation()).ifPresent(slides::add));
                    }
                }));
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < slides.size(); i++) {
            // A list that names a slide a million times is no presentation.
            if (seen.add(slides.get(i))) {
                out.page(i + 1);
                slide(slides.get(i));
            }
        }
        String title = parts.title();
        return out.toText(title != null ? title : firstTitle);
    }

    private void slide(String part) throws UnreadableException {
        List<Shape> shapes = new ArrayList<>();
        boolean[] hidden = {false};
        parts.xml(part, root -> {
            String show = root.attribute("show");
            hidden[0] = show != null && (show.equals("0") || show.equals("false"));
            if (!hidden[0]) {
                shapes(root, shapes);
            }
        });
        if (hidden[0]) {
            return;
        }
        out.endSections();
        for (Shape shape : shapes) {
            String words = Texts.collapse(String.join(" ", shape.paragraphs));
            if (shape.title && !words.isEmpty()) {
                if (firstTitle == null) {
                    firstTitle = words;
                }
                out.heading(1, words);
            }
        }
        for (Shape shape : shapes) {
            if (!shape.title) {
                write(shape);
            }
        }
        List<OfficeParts.Relation> relations = parts.relations(part);
        for (OfficeParts.Relation relation : relations) {
            switch (relation.type()) {
                case "chart", "chartEx", "diagramData" -> words(parts.byId(relations, relation.id()));
                case "notesSlide" -> notes(parts.byId(relations, relation.id()));
                default -> {}
            }
        }
    }

    private void write(Shape shape) throws UnreadableException {
        if (!shape.rows.isEmpty()) {
            out.table(shape.rows, shape.rows.size() > 1 ? 1 : 0);
        } else if (shape.list) {
            out.list(shape.paragraphs);
        } else {
            for (String paragraph : shape.paragraphs) {
                out.paragraph(paragraph);
            }
        }
    }

    private static final class Shape {
        final List<String> paragraphs = new ArrayList<>();
        final List<List<String>> rows = new ArrayList<>();
        boolean title;
        boolean list;
        boolean furniture;
        boolean hidden;
    }

    /** Shapes in the order of the file, which is that of the slide from back to front; groups are opened. */
    private void shapes(XmlCursor at, List<Shape> found) throws UnreadableException {
        at.children(name -> {
            switch (name) {
                case "sp", "graphicFrame", "cxnSp" -> {
                    Shape shape = new Shape();
                    shape(at, shape);
                    if (!shape.furniture && !shape.hidden) {
                        found.add(shape);
                    }
                }
                case "Fallback", "pic" -> {}
                default -> shapes(at, found);
            }
        });
    }

    private void shape(XmlCursor at, Shape shape) throws UnreadableException {
        at.children(name -> {
            switch (name) {
                case "cNvPr" -> shape.hidden |= "1".equals(at.attribute("hidden"));
                case "ph" -> {
                    String type = at.attribute("type");
                    shape.title = type != null && (type.equals("title") || type.equals("ctrTitle"));
                    shape.furniture = type != null && FURNITURE.contains(type);
                    shape.list = type == null || type.equals("body");
                }
                case "txBody" -> paragraphs(at, shape.paragraphs);
                case "tbl" -> rows(at, shape.rows);
                case "Fallback" -> {}
                default -> shape(at, shape);
            }
        });
    }

    private void rows(XmlCursor at, List<List<String>> rows) throws UnreadableException {
        at.children(name -> {
            if (name.equals("tr")) {
                List<String> cells = new ArrayList<>();
                at.children(inner -> {
                    if (inner.equals("tc")) {
                        List<String> paragraphs = new ArrayList<>();
                        at.children(body -> {
                            if (body.equals("txBody")) {
                                paragraphs(at, paragraphs);
                            }
                        });
                        cells.add(String.join(" ", paragraphs));
                    }
                });
                rows.add(cells);
            }
        });
    }

    /** Paragraphs with words, those of lower levels with an indent. */
    private void paragraphs(XmlCursor at, List<String> found) throws UnreadableException {
        at.children(name -> {
            if (name.equals("p")) {
                StringBuilder text = new StringBuilder();
                int[] level = {0};
                at.children(inner -> {
                    switch (inner) {
                        case "pPr" -> level[0] = Math.clamp(Texts.number(at.attribute("lvl"), 0), 0, 8);
                        case "br" -> text.append('\n');
                        default -> text(at, inner, text);
                    }
                });
                String words = text.toString().strip();
                if (!words.isEmpty()) {
                    found.add("  ".repeat(level[0]) + words);
                }
            }
        });
    }

    private void text(XmlCursor at, String name, StringBuilder text) throws UnreadableException {
        if (name.equals("t")) {
            text.append(at.text(limits));
        } else if (!name.equals("rPr") && !name.equals("Fallback")) {
            at.children(inner -> text(at, inner, text));
        }
    }

    /** The words of a chart or a diagram: titles, categories, names of series, values as they were last shown. */
    private void words(Optional<String> part) throws UnreadableException {
        if (part.isEmpty()) {
            return;
        }
        List<String> words = new ArrayList<>();
        parts.xml(part.get(), root -> words(root, words));
        out.paragraph(String.join("\n", words));
    }

    private void words(XmlCursor at, List<String> words) throws UnreadableException {
        at.children(name -> {
            switch (name) {
                case "p" -> {
                    StringBuilder text = new StringBuilder();
                    at.children(inner -> text(at, inner, text));
                    if (!text.toString().isBlank()) {
                        words.add(Texts.collapse(text.toString()));
                    }
                }
                case "strCache", "numCache" -> {
                    List<String> values = new ArrayList<>();
                    values(at, values);
                    if (!values.isEmpty()) {
                        words.add(String.join(", ", values));
                    }
                }
                default -> words(at, words);
            }
        });
    }

    private void values(XmlCursor at, List<String> values) throws UnreadableException {
        at.children(name -> {
            if (name.equals("v")) {
                values.add(Texts.collapse(at.text(limits)));
            } else if (name.equals("pt")) {
                values(at, values);
            }
        });
    }

    private void notes(Optional<String> part) throws UnreadableException {
        if (part.isEmpty()) {
            return;
        }
        List<Shape> shapes = new ArrayList<>();
        parts.xml(part.get(), root -> shapes(root, shapes));
        for (Shape shape : shapes) {
            for (String paragraph : shape.paragraphs) {
                out.paragraph(paragraph);
            }
        }
    }
}
