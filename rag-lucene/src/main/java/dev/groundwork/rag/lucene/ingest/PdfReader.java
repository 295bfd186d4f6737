package dev.groundwork.rag.lucene.ingest;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.io.MemoryUsageSetting;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.encryption.InvalidPasswordException;
import org.apache.pdfbox.text.PDFTextStripper;
import org.apache.pdfbox.text.TextPosition;
import org.jspecify.annotations.Nullable;

/**
 * The text layer of a PDF, page by page. Its lines are those of the extracted text, counted through the whole document,
 * for a PDF has none of its own. No block crosses a page. Words that were hyphenated at a line's end stay so: the text
 * layer does not say which hyphens belong to the word.
 */
final class PdfReader implements DocumentReader {

    private static final String SENTENCE_ENDS = ".!?:;。！？：；…";

    /** From so many paragraphs on a page, and such a share of single lines that end amid a sentence, none is believed. */
    private static final int MIN_PARAGRAPHS = 6;

    private static final double TORN_SHARE = 0.6;

    @Override
    public DocumentText read(byte[] content, ReadLimits limits) throws UnreadableException {
        if (!startsLikePdf(content)) {
            String magic = TextDecoder.magic(content);
            throw new UnreadableException("not a PDF" + (magic == null ? "" : ": " + magic));
        }
        InflationLimit.check(content, limits.maxExpandedBytes());
        try (PDDocument document = Loader.loadPDF(
                content,
                "",
                null,
                null,
                MemoryUsageSetting.setupMainMemoryOnly(limits.maxExpandedBytes()).streamCache)) {
            if (!document.getCurrentAccessPermission().canExtractContent()) {
                throw new UnreadableException("encrypted: its author does not allow to extract text");
            }
            Stripper stripper = new Stripper(limits.maxCharacters());
            stripper.writeText(document, stripper.out);
            DocumentText text = stripper.toText(
                    Titles.sensible(document.getDocumentInformation().getTitle()));
            if (!text.hasWords()) {
                throw new UnreadableException("no text found (scanned pages?)");
            }
            return text;
        } catch (InvalidPasswordException e) {
            throw new UnreadableException("encrypted", e);
        } catch (TooLongException e) {
            throw limits.tooLong();
        } catch (IOException e) {
            throw new UnreadableException("damaged PDF", e);
        }
    }

    /** The header may stand a little further down: readers look for it in the first 1,024 bytes. */
    private static boolean startsLikePdf(byte[] content) {
        for (int at = 0; at + 5 <= Math.min(content.length, 1024); at++) {
            if (content[at] == '%'
                    && content[at + 1] == 'P'
                    && content[at + 2] == 'D'
                    && content[at + 3] == 'F'
                    && content[at + 4] == '-') {
                return true;
            }
        }
        return false;
    }

    /** The text was longer than allowed. */
    private static final class TooLongException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private static final class Stripper extends PDFTextStripper {

        final LimitedWriter out;
        private final LineMap pages = new LineMap();
        private final List<Integer> pageStarts = new ArrayList<>();

        Stripper(int maxCharacters) {
            out = new LimitedWriter(maxCharacters);
            setLineSeparator("\n");
            setParagraphEnd("\n");
            setPageEnd("\n\n");
            setArticleEnd("\n");
        }

        @Override
        protected void startPage(PDPage page) throws IOException {
            pages.note(out.text.length(), getCurrentPageNo());
            pageStarts.add(out.text.length());
            super.startPage(page);
        }

        /** This runs for each character, so an abandoned parse ends here. */
        @Override
        protected void processTextPosition(TextPosition position) {
            if (Thread.currentThread().isInterrupted()) {
                throw new IllegalStateException("interrupted");
            }
            super.processTextPosition(position);
        }

        DocumentText toText(@Nullable String title) {
            String text = out.text.toString();
            List<Block> blocks = new ArrayList<>();
            for (int i = 0; i < pageStarts.size(); i++) {
                int end = i + 1 < pageStarts.size() ? pageStarts.get(i + 1) : text.length();
                blocks.addAll(blocks(text, pageStarts.get(i), end));
            }
            return new DocumentText(title, text, LineMap.ofLines(text), pages, blocks);
        }

        /**
         * The paragraphs of a page. Where the lines are set wide apart, each looks like a paragraph; then the page is
         * one block, so that sentences stay whole.
         */
        private static List<Block> blocks(String text, int start, int end) {
            List<Block> paragraphs = PlainTextReader.paragraphs(text, start, end, Block.Kind.PROSE);
            int torn = 0;
            for (Block paragraph : paragraphs) {
                boolean oneLine = text.indexOf('\n', paragraph.start()) >= paragraph.end();
                int last = Texts.trimEnd(text, paragraph.start(), paragraph.end()) - 1;
                if (oneLine && SENTENCE_ENDS.indexOf(text.charAt(last)) < 0) {
                    torn++;
                }
            }
            if (paragraphs.size() < MIN_PARAGRAPHS || torn < paragraphs.size() * TORN_SHARE) {
                return paragraphs;
            }
            int from = paragraphs.getFirst().start();
            return List.of(new Block(from, paragraphs.getLast().end(), Block.Kind.PROSE, List.of()));
        }
    }

    /** Collects text up to a limit, and line ends as {@code \n}. */
    private static final class LimitedWriter extends Writer {

        final StringBuilder text = new StringBuilder();
        private final int maxCharacters;

        LimitedWriter(int maxCharacters) {
            this.maxCharacters = maxCharacters;
        }

        @Override
        public void write(char[] chars, int offset, int length) throws IOException {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("interrupted");
            }
            for (int at = offset; at < offset + length; at++) {
                char c = chars[at];
                // Control characters in a text layer are glyphs that nobody named.
                text.append(c == '\r' || (c < ' ' && c != '\n' && c != '\t') ? ' ' : c);
            }
            if (text.length() > maxCharacters) {
                throw new TooLongException();
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
