package dev.groundwork.rag.lucene;

import dev.groundwork.rag.IndexedSegment;
import dev.groundwork.rag.SegmentKeys;
import dev.groundwork.rag.TokenEmbedding;
import dev.langchain4j.data.document.Metadata;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.SortedDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.FixedBitSet;
import org.jspecify.annotations.Nullable;

/**
 * The fields of the index, and how a segment and a ledger entry become Lucene documents. A segment has an id; a ledger
 * entry, one for each document of a source, has none.
 */
final class Fields {

    /** A segment's id: a term to find it by, and doc values to order by. */
    static final String ID = "id";
    /** The source and document that a segment or ledger entry belongs to. */
    static final String OWNER = "owner";
    /** A ledger entry's source. */
    static final String SOURCE = "source";
    /** A ledger entry's document id and fingerprint. */
    static final String ENTRY = "entry";
    /** Tells ledger entries from segments. */
    static final String LEDGER = "ledger";
    /** A segment's words. */
    static final String TEXT = "text";
    /** The words of a segment's title and headings. */
    static final String TITLE = "title";
    /** What the fields of one language are named by: {@code text_de}, {@code title_de}. */
    private static final char OF_LANGUAGE = '_';
    /** A segment's metadata, as {@link MetadataTerms}. */
    static final String METADATA = "metadata";

    /** The longest term that Lucene takes. */
    static final int MAX_TERM_BYTES = 32_766;

    /**
     * Records up to this many bytes are doc values, which are read where they lie; longer ones are stored fields, which are
     * compressed: doc values are read into a buffer of the longest one's size.
     */
    static final int MAX_DIRECT_RECORD = 64 << 10;

    private static final String RECORD = "record";
    private static final String LONG_RECORD = "long_record";
    private static final BytesRef YES = new BytesRef("y");
    private static final FieldType WORDS_WITHOUT_POSITIONS = new FieldType(TextField.TYPE_NOT_STORED);

    static {
        WORDS_WITHOUT_POSITIONS.setIndexOptions(IndexOptions.DOCS_AND_FREQS);
        WORDS_WITHOUT_POSITIONS.freeze();
    }

    private Fields() {}

    /** Returns the field of vectors of a dimension: one each, for Lucene fixes a field's dimension for ever. */
    static String vectors(int dimension) {
        return "vector" + dimension;
    }

    /** Returns the field of a language beside {@link #TEXT} or {@link #TITLE}; that field itself for no language. */
    static String ofLanguage(String field, String language) {
        return language.isEmpty() ? field : field + OF_LANGUAGE + language;
    }

    /** Returns the language of a field of words; empty for those of any language. */
    static String language(String field) {
        boolean words = field.startsWith(TEXT + OF_LANGUAGE) || field.startsWith(TITLE + OF_LANGUAGE);
        return words ? field.substring(field.indexOf(OF_LANGUAGE) + 1) : "";
    }

    static Term id(String id) {
        return new Term(ID, new BytesRef(CodeUnits.encode(id)));
    }

    static Term owner(String source, String documentId) {
        return new Term(OWNER, new BytesRef(CodeUnits.pair(source, documentId)));
    }

    static Term source(String source) {
        return new Term(SOURCE, new BytesRef(CodeUnits.encode(source)));
    }

    static Document segment(IndexedSegment segment, @Nullable Term owner, Layout layout) {
        VectorSimilarity similarity = layout.similarity();
        Document document = new Document();
        BytesRef id = new BytesRef(CodeUnits.encode(segment.id()));
        document.add(new StringField(ID, id, Field.Store.NO));
        document.add(new SortedDocValuesField(ID, id));
        if (owner != null) {
            document.add(new StringField(OWNER, owner.bytes(), Field.Store.NO));
        }
        float[] given = segment.embedding().vector();
        float[] vector = similarity.prepared("segment " + segment.id() + ": vector", given);
        document.add(new KnnFloatVectorField(vectors(vector.length), vector, similarity.function()));
        Metadata metadata = segment.segment().metadata();
        addWords(document, metadata.toMap(), segment.segment().text(), layout.analysis());
        for (BytesRef term : MetadataTerms.of(metadata.toMap())) {
            document.add(new StringField(METADATA, term, Field.Store.NO));
        }
        if (segment.embedding() instanceof TokenEmbedding with) {
            TokenFields.add(document, with.tokens());
        }
        BytesRef difference = GivenVector.difference(given, vector);
        byte[] record = new SegmentRecord(segment.id(), segment.segment(), difference).encode();
        document.add(
                record.length <= MAX_DIRECT_RECORD
                        ? new BinaryDocValuesField(RECORD, new BytesRef(record))
                        : new StoredField(LONG_RECORD, record));
        return document;
    }

    private static void addWords(
            Document document, Map<String, Object> metadata, String rawText, TextAnalysis analysis) {
        String text = TextAnalyzer.normalize(rawText);
        String title = TextAnalyzer.normalize(title(metadata));
        document.add(new TextField(TEXT, text, Field.Store.NO));
        if (!title.isBlank()) {
            document.add(new TextField(TITLE, title, Field.Store.NO));
        }
        String language = analysis.language(metadata, text);
        if (language != null) {
            document.add(new Field(ofLanguage(TEXT, language), text, WORDS_WITHOUT_POSITIONS));
            if (!title.isBlank()) {
                document.add(new Field(ofLanguage(TITLE, language), title, WORDS_WITHOUT_POSITIONS));
            }
        }
    }

    /** Returns title and headings; the title once where the headings start with it. */
    private static String title(Map<String, Object> metadata) {
        String title = metadata.get(SegmentKeys.TITLE) instanceof String text ? text : "";
        String headings = metadata.get(SegmentKeys.HEADINGS) instanceof String text ? text : "";
        return headings.startsWith(title) ? headings : title + '\n' + headings;
    }

    static Document ledgerEntry(String source, String documentId, String fingerprint) {
        Document document = new Document();
        document.add(new StringField(OWNER, owner(source, documentId).bytes(), Field.Store.NO));
        document.add(new StringField(SOURCE, source(source).bytes(), Field.Store.NO));
        document.add(new StringField(LEDGER, YES, Field.Store.NO));
        byte[] entry = CodeUnits.pair(documentId, fingerprint);
        document.add(new BinaryDocValuesField(ENTRY, new BytesRef(entry)));
        return document;
    }

    /** Reads the segments of one leaf. Confined to one thread; documents are read fastest in their order. */
    static final class Records {
        private final LeafReader leaf;
        private final BinaryDocValues direct;
        private @Nullable StoredFields stored;

        Records(LeafReader leaf) throws IOException {
            this.leaf = leaf;
            this.direct = DocValues.getBinary(leaf, RECORD);
        }

        SegmentRecord read(int doc) throws IOException {
            if (direct.docID() > doc) {
                return new Records(leaf).read(doc);
            }
            if (direct.advanceExact(doc)) {
                return SegmentRecord.decode(direct.binaryValue());
            }
            if (stored == null) {
                stored = leaf.storedFields();
            }
            BytesRef bytes = stored.document(doc, Set.of(LONG_RECORD)).getBinaryValue(LONG_RECORD);
            if (bytes == null) {
                throw new CorruptIndexException("document " + doc + " has no segment", leaf.toString());
            }
            return SegmentRecord.decode(bytes);
        }
    }

    /** Returns the ledger entries of a leaf, deleted ones included; {@code null} if there are none. */
    static @Nullable PostingsEnum ledgerEntries(LeafReader leaf) throws IOException {
        return leaf.postings(new Term(LEDGER, YES), PostingsEnum.NONE);
    }

    /** Returns the segments of a leaf, deleted ones included. */
    static FixedBitSet segments(LeafReader leaf) throws IOException {
        FixedBitSet bits = new FixedBitSet(leaf.maxDoc());
        addSegments(leaf, bits);
        return bits;
    }

    /** Adds the segments of a leaf, deleted ones included, to a set that has none. */
    static void addSegments(LeafReader leaf, FixedBitSet empty) throws IOException {
        PostingsEnum entries = ledgerEntries(leaf);
        if (entries != null) {
            empty.or(entries);
        }
        empty.flip(0, Objects.checkIndex(leaf.maxDoc(), Integer.MAX_VALUE));
    }
}
