package dev.groundwork.rag.lucene.ingest;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jsoup.nodes.CDataNode;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.parser.Parser;
import org.jspecify.annotations.Nullable;

/**
 * The visible text of HTML: paragraphs on a line each, list items with their marks, table rows with {@code " | "}
 * between cells, preformatted text as it stands. Scripts, styles, navigation, form controls and hidden elements are
 * left out. Nothing is fetched and no script runs; elements nested deeper than browsers allow are flattened.
 */
final class HtmlReader implements DocumentReader {

    /** What browsers allow. */
    private static final int MAX_DEPTH = 512;

    /** Some 200 times what a long page of an encyclopaedia has. */
    private static final int MAX_ELEMENTS = 500_000;

    private static final Set<String> SKIPPED = Set.of(
            "head",
            "script",
            "style",
            "noscript",
            "template",
            "nav",
            "iframe",
            "object",
            "embed",
            "svg",
            "canvas",
            "audio",
            "video",
            "select",
            "datalist",
            "button",
            "input",
            "textarea");

    private static final Set<String> SKIPPED_ROLES = Set.of("navigation", "search", "menu", "menubar");

    private static final Set<String> BLOCKS = Set.of(
            "address",
            "article",
            "aside",
            "blockquote",
            "body",
            "center",
            "dd",
            "details",
            "dialog",
            "dir",
            "div",
            "dl",
            "dt",
            "fieldset",
            "figcaption",
            "figure",
            "footer",
            "form",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "header",
            "hgroup",
            "hr",
            "html",
            "legend",
            "li",
            "main",
            "menu",
            "ol",
            "p",
            "pre",
            "section",
            "summary",
            "table",
            "ul",
            "caption",
            "tr",
            "td",
            "th",
            "thead",
            "tbody",
            "tfoot",
            "listing",
            "xmp",
            "plaintext");

    private static final Pattern HEADING = Pattern.compile("h[1-6]");

    private static final Pattern INVISIBLE =
            Pattern.compile("display\\s*:\\s*none|visibility\\s*:\\s*hidden", Pattern.CASE_INSENSITIVE);

    @Override
    public DocumentText read(byte[] content, ReadLimits limits) throws UnreadableException {
        String source = TextDecoder.decodeHtml(content, limits.maxCharacters());
        Parser parser = Parser.htmlParser().setTrackPosition(true).setMaxDepth(MAX_DEPTH);
        checkElements(source);
        Document document = parser.parseInput(new CheckedReader(source), "");
        Reading reading = new Reading();
        reading.flow(document.body());
        reading.finish();
        String title = Texts.collapse(document.title());
        if (title.isEmpty()) {
            title = reading.firstHeading == null ? "" : reading.firstHeading;
        }
        return new DocumentText(
                title.isEmpty() ? null : Texts.cut(title, SectionPath.MAX_LENGTH),
                reading.text.toString(),
                reading.lines,
                null,
                reading.blocks);
    }

    /** Counts what looks like the start of an element, before any is made: each takes hundreds of bytes of heap. */
    private static void checkElements(String source) throws UnreadableException {
        int elements = 0;
        for (int at = source.indexOf('<'); at >= 0; at = source.indexOf('<', at + 1)) {
            if (at + 1 < source.length() && Character.isLetter(source.charAt(at + 1)) && ++elements > MAX_ELEMENTS) {
                throw new UnreadableException("too many elements: more than " + MAX_ELEMENTS);
            }
        }
    }

    private static boolean isHidden(Element element) {
        return SKIPPED.contains(element.normalName())
                || element.hasAttr("hidden")
                || element.attr("aria-hidden").equalsIgnoreCase("true")
                || (element.normalName().equals("dialog") && !element.hasAttr("open"))
                || SKIPPED_ROLES.contains(element.attr("role").toLowerCase(Locale.ROOT))
                || (element.hasAttr("style")
                        && INVISIBLE.matcher(element.attr("style")).find());
    }

    private static boolean isHeading(Element element) {
        return HEADING.matcher(element.normalName()).matches();
    }

    private static final class Reading {

        final StringBuilder text = new StringBuilder();
        final LineMap lines = new LineMap();
        final List<Block> blocks = new ArrayList<>();
        private final SectionPath path = new SectionPath();

        @Nullable
        String firstHeading;

        private int blockStart;
        private @Nullable Element headRow;
        private int headEnd;
        private boolean space;
        private int line = 1;

        /** Reads what stands in an element as paragraphs of their own. */
        void flow(Element parent) {
            for (Node node : parent.childNodes()) {
                if (node instanceof TextNode textNode) {
                    inline(textNode);
                } else if (node instanceof Element element && !isHidden(element)) {
                    flowElement(element);
                }
            }
        }

        private void flowElement(Element element) {
            String name = element.normalName();
            switch (name) {
                case "br" -> lineBreak();
                case "wbr" -> {}
                case "pre", "listing", "xmp", "plaintext" -> {
                    finish();
                    preformatted(element, "");
                    finish(Block.Kind.LINES, List.of());
                }
                case "ul", "ol", "dl", "menu", "dir" -> {
                    finish();
                    if (element.selectFirst("h1, h2, h3, h4, h5, h6") != null) {
                        flow(element);
                    } else {
                        List<Block> items = new ArrayList<>();
                        list(element, "", items);
                        finish(Block.Kind.LINES, items);
                        return;
                    }
                    finish();
                }
                case "table" -> {
                    finish();
                    if (isLayout(element)) {
                        flow(element);
                        finish();
                    } else {
                        headRow = headRow(element);
                        table(element, "");
                        headRow = null;
                        finish(Block.Kind.LINES, List.of());
                    }
                }
                default -> {
                    if (isHeading(element)) {
                        finish();
                        heading(element);
                    } else if (BLOCKS.contains(name)) {
                        finish();
                        flow(element);
                        finish();
                    } else {
                        flow(element);
                    }
                }
            }
        }

        private void heading(Element element) {
            int start = text.length();
            inlineAll(element);
            String words = Texts.collapse(text.substring(start));
            if (words.isEmpty()) {
                finish();
                return;
            }
            int level = element.normalName().charAt(1) - '0';
            path.enter(level, words);
            if (level == 1 && firstHeading == null) {
                firstHeading = words;
            }
            finish(Block.Kind.HEADING, List.of());
        }

        /** The items of a list, one a line at least, nested ones with an indent. */
        private void list(Element list, String indent, @Nullable List<Block> items) {
            boolean ordered = list.normalName().equals("ol");
            int number = ordered ? start(list) : 0;
            for (Node node : list.childNodes()) {
                if (node instanceof TextNode stray) {
                    inline(stray);
                    continue;
                }
                if (!(node instanceof Element item) || isHidden(item)) {
                    continue;
                }
                String name = item.normalName();
                newLine();
                int itemStart = text.length();
                switch (name) {
                    case "li" -> {
                        String mark = ordered ? number++ + ". " : "- ";
                        noteLine(item);
                        text.append(indent).append(mark);
                        item(item, indent + "  ");
                        if (text.length() == itemStart + indent.length() + mark.length()) {
                            text.setLength(itemStart);
                        }
                    }
                    case "ul", "ol", "dl", "menu" -> list(item, indent + "  ", null);
                    case "dt" -> item(item, indent);
                    case "dd" -> {
                        noteLine(item);
                        text.append(indent).append("  ");
                        item(item, indent + "  ");
                        if (Texts.isBlank(text, itemStart, text.length())) {
                            text.setLength(itemStart);
                        }
                    }
                    case "div" -> {
                        if (list.normalName().equals("dl")) {
                            list(item, indent, null);
                        } else {
                            item(item, indent);
                        }
                    }
                    default -> item(item, indent);
                }
                if (items != null && text.length() > itemStart) {
                    boolean definition = name.equals("dd") && !items.isEmpty();
                    int from = definition ? items.getLast().start() : itemStart;
                    if (definition) {
                        items.removeLast();
                    }
                    items.add(new Block(from, text.length(), Block.Kind.LINES, path.current()));
                }
            }
        }

        private static int start(Element list) {
            try {
                return Integer.parseInt(list.attr("start").strip());
            } catch (NumberFormatException e) {
                return 1;
            }
        }

        /** What stands in an item or a cell's like: text on the same line, blocks on new ones. */
        private void item(Element parent, String indent) {
            for (Node node : parent.childNodes()) {
                if (node instanceof TextNode textNode) {
                    inline(textNode);
                } else if (node instanceof Element element && !isHidden(element)) {
                    switch (element.normalName()) {
                        case "ul", "ol", "dl", "menu", "dir" -> {
                            newLine();
                            list(element, indent, null);
                            newLine();
                        }
                        case "pre", "listing", "xmp" -> {
                            newLine();
                            preformatted(element, indent);
                            newLine();
                        }
                        case "table" -> {
                            newLine();
                            table(element, indent);
                            newLine();
                        }
                        case "br" -> lineBreak();
                        default -> {
                            if (BLOCKS.contains(element.normalName())) {
                                itemLine(indent);
                                item(element, indent);
                                itemLine(indent);
                            } else {
                                item(element, indent);
                            }
                        }
                    }
                }
            }
        }

        /** Starts a new line within an item, unless there is nothing on this one but the item's mark. */
        private void itemLine(String indent) {
            int lineStart = text.lastIndexOf("\n") + 1;
            String soFar = text.substring(Math.max(lineStart, blockStart)).strip();
            if (!soFar.isEmpty() && !soFar.equals("-") && !soFar.matches("\\d{1,9}\\.")) {
                newLine();
                text.append(indent);
            }
        }

        /** Whether a table arranges a page rather than data. */
        private static boolean isLayout(Element table) {
            if (table.attr("role").equalsIgnoreCase("presentation")
                    || table.selectFirst("h1, h2, h3, h4, h5, h6") != null) {
                return true;
            }
            for (Element code : table.select("pre")) {
                if (code.wholeText().strip().indexOf('\n') >= 0) {
                    return true;
                }
            }
            return table.selectFirst("table table") != null && table.selectFirst("th") == null;
        }

        /** The last row of a table's head: of its own part of the table, or a first one that names columns. */
        private static @Nullable Element headRow(Element table) {
            Element head = table.selectFirst("> thead > tr:last-child");
            Element first = table.selectFirst("> tbody > tr, > tr");
            boolean names = first != null
                    && !first.children().isEmpty()
                    && first.children().stream()
                            .allMatch(cell -> cell.normalName().equals("th"));
            return head != null ? head : names ? first : null;
        }

        private void table(Element table, String indent) {
            for (Element part : table.children()) {
                if (isHidden(part)) {
                    continue;
                }
                switch (part.normalName()) {
                    case "tr" -> row(part, indent);
                    case "thead", "tbody", "tfoot" -> table(part, indent);
                    case "colgroup", "col" -> {}
                    default -> {
                        newLine();
                        text.append(indent);
                        inlineAll(part);
                    }
                }
            }
        }

        private void row(Element row, String indent) {
            newLine();
            int start = text.length();
            text.append(indent);
            boolean words = false;
            boolean first = true;
            for (Element cell : row.children()) {
                if (isHidden(cell)) {
                    continue;
                }
                if (!first) {
                    trimSpaces();
                    text.append(" | ");
                }
                first = false;
                int cellStart = text.length();
                space = false;
                inlineAll(cell);
                words |= !Texts.isBlank(text, cellStart, text.length());
            }
            if (!words) {
                text.setLength(start);
            }
            if (row.equals(headRow)) {
                headEnd = text.length();
            }
            space = false;
        }

        private void trimSpaces() {
            int end = text.length();
            while (end > blockStart && text.charAt(end - 1) == ' ') {
                end--;
            }
            text.setLength(end);
        }

        /** All text of an element on one line. */
        private void inlineAll(Element parent) {
            for (Node node : parent.childNodes()) {
                if (node instanceof TextNode textNode) {
                    inline(textNode);
                } else if (node instanceof Element element && !isHidden(element)) {
                    boolean apart = element.normalName().equals("br") || BLOCKS.contains(element.normalName());
                    space |= apart;
                    inlineAll(element);
                    space |= apart;
                }
            }
        }

        /** Appends text with its white space collapsed; each line of the source is noted where its words start. */
        private void inline(TextNode node) {
            if (node instanceof CDataNode) {
                return;
            }
            String raw = node.getWholeText();
            int at = sourceLine(node);
            int last = Math.max(at, node.sourceRange().end().lineNumber());
            for (int i = 0; i < raw.length(); i++) {
                char c = raw.charAt(i);
                if (c == '\n') {
                    at = Math.min(at + 1, last);
                }
                if (Texts.isSpace(c)) {
                    space = true;
                } else if (c != '\u00ad') {
                    separate();
                    line = at;
                    lines.note(text.length(), at);
                    text.append(c);
                }
            }
        }

        /** Writes the space that stands between the last word and the next. */
        private void separate() {
            if (space && text.length() > blockStart && !Texts.isSpace(text.charAt(text.length() - 1))) {
                text.append(' ');
            }
            space = false;
        }

        private void preformatted(Element element, String indent) {
            space = false;
            int start = text.length();
            preformattedAll(element, indent);
            text.setLength(Texts.trimEnd(text, start, text.length()));
        }

        private void preformattedAll(Element parent, String indent) {
            for (Node node : parent.childNodes()) {
                if (node instanceof TextNode textNode) {
                    String raw = textNode.getWholeText();
                    int at = sourceLine(textNode);
                    int last = Math.max(at, textNode.sourceRange().end().lineNumber());
                    for (int i = 0; i < raw.length(); i++) {
                        char c = raw.charAt(i);
                        if (c == '\n') {
                            at = Math.min(at + 1, last);
                            if (text.length() > blockStart) {
                                text.append('\n').append(indent);
                            }
                        } else {
                            line = at;
                            lines.note(text.length(), at);
                            text.append(c);
                        }
                    }
                } else if (node instanceof Element element && !isHidden(element)) {
                    if (element.normalName().equals("br")) {
                        text.append('\n').append(indent);
                    }
                    preformattedAll(element, indent);
                }
            }
        }

        private int sourceLine(Node node) {
            return node.sourceRange().isTracked() ? node.sourceRange().start().lineNumber() : line;
        }

        private void noteLine(Element element) {
            line = sourceLine(element);
            lines.note(text.length(), line);
        }

        private void lineBreak() {
            if (text.length() > blockStart) {
                trimSpaces();
                text.append('\n');
            }
            space = false;
        }

        private void newLine() {
            space = false;
            if (text.length() > blockStart && text.charAt(text.length() - 1) != '\n') {
                trimSpaces();
                if (text.length() > blockStart && text.charAt(text.length() - 1) != '\n') {
                    text.append('\n');
                }
            }
        }

        void finish() {
            finish(Block.Kind.PROSE, List.of());
        }

        /** Ends the block that was being written, if there is any text in it. */
        private void finish(Block.Kind kind, List<Block> parts) {
            space = false;
            int end = Texts.trimEnd(text, blockStart, text.length());
            if (end > blockStart) {
                int head = headEnd > blockStart && headEnd < end ? headEnd : blockStart;
                blocks.add(new Block(blockStart, end, kind, path.current(), clip(parts, end), head));
                text.setLength(end);
                text.append("\n\n");
            } else {
                text.setLength(blockStart);
            }
            blockStart = text.length();
        }

        private static List<Block> clip(List<Block> parts, int end) {
            List<Block> clipped = new ArrayList<>(parts.size());
            for (Block part : parts) {
                if (part.start() < end) {
                    clipped.add(new Block(
                            part.start(), Math.min(part.end(), end), part.kind(), part.section(), part.parts()));
                }
            }
            return clipped;
        }
    }
}
