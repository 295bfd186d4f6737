package dev.groundwork.rag;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * What a model says of each token of a text: the token's number and a vector of length one, kept in four bits a dimension.
 * Immutable and thread-safe.
 *
 * <p>A vector is a factor times its codes, each from 0 to 15, less 7.5. Of 384 dimensions a token takes 202 bytes, and a
 * cosine of two of them is off by about .01.
 */
public final class TokenVectors {

    /** The most tokens of one text. */
    public static final int MAX_TOKENS = 1 << 16;

    /** What lies in the middle of the codes. */
    private static final float MIDDLE = 7.5f;

    private static final int LARGEST = 15;
    private static final byte VERSION = 1;
    private static final int HEADER = 1 + Short.BYTES + Integer.BYTES;
    private static final int LOW = 0x0f;

    private final byte[] bytes;
    private final int dimension;
    private final int size;

    private TokenVectors(byte[] bytes, int dimension, int size) {
        this.bytes = bytes;
        this.dimension = dimension;
        this.size = size;
    }

    /**
     * Makes them of a model's.
     *
     * @param ids the tokens' numbers, from 0
     * @param vectors one for each, of the same even dimension up to {@link EmbeddingSpec#MAX_DIMENSION}, of any length but 0
     * @throws IllegalArgumentException if there are too many, or a vector can't be one
     */
    public static TokenVectors of(int[] ids, float[][] vectors) {
        if (ids.length != vectors.length) {
            throw new IllegalArgumentException("ids are " + ids.length + ", vectors " + vectors.length);
        }
        Check.range("number of tokens", ids.length, 0, MAX_TOKENS);
        int dimension = ids.length == 0 ? 2 : vectors[0].length;
        Check.range("dimension", dimension, 2, EmbeddingSpec.MAX_DIMENSION);
        if (dimension % 2 != 0) {
            throw new IllegalArgumentException("dimension is " + dimension + ", must be even");
        }
        ByteBuffer out = ByteBuffer.allocate(length(dimension, ids.length));
        out.put(VERSION).putShort((short) dimension).putInt(ids.length);
        for (int id : ids) {
            out.putInt(id);
        }
        byte[] packed = new byte[dimension / 2];
        for (int token = 0; token < ids.length; token++) {
            float[] vector = vectors[token];
            if (vector.length != dimension) {
                throw new IllegalArgumentException(
                        "vector " + token + " has dimension " + vector.length + ", must be " + dimension);
            }
            putCodes(out, vector, token, packed);
        }
        return new TokenVectors(out.array(), dimension, ids.length);
    }

    /**
     * Puts those of several texts, or parts of one, one after the other.
     *
     * @throws IllegalArgumentException if they are of several dimensions, or together more than {@value #MAX_TOKENS}
     */
    public static TokenVectors join(List<TokenVectors> parts) {
        List<TokenVectors> filled = parts.stream().filter(part -> part.size > 0).toList();
        if (filled.isEmpty()) {
            return of(new int[0], new float[0][]);
        }
        int dimension = filled.getFirst().dimension;
        long size = 0;
        for (TokenVectors part : filled) {
            if (part.dimension != dimension) {
                throw new IllegalArgumentException(
                        "parts have dimension " + dimension + " and " + part.dimension + ", must be of one");
            }
            size += part.size;
        }
        int tokens = Check.range("number of tokens", (int) Math.min(size, Integer.MAX_VALUE), 0, MAX_TOKENS);
        ByteBuffer out = ByteBuffer.allocate(length(dimension, tokens));
        out.put(VERSION).putShort((short) dimension).putInt(tokens);
        for (TokenVectors part : filled) {
            out.put(part.bytes, HEADER, part.size * Integer.BYTES);
        }
        for (TokenVectors part : filled) {
            out.put(part.bytes, HEADER + part.size * Integer.BYTES, part.size * tokenBytes(dimension));
        }
        return new TokenVectors(out.array(), dimension, tokens);
    }

    private static void putCodes(ByteBuffer out, float[] vector, int token, byte[] packed) {
        double squares = 0;
        float largest = 0;
        for (float value : vector) {
            squares += (double) value * value;
            largest = Math.max(largest, Math.abs(value));
        }
        if (!(squares > 0) || !Double.isFinite(squares)) {
            throw new IllegalArgumentException("vector " + token + " has the length " + Math.sqrt(squares));
        }
        float scale = MIDDLE / largest;
        int sum = 0;
        int half = packed.length;
        for (int i = 0; i < half; i++) {
            int high = code(vector[i] * scale);
            int low = code(vector[i + half] * scale);
            packed[i] = (byte) (high << 4 | low);
            sum += high + low;
        }
        out.putFloat((float) (1 / scale / Math.sqrt(squares)))
                .putShort((short) sum)
                .put(packed);
    }

    private static int code(float scaled) {
        return Math.clamp(Math.round(scaled + MIDDLE), 0, LARGEST);
    }

    private static int length(int dimension, int size) {
        return HEADER + size * (Integer.BYTES + tokenBytes(dimension));
    }

    private static int tokenBytes(int dimension) {
        return Float.BYTES + Short.BYTES + dimension / 2;
    }

    /**
     * Reads what {@link #toBytes()} gave; the bytes are not copied.
     *
     * @throws IllegalArgumentException if they are none
     */
    public static TokenVectors from(byte[] bytes) {
        Objects.requireNonNull(bytes, "bytes");
        if (bytes.length < HEADER || bytes[0] != VERSION) {
            throw new IllegalArgumentException("no token vectors of version " + VERSION);
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        int dimension = in.getShort(1);
        int size = in.getInt(1 + Short.BYTES);
        if (dimension < 2 || dimension % 2 != 0 || size < 0 || size > MAX_TOKENS) {
            throw new IllegalArgumentException(size + " token vectors of dimension " + dimension);
        }
        if (bytes.length != length(dimension, size)) {
            throw new IllegalArgumentException(
                    size + " token vectors in " + bytes.length + " bytes, not " + length(dimension, size));
        }
        return new TokenVectors(bytes, dimension, size);
    }

    /** Returns all of it as bytes, for {@link #from}. */
    public byte[] toBytes() {
        return bytes.clone();
    }

    /** Returns how many tokens there are. */
    public int size() {
        return size;
    }

    /** Returns how many dimensions a vector has. */
    public int dimension() {
        return dimension;
    }

    /** Returns a token's number. */
    public int id(int token) {
        return ByteBuffer.wrap(bytes).getInt(HEADER + Objects.checkIndex(token, size) * Integer.BYTES);
    }

    /** Returns a token's vector, of a length that is nearly one. */
    public float[] vector(int token) {
        byte[] codes = new byte[dimension];
        codes(token, codes);
        float factor = factor(token);
        float[] vector = new float[dimension];
        for (int i = 0; i < dimension; i++) {
            vector[i] = factor * (codes[i] - MIDDLE);
        }
        return vector;
    }

    /** Returns what the codes of a token, less 7.5, are to be multiplied by. */
    public float factor(int token) {
        return ByteBuffer.wrap(bytes).getFloat(at(token));
    }

    /** Returns the sum of a token's codes. */
    public int sum(int token) {
        return ByteBuffer.wrap(bytes).getShort(at(token) + Float.BYTES) & 0xffff;
    }

    /**
     * Writes a token's codes, one a byte.
     *
     * @param to takes {@link #dimension()} of them
     */
    public void codes(int token, byte[] to) {
        int from = at(token) + Float.BYTES + Short.BYTES;
        int half = dimension / 2;
        Objects.checkFromIndexSize(0, dimension, to.length);
        for (int i = 0; i < half; i++) {
            to[i] = (byte) (bytes[from + i] >> 4 & LOW);
            to[i + half] = (byte) (bytes[from + i] & LOW);
        }
    }

    /**
     * Writes a token's codes, two a byte: number i of the first half in the upper four bits, number i of the second half in
     * the lower ones.
     *
     * @param to takes half of {@link #dimension()} bytes
     */
    public void packedCodes(int token, byte[] to) {
        System.arraycopy(bytes, at(token) + Float.BYTES + Short.BYTES, to, 0, dimension / 2);
    }

    /**
     * Returns the cosine of two tokens.
     *
     * @param dotOfCodes the dot product of the codes of one and the other
     */
    public static double cosine(TokenVectors one, int token, TokenVectors other, int otherToken, int dotOfCodes) {
        double product =
                dotOfCodes - MIDDLE * (one.sum(token) + other.sum(otherToken)) + MIDDLE * MIDDLE * one.dimension;
        return one.factor(token) * other.factor(otherToken) * product;
    }

    private int at(int token) {
        return HEADER + size * Integer.BYTES + Objects.checkIndex(token, size) * tokenBytes(dimension);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TokenVectors vectors && Arrays.equals(bytes, vectors.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Tells how many; the tokens say what a text is about. */
    @Override
    public String toString() {
        return "TokenVectors[" + size + " of dimension " + dimension + "]";
    }
}
