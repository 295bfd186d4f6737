package dev.groundwork.rag;

/**
 * The metadata keys under which a segment says where it comes from. Parsers and splitters write them, citations read
 * them; all are optional, and all other keys are the application's own.
 */
public final class SegmentKeys {

    /** The document as its reader knows it, for instance a path below the ingested folder; a string. */
    public static final String SOURCE = "source";

    /** The document's title; a string. */
    public static final String TITLE = "title";

    /** The headings that the segment stands under, outermost first, joined by {@link #HEADING_SEPARATOR}; a string. */
    public static final String HEADINGS = "headings";

    /**
     * The segment's language: an ISO 639-1 code such as {@code de}, or a tag that starts with one, such as {@code de-AT};
     * a string.
     */
    public static final String LANGUAGE = "language";

    /** The first line of the segment in its document, from 1; an integer. */
    public static final String START_LINE = "start_line";

    /** The last line of the segment in its document, inclusive; an integer. */
    public static final String END_LINE = "end_line";

    /** The page on which the segment starts, from 1, where the format has pages; an integer. */
    public static final String PAGE = "page";

    /** The segment's place in its document, from 0; an integer. */
    public static final String ORDINAL = "ordinal";

    /** What stands between two headings in {@link #HEADINGS}. */
    public static final String HEADING_SEPARATOR = " › ";

    private SegmentKeys() {}
}
