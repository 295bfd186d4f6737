package dev.groundwork.rag.lucene.ingest;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a workbook sheet by sheet: a sheet is a page, its name a heading, a row a line whose number is the row's. Cells
 * show what they held when the workbook was saved, dates as ISO 8601. An empty row ends a table. Hidden sheets, rows and
 * columns, comments and charts are left out.
 */
final class SheetsReading {

    private static final int MAX_COLUMNS = 16_384;

    private final OfficeParts parts;
    private final ReadLimits limits;
    private final BlockWriter out;
    private final List<String> shared = new ArrayList<>();
    private SheetFormats formats = SheetFormats.NONE;
    private boolean from1904;
    private int cellCount;

    /** A sheet of the workbook. */
    private record Sheet(String name, String part) {}

    SheetsReading(OfficeParts parts, ReadLimits limits) {
        this.parts = parts;
        this.limits = limits;
        this.out = new BlockWriter(limits);
    }

    DocumentText read(String main) throws UnreadableException {
        List<OfficeParts.Relation> relations = parts.relations(main);
        List<Sheet> sheets = new ArrayList<>();
        parts.xml(
                main,
                root -> root.children(name -> {
                    if (name.equals("workbookPr")) {
                        String value = root.attribute("date1904");
                        from1904 = "1".equals(value) || "true".equals(value);
                    } else if (name.equals("sheets")) {
                        root.children(inner -> sheet(root, relations, sheets));
                    }
                }));
        Optional<String> styles = parts.first(relations, "styles");
        if (styles.isPresent()) {
            formats = SheetFormats.read(parts, styles.get());
        }
        Optional<String> strings = parts.first(relations, "sharedStrings");
        if (strings.isPresent()) {
            sharedStrings(strings.get());
        }
        for (int i = 0; i < sheets.size(); i++) {
            out.page(i + 1);
            out.endSections();
            out.lineNumber(1);
            out.heading(1, sheets.get(i).name());
            rows(sheets.get(i).part());
        }
        return out.toText(parts.title());
    }

    private void sheet(XmlCursor at, List<OfficeParts.Relation> relations, List<Sheet> sheets) {
        String state = at.attribute("state");
        String name = at.attribute("name");
        boolean shown = state == null || state.equals("visible");
        // A sheet that is a chart holds no cells.
        relations.stream()
                .filter(relation -> shown && relation.type().equals("worksheet"))
                .filter(relation -> relation.id().equals(at.relation()))
                .flatMap(relation -> parts.byId(relations, relation.id()).stream())
                .findFirst()
                .ifPresent(part -> sheets.add(new Sheet(name == null ? "" : name, part)));
    }

    private void sharedStrings(String part) throws UnreadableException {
        long[] characters = {0};
        parts.xml(
                part,
                root -> root.children(name -> {
                    StringBuilder text = new StringBuilder();
                    rich(root, text);
                    characters[0] += text.length();
                    if (characters[0] > limits.maxCharacters() || shared.size() >= ReadLimits.MAX_PARTS) {
                        throw limits.tooLong();
                    }
                    shared.add(Texts.collapse(text.toString()));
                }));
    }

    /** The runs of a string; how it is pronounced is left out. */
    private void rich(XmlCursor at, StringBuilder text) throws UnreadableException {
        at.children(name -> {
            if (name.equals("t")) {
                text.append(at.text(limits));
            } else if (name.equals("r")) {
                rich(at, text);
            }
        });
    }

    private void rows(String part) throws UnreadableException {
        SheetColumns hidden = new SheetColumns();
        Table table = new Table();
        parts.xml(
                part,
                root -> root.children(name -> {
                    if (name.equals("cols")) {
                        root.children(inner -> hidden.take(root));
                    } else if (name.equals("sheetData")) {
                        root.children(inner -> row(root, hidden, table));
                    }
                }));
        table.end();
    }

    private void row(XmlCursor at, SheetColumns hidden, Table table) throws UnreadableException {
        int number = Texts.number(at.attribute("r"), table.lastRow + 1);
        String hide = at.attribute("hidden");
        List<String> cells = new ArrayList<>();
        boolean[] words = {true};
        int[] column = {0};
        at.children(name -> {
            if (!name.equals("c")) {
                return;
            }
            column[0] = SheetColumns.of(at.attribute("r"), column[0]);
            if (column[0] >= MAX_COLUMNS) {
                throw new UnreadableException("damaged: a cell stands beyond the last column");
            }
            if (++cellCount > ReadLimits.MAX_PARTS * 4) {
                throw new UnreadableException("too many cells: more than " + ReadLimits.MAX_PARTS * 4);
            }
            Cell cell = cell(at);
            if (!cell.text().isEmpty() && !hidden.contains(column[0])) {
                while (cells.size() < column[0]) {
                    cells.add("");
                }
                cells.add(cell.text());
                words[0] &= cell.words();
            }
            column[0]++;
        });
        if (!cells.isEmpty() && !"1".equals(hide) && !"true".equals(hide)) {
            table.add(number, cells, words[0]);
        }
    }

    /**
     * A cell.
     *
     * @param words whether it is a text, not a number or the like
     */
    private record Cell(String text, boolean words) {}

    private Cell cell(XmlCursor at) throws UnreadableException {
        String type = at.attribute("t");
        int style = Texts.number(at.attribute("s"), 0);
        String[] value = {""};
        at.children(name -> {
            if (name.equals("v")) {
                value[0] = at.text(limits);
            } else if (name.equals("is")) {
                StringBuilder text = new StringBuilder();
                rich(at, text);
                value[0] = text.toString();
            }
        });
        String raw = value[0];
        return switch (type == null ? "n" : type) {
            case "s" -> {
                int index = Texts.number(raw.strip(), -1);
                yield new Cell(index >= 0 && index < shared.size() ? shared.get(index) : "", true);
            }
            case "b" -> new Cell(raw.strip().equals("1") ? "TRUE" : "FALSE", false);
            case "n" -> new Cell(formats.show(raw.strip(), style, from1904), false);
            case "e", "d" -> new Cell(raw.strip(), false);
            default -> new Cell(Texts.collapse(raw), true);
        };
    }

    /** Rows that follow each other. The first is the head where it consists of words, and more rows follow. */
    private final class Table {

        private int lastRow;
        private int rows;
        private int left;
        private @Nullable List<String> first;
        private int firstRow;
        private boolean firstWords;

        void add(int number, List<String> cells, boolean words) throws UnreadableException {
            if (number != lastRow + 1) {
                end();
            }
            lastRow = number;
            if (first == null && rows == 0) {
                first = cells;
                firstRow = number;
                firstWords =
                        words && cells.stream().filter(cell -> !cell.isEmpty()).count() > 1;
                return;
            }
            writeFirst(cells);
            write(number, cells);
        }

        private void writeFirst(List<String> second) throws UnreadableException {
            List<String> cells = first;
            if (cells != null) {
                left = Math.min(leading(cells), second == null ? Integer.MAX_VALUE : leading(second));
                write(firstRow, cells);
                if (firstWords) {
                    out.endHead();
                }
                first = null;
            }
        }

        private static int leading(List<String> cells) {
            int empty = 0;
            while (empty < cells.size() && cells.get(empty).isEmpty()) {
                empty++;
            }
            return empty;
        }

        private void write(int number, List<String> cells) throws UnreadableException {
            out.lineNumber(number);
            out.row(cells.subList(Math.min(left, leading(cells)), cells.size()));
            rows++;
        }

        void end() throws UnreadableException {
            writeFirst(List.of());
            rows = 0;
            out.endBlock(Block.Kind.LINES);
        }
    }
}
