package dev.groundwork.rag.lucene;

import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.segment.TextSegment;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.store.ByteArrayDataInput;
import org.apache.lucene.store.ByteBuffersDataOutput;
import org.apache.lucene.util.BytesRef;

/**
 * A segment as it is stored: id, text and metadata with their types, and what its vector needs, in bytes.
 *
 * @param id the segment's id
 * @param segment text and metadata
 * @param difference the vector's {@link GivenVector#difference}
 */
record SegmentRecord(String id, TextSegment segment, BytesRef difference) {

    private static final byte VERSION = 1;

    SegmentRecord(String id, TextSegment segment) {
        this(id, segment, new BytesRef());
    }

    byte[] encode() {
        try {
            ByteBuffersDataOutput out = new ByteBuffersDataOutput();
            out.writeByte(VERSION);
            write(out, id);
            write(out, segment.text());
            Map<String, Object> metadata = segment.metadata().toMap();
            out.writeVInt(metadata.size());
            for (Map.Entry<String, Object> entry : metadata.entrySet()) {
                write(out, entry.getKey());
                writeValue(out, entry.getValue());
            }
            out.writeBytes(difference.bytes, difference.offset, difference.length);
            return out.toArrayCopy();
        } catch (IOException e) {
            throw new AssertionError("memory does not fail", e);
        }
    }

    static SegmentRecord decode(BytesRef bytes) throws CorruptIndexException {
        ByteArrayDataInput in = new ByteArrayDataInput(bytes.bytes, bytes.offset, bytes.length);
        byte version = in.readByte();
        if (version != VERSION) {
            throw new CorruptIndexException("segment record of version " + version, "stored segment");
        }
        String id = read(in);
        String text = read(in);
        int count = in.readVInt();
        Map<String, Object> metadata = HashMap.newHashMap(count);
        for (int i = 0; i < count; i++) {
            metadata.put(read(in), readValue(in));
        }
        // a copy: the bytes of doc values are gone with the next read
        byte[] difference = new byte[bytes.offset + bytes.length - in.getPosition()];
        in.readBytes(difference, 0, difference.length);
        return new SegmentRecord(id, TextSegment.from(text, Metadata.from(metadata)), new BytesRef(difference));
    }

    private static void writeValue(ByteBuffersDataOutput out, Object value) throws IOException {
        switch (value) {
            case String text -> {
                out.writeByte((byte) 's');
                write(out, text);
            }
            case UUID uuid -> {
                out.writeByte((byte) 'u');
                out.writeLong(uuid.getMostSignificantBits());
                out.writeLong(uuid.getLeastSignificantBits());
            }
            case Integer number -> {
                out.writeByte((byte) 'i');
                out.writeInt(number);
            }
            case Long number -> {
                out.writeByte((byte) 'l');
                out.writeLong(number);
            }
            case Float number -> {
                out.writeByte((byte) 'f');
                out.writeInt(Float.floatToRawIntBits(number));
            }
            case Double number -> {
                out.writeByte((byte) 'd');
                out.writeLong(Double.doubleToRawLongBits(number));
            }
            default -> throw new IllegalArgumentException("metadata value of " + value.getClass());
        }
    }

    private static Object readValue(ByteArrayDataInput in) throws CorruptIndexException {
        byte type = in.readByte();
        return switch (type) {
            case 's' -> read(in);
            case 'u' -> new UUID(in.readLong(), in.readLong());
            case 'i' -> in.readInt();
            case 'l' -> in.readLong();
            case 'f' -> Float.intBitsToFloat(in.readInt());
            case 'd' -> Double.longBitsToDouble(in.readLong());
            default -> throw new CorruptIndexException("metadata value of type " + type, "stored segment");
        };
    }

    static void write(ByteBuffersDataOutput out, String text) throws IOException {
        byte[] bytes = CodeUnits.encode(text);
        out.writeVInt(bytes.length);
        out.writeBytes(bytes, bytes.length);
    }

    static String read(ByteArrayDataInput in) {
        byte[] bytes = new byte[in.readVInt()];
        in.readBytes(bytes, 0, bytes.length);
        return CodeUnits.decode(bytes);
    }
}
