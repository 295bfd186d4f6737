package dev.groundwork.rag.lucene.ingest;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.commonmark.ext.gfm.tables.TableBlock;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.BlockQuote;
import org.commonmark.node.Code;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.HardLineBreak;
import org.commonmark.node.Heading;
import org.commonmark.node.HtmlBlock;
import org.commonmark.node.IndentedCodeBlock;
import org.commonmark.node.ListBlock;
import org.commonmark.node.ListItem;
import org.commonmark.node.Node;
import org.commonmark.node.SoftLineBreak;
import org.commonmark.node.SourceSpan;
import org.commonmark.node.Text;
import org.commonmark.parser.IncludeSourceSpans;
import org.commonmark.parser.Parser;
import org.jspecify.annotations.Nullable;

/**
 * Markdown (CommonMark with tables), kept as it was written: blocks are whole lines of the file. Front matter and
 * comments are left out.
 *
 * <p>Only the structure of blocks is parsed, in time that grows with the length; what is inside a paragraph stays raw,
 * and is looked into in headings alone, for their text.
 */
final class MarkdownReader implements DocumentReader {

    /** Lists and quotes in each other, deeper than any reader follows; what lies deeper is a paragraph. */
    private static final int MAX_NESTING = 100;

    /** Each line may be a list of its own, which takes hundreds of bytes of heap while it is read. */
    private static final int MAX_LINES = 500_000;

    /** Front matter longer than so many lines is taken for text between two rules. */
    private static final int MAX_FRONT_MATTER_LINES = 500;

    /** Longer headings are taken as they are: reading their marks is not linear in their length. */
    private static final int MAX_HEADING_LENGTH = 500;

    private static final Parser BLOCKS = Parser.builder()
            .extensions(List.of(TablesExtension.create()))
            .includeSourceSpans(IncludeSourceSpans.BLOCKS)
            .maxOpenBlockParsers(MAX_NESTING)
            .inlineParserFactory(context -> (lines, node) -> {})
            .build();

    private static final Parser HEADINGS = Parser.builder().build();

    private static final Pattern TITLE_KEY =
            Pattern.compile("^title[ \\t]*:[ \\t]*(?:\"(.*)\"|'(.*)'|(.*?))[ \\t]*$", Pattern.CASE_INSENSITIVE);

    private static final Pattern YAML_LINE = Pattern.compile("#|[\\w\"'.-]{1,80}[ \\t]*:([ \\t]|$)");

    private static final Pattern HEADING_MARKS = Pattern.compile("^[ \\t]{0,3}#{1,6}[ \\t]*|[ \\t]+#+[ \\t]*$");

    private static final Pattern HEADING_ID = Pattern.compile("[ \\t]*\\{#[\\w.:-]+}[ \\t]*$");

    @Override
    public DocumentText read(byte[] content, ReadLimits limits) throws UnreadableException {
        String text = TextDecoder.decode(content, limits.maxCharacters());
        try {
            Reading reading = new Reading(text);
            if (reading.lines.size() > MAX_LINES) {
                throw new UnreadableException("too many lines: more than " + MAX_LINES);
            }
            return reading.read();
        } catch (IOException e) {
            throw UnreadableException.passing("interrupted", e);
        }
    }

    private static final class Reading {

        private final String text;
        private final LineMap lines;
        private final SectionPath path = new SectionPath();
        private final List<Block> blocks = new ArrayList<>();
        private @Nullable String title;
        private int done;

        Reading(String text) {
            this.text = text;
            this.lines = LineMap.ofLines(text);
        }

        DocumentText read() throws IOException {
            int bodyLine = frontMatterLines();
            done = bodyLine < lines.size() ? lines.offset(bodyLine) : text.length();
            // Lines before the body stay, empty, so that the parser's numbers are the file's.
            Node document = BLOCKS.parseReader(new CheckedReader("\n".repeat(bodyLine) + text.substring(done)));
            @Nullable String firstHeading = null;
            for (Node node = document.getFirstChild(); node != null; node = node.getNext()) {
                List<SourceSpan> spans = node.getSourceSpans();
                if (spans.isEmpty()) {
                    continue;
                }
                int start = Math.max(done, start(spans));
                int end = end(spans);
                if (end <= start) {
                    continue;
                }
                uncovered(start);
                done = end;
                if (node instanceof HtmlBlock && isComment(start, end)) {
                    continue;
                }
                if (node instanceof Heading heading) {
                    String words = headingText(start, end);
                    path.enter(heading.getLevel(), words);
                    if (firstHeading == null && heading.getLevel() == 1 && !words.isEmpty()) {
                        firstHeading = words;
                    }
                    blocks.add(new Block(start, end, Block.Kind.HEADING, path.current()));
                } else {
                    blocks.add(block(node, start, end, path.current()));
                }
            }
            uncovered(text.length());
            String shown = title != null ? title : firstHeading;
            return new DocumentText(
                    shown == null ? null : Texts.cut(shown, SectionPath.MAX_LENGTH), text, lines, null, blocks);
        }

        /** What the parser made no block of, if any, is a paragraph. */
        private void uncovered(int until) {
            for (Block gap : PlainTextReader.paragraphs(text, done, Math.max(done, until), Block.Kind.PROSE)) {
                blocks.add(new Block(gap.start(), gap.end(), Block.Kind.PROSE, path.current()));
            }
        }

        private Block block(Node node, int start, int end, List<String> section) {
            if (node instanceof TableBlock) {
                // The names of the columns, and the line below them.
                int headEnd = text.indexOf('\n', start);
                headEnd = headEnd < 0 ? start : text.indexOf('\n', headEnd + 1);
                boolean rows = headEnd > start && headEnd < end;
                return new Block(start, end, Block.Kind.LINES, section, List.of(), rows ? headEnd : start);
            }
            if (node instanceof FencedCodeBlock || node instanceof IndentedCodeBlock || node instanceof HtmlBlock) {
                return new Block(start, end, Block.Kind.LINES, section);
            }
            if (node instanceof ListBlock || node instanceof ListItem || node instanceof BlockQuote) {
                return new Block(start, end, Block.Kind.PROSE, section, parts(node, start, end, section));
            }
            return new Block(start, end, Block.Kind.PROSE, section);
        }

        /** The children of a list or quote, each from where it starts to where the next one does. */
        private List<Block> parts(Node parent, int start, int end, List<String> section) {
            List<Node> children = new ArrayList<>();
            List<Integer> starts = new ArrayList<>();
            int at = start;
            for (Node child = parent.getFirstChild(); child != null; child = child.getNext()) {
                List<SourceSpan> spans = child.getSourceSpans();
                if (spans.isEmpty()) {
                    continue;
                }
                int childStart = children.isEmpty() ? start : start(spans);
                if (childStart < at || childStart >= end || (!children.isEmpty() && childStart == at)) {
                    continue;
                }
                at = childStart;
                children.add(child);
                starts.add(childStart);
            }
            List<Block> parts = new ArrayList<>(children.size());
            for (int i = 0; i < children.size(); i++) {
                int partEnd = i + 1 < starts.size() ? starts.get(i + 1) : end;
                parts.add(block(children.get(i), starts.get(i), partEnd, section));
            }
            return parts;
        }

        private int start(List<SourceSpan> spans) {
            return lines.offset(spans.getFirst().getLineIndex());
        }

        /** The end of the last line, without the line end itself. */
        private int end(List<SourceSpan> spans) {
            int next = spans.getLast().getLineIndex() + 1;
            return next < lines.size() ? lines.offset(next) - 1 : text.length();
        }

        /** Whether there is nothing in a block of HTML but comments. */
        private boolean isComment(int start, int end) {
            int at = Texts.skipSpace(text, start, end);
            while (at < end) {
                if (!text.startsWith("<!--", at)) {
                    return false;
                }
                int close = text.indexOf("-->", at + 4);
                if (close < 0 || close + 3 > end) {
                    return false;
                }
                at = Texts.skipSpace(text, close + 3, end);
            }
            return true;
        }

        private String headingText(int start, int end) {
            String raw = text.substring(start, end);
            int newline = raw.indexOf('\n');
            if (raw.stripLeading().startsWith("#")) {
                raw = HEADING_MARKS
                        .matcher(newline < 0 ? raw : raw.substring(0, newline))
                        .replaceAll("");
            } else if (newline >= 0) {
                raw = raw.substring(0, raw.lastIndexOf('\n'));
            }
            raw = HEADING_ID.matcher(raw).replaceFirst("");
            if (raw.length() > MAX_HEADING_LENGTH) {
                return Texts.collapse(raw);
            }
            StringBuilder words = new StringBuilder();
            // As a heading, so that "1. Setup" is not read as a list.
            HEADINGS.parse("# " + raw.replace('\n', ' ')).accept(new Words(words));
            return Texts.collapse(words.toString());
        }

        /** Reads the title from front matter, and returns how many lines that takes: 0 where there is none. */
        private int frontMatterLines() {
            if (!line(0).stripTrailing().equals("---")) {
                return 0;
            }
            @Nullable String found = null;
            boolean yaml = false;
            for (int i = 1; i < Math.min(lines.size(), MAX_FRONT_MATTER_LINES); i++) {
                String line = line(i).stripTrailing();
                if (line.equals("---") || line.equals("...")) {
                    title = found;
                    return i + 1;
                }
                // Text between two rules starts otherwise.
                if (!yaml && !line.isEmpty()) {
                    yaml = YAML_LINE.matcher(line).lookingAt();
                    if (!yaml) {
                        return 0;
                    }
                }
                Matcher matcher = TITLE_KEY.matcher(line);
                if (found == null && matcher.matches()) {
                    String value = matcher.group(1) != null
                            ? matcher.group(1)
                            : matcher.group(2) != null ? matcher.group(2) : matcher.group(3);
                    found = value == null || value.isBlank() ? null : Texts.collapse(value);
                }
            }
            return 0;
        }

        private String line(int index) {
            int end = index + 1 < lines.size() ? lines.offset(index + 1) - 1 : text.length();
            return text.substring(lines.offset(index), end);
        }
    }

    private static final class Words extends AbstractVisitor {

        private final StringBuilder out;

        Words(StringBuilder out) {
            this.out = out;
        }

        @Override
        public void visit(Text text) {
            out.append(text.getLiteral());
        }

        @Override
        public void visit(Code code) {
            out.append(code.getLiteral());
        }

        @Override
        public void visit(SoftLineBreak lineBreak) {
            out.append(' ');
        }

        @Override
        public void visit(HardLineBreak lineBreak) {
            out.append(' ');
        }
    }
}
