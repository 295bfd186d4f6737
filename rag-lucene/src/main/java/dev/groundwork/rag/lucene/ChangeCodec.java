package dev.groundwork.rag.lucene;

import dev.groundwork.rag.EmbeddingSpec;
import dev.groundwork.rag.IndexChange;
import dev.groundwork.rag.IndexedSegment;
import dev.groundwork.rag.TokenEmbedding;
import dev.groundwork.rag.TokenVectors;
import dev.langchain4j.data.embedding.Embedding;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.store.ByteArrayDataInput;
import org.apache.lucene.store.ByteBuffersDataOutput;
import org.apache.lucene.util.BytesRef;

/** Changes as bytes, for the log. Deletions by filter are none: filters are open to other classes, so those are committed. */
final class ChangeCodec {

    private static final byte VERSION = 2;

    /** Without the vectors of tokens. */
    private static final byte FIRST_VERSION = 1;

    private static final byte UPSERT = 1;
    private static final byte DELETE = 2;
    private static final byte DELETE_ALL = 3;
    private static final byte REPLACE_DOCUMENT = 4;
    private static final byte REMOVE_DOCUMENT = 5;

    private ChangeCodec() {}

    static boolean canEncode(List<IndexChange> changes) {
        return changes.stream().noneMatch(IndexChange.DeleteMatching.class::isInstance);
    }

    static byte[] encode(List<IndexChange> changes) {
        try {
            ByteBuffersDataOutput out = new ByteBuffersDataOutput();
            out.writeByte(VERSION);
            out.writeVInt(changes.size());
            for (IndexChange change : changes) {
                write(out, change);
            }
            return out.toArrayCopy();
        } catch (IOException e) {
            throw new AssertionError("memory does not fail", e);
        }
    }

    /** Returns what a manifest says of the embedding model; all else of it never changes. */
    static byte[] encodeModel(Manifest manifest) {
        try {
            ByteBuffersDataOutput out = new ByteBuffersDataOutput();
            EmbeddingSpec embedding = manifest.embedding();
            out.writeVInt(manifest.dimension());
            out.writeByte((byte) (embedding == null ? 0 : 1));
            if (embedding != null) {
                SegmentRecord.write(out, embedding.modelName());
                SegmentRecord.write(out, embedding.fingerprint());
                out.writeVInt(embedding.dimension());
            }
            return out.toArrayCopy();
        } catch (IOException e) {
            throw new AssertionError("memory does not fail", e);
        }
    }

    private static void write(ByteBuffersDataOutput out, IndexChange change) throws IOException {
        switch (change) {
            case IndexChange.Upsert upsert -> {
                out.writeByte(UPSERT);
                writeSegments(out, upsert.segments());
            }
            case IndexChange.Delete delete -> {
                out.writeByte(DELETE);
                out.writeVInt(delete.ids().size());
                for (String id : delete.ids()) {
                    SegmentRecord.write(out, id);
                }
            }
            case IndexChange.DeleteAll all -> out.writeByte(DELETE_ALL);
            case IndexChange.ReplaceDocument replace -> {
                out.writeByte(REPLACE_DOCUMENT);
                SegmentRecord.write(out, replace.source());
                SegmentRecord.write(out, replace.documentId());
                SegmentRecord.write(out, replace.fingerprint());
                writeSegments(out, replace.segments());
            }
            case IndexChange.RemoveDocument remove -> {
                out.writeByte(REMOVE_DOCUMENT);
                SegmentRecord.write(out, remove.source());
                SegmentRecord.write(out, remove.documentId());
            }
            case IndexChange.DeleteMatching matching ->
                throw new IllegalArgumentException("a deletion by filter can't be logged");
        }
    }

    private static void writeSegments(ByteBuffersDataOutput out, List<IndexedSegment> segments) throws IOException {
        out.writeVInt(segments.size());
        for (IndexedSegment segment : segments) {
            byte[] record = new SegmentRecord(segment.id(), segment.segment()).encode();
            out.writeVInt(record.length);
            out.writeBytes(record, record.length);
            float[] vector = segment.embedding().vector();
            byte[] bytes = new byte[Math.multiplyExact(vector.length, Float.BYTES)];
            ByteBuffer.wrap(bytes)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
                    .put(vector);
            out.writeVInt(vector.length);
            out.writeBytes(bytes, bytes.length);
            byte[] tokens = segment.embedding() instanceof TokenEmbedding with
                    ? with.tokens().toBytes()
                    : new byte[0];
            out.writeVInt(tokens.length);
            out.writeBytes(tokens, tokens.length);
        }
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @throws CorruptIndexException if it can't
     */
    static List<IndexChange> decode(byte[] bytes, String file) throws CorruptIndexException {
        try {
            ByteArrayDataInput in = new ByteArrayDataInput(bytes);
            byte version = in.readByte();
            if (version != VERSION && version != FIRST_VERSION) {
                throw new CorruptIndexException("a change of version " + version, file);
            }
            int count = in.readVInt();
            List<IndexChange> changes = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                changes.add(read(in, version, file));
            }
            return List.copyOf(changes);
        } catch (RuntimeException e) {
            throw new CorruptIndexException("a change can't be read", file, e);
        }
    }

    /**
     * Reads what {@link #encodeModel} wrote.
     *
     * @throws CorruptIndexException if it can't
     */
    static Manifest decodeModel(byte[] bytes, Manifest base, String file) throws CorruptIndexException {
        try {
            ByteArrayDataInput in = new ByteArrayDataInput(bytes);
            int dimension = in.readVInt();
            EmbeddingSpec embedding = in.readByte() == 0
                    ? null
                    : new EmbeddingSpec(SegmentRecord.read(in), SegmentRecord.read(in), in.readVInt());
            return base.with(embedding, dimension);
        } catch (RuntimeException e) {
            throw new CorruptIndexException("an embedding model can't be read", file, e);
        }
    }

    private static IndexChange read(ByteArrayDataInput in, byte version, String file) throws CorruptIndexException {
        byte type = in.readByte();
        return switch (type) {
            case UPSERT -> new IndexChange.Upsert(readSegments(in, version));
            case DELETE -> {
                int count = in.readVInt();
                List<String> ids = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    ids.add(SegmentRecord.read(in));
                }
                yield new IndexChange.Delete(ids);
            }
            case DELETE_ALL -> new IndexChange.DeleteAll();
            case REPLACE_DOCUMENT ->
                new IndexChange.ReplaceDocument(
                        SegmentRecord.read(in),
                        SegmentRecord.read(in),
                        SegmentRecord.read(in),
                        readSegments(in, version));
            case REMOVE_DOCUMENT -> new IndexChange.RemoveDocument(SegmentRecord.read(in), SegmentRecord.read(in));
            default -> throw new CorruptIndexException("a change of type " + type, file);
        };
    }

    private static List<IndexedSegment> readSegments(ByteArrayDataInput in, byte version) throws CorruptIndexException {
        int count = in.readVInt();
        List<IndexedSegment> segments = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] record = SegmentRecord.bytes(in, in.readVInt());
            byte[] bytes = SegmentRecord.bytes(in, Math.multiplyExact(in.readVInt(), Float.BYTES));
            float[] vector = new float[bytes.length / Float.BYTES];
            ByteBuffer.wrap(bytes)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
                    .get(vector);
            SegmentRecord decoded = SegmentRecord.decode(new BytesRef(record));
            byte[] tokens = version == FIRST_VERSION ? new byte[0] : SegmentRecord.bytes(in, in.readVInt());
            Embedding embedding =
                    tokens.length == 0 ? Embedding.from(vector) : new TokenEmbedding(vector, TokenVectors.from(tokens));
            segments.add(new IndexedSegment(decoded.id(), decoded.segment(), embedding));
        }
        return segments;
    }
}
