package dev.groundwork.rag.lucene;

import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.store.ByteArrayDataInput;
import org.apache.lucene.store.ByteBuffersDataOutput;
import org.apache.lucene.util.BytesRef;

/**
 * Gives a vector back bit by bit as it was given, though the index keeps it at length one. What is stored for that:
 * nothing if it had that length, else its length and how many floats each product with it is off, nearly always -1, 0 or
 * 1, a byte each.
 */
final class GivenVector {

    private GivenVector() {}

    /** Returns what {@link #restore} needs beside the vector that {@link Vectors#unit} made. */
    static BytesRef difference(float[] given, float[] unit) {
        if (Arrays.equals(given, unit)) {
            return new BytesRef();
        }
        try {
            double length = Vectors.check("vector", given);
            ByteBuffersDataOutput out = new ByteBuffersDataOutput();
            out.writeLong(Double.doubleToRawLongBits(length));
            for (int i = 0; i < given.length; i++) {
                out.writeZInt(Float.floatToRawIntBits(given[i]) - bits(unit[i], length));
            }
            return new BytesRef(out.toArrayCopy());
        } catch (IOException e) {
            throw new AssertionError("memory does not fail", e);
        }
    }

    /** Returns the vector as it was given; a copy. */
    static float[] restore(float[] unit, BytesRef difference) throws IOException {
        float[] given = unit.clone();
        if (difference.length > 0) {
            ByteArrayDataInput in = new ByteArrayDataInput(difference.bytes, difference.offset, difference.length);
            double length = Double.longBitsToDouble(in.readLong());
            for (int i = 0; i < given.length; i++) {
                given[i] = Float.intBitsToFloat(bits(unit[i], length) + in.readZInt());
            }
        }
        return given;
    }

    private static int bits(float value, double length) {
        return Float.floatToRawIntBits((float) (value * length));
    }
}
