package dev.groundwork.rag.benchmarks.data;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/**
 * Vectors of one length in a file, with a checksum at its end. A file is either whole, under its name, or not there: it is
 * written beside its name and then moved.
 */
public final class VectorFile {

    private static final int MAGIC = 0x47_57_56_31; // GWV1
    private static final int BUFFER = 1 << 16;

    private VectorFile() {}

    /** Returns the vectors; empty where there is no file or it is damaged. */
    public static Optional<float[][]> read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        CRC32C sum = new CRC32C();
        try (DataInputStream in = new DataInputStream(
                new CheckedInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER), sum))) {
            long size = Files.size(file);
            if (size < 3L * Integer.BYTES || in.readInt() != MAGIC) {
                return Optional.empty();
            }
            int count = in.readInt();
            int dimension = in.readInt();
            if (count < 0 || dimension < 0 || size != size(count, dimension)) {
                return Optional.empty();
            }
            float[][] vectors = new float[count][dimension];
            byte[] bytes = new byte[dimension * Float.BYTES];
            for (float[] vector : vectors) {
                in.readFully(bytes);
                ByteBuffer.wrap(bytes).asFloatBuffer().get(vector);
            }
            long expected = sum.getValue();
            return in.readLong() == expected ? Optional.of(vectors) : Optional.empty();
        }
    }

    /** Writes them, in the place of what there is. */
    public static void write(Path file, float[][] vectors) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        Path part = Files.createTempFile(folder, file.getFileName().toString(), ".part");
        try {
            write(Files.newOutputStream(part), vectors);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static void write(OutputStream to, float[][] vectors) throws IOException {
        CRC32C sum = new CRC32C();
        int dimension = vectors.length == 0 ? 0 : vectors[0].length;
        try (DataOutputStream out =
                new DataOutputStream(new CheckedOutputStream(new BufferedOutputStream(to, BUFFER), sum))) {
            out.writeInt(MAGIC);
            out.writeInt(vectors.length);
            out.writeInt(dimension);
            ByteBuffer bytes = ByteBuffer.allocate(dimension * Float.BYTES);
            for (float[] vector : vectors) {
                bytes.asFloatBuffer().put(vector);
                out.write(bytes.array());
            }
            out.writeLong(sum.getValue());
        }
    }

    private static long size(long count, long dimension) {
        return 3L * Integer.BYTES + count * dimension * Float.BYTES + Long.BYTES;
    }
}
