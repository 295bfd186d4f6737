package dev.groundwork.rag.lucene;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.lucene.util.IOUtils;

/** The files of a {@link ChangeLog}, by generation: the one place where the log meets the disk. */
interface LogFiles {

    /** A file that is written at its end. Confined to one thread. */
    interface Output extends AutoCloseable {
        /** Writes all of it at a position. */
        void write(ByteBuffer bytes, long position) throws IOException;

        /** Returns when what was written is on disk, by {@code fdatasync} where the system has it. */
        void force() throws IOException;

        @Override
        void close() throws IOException;
    }

    /** A file that is read. Confined to one thread. */
    interface Input extends AutoCloseable {
        long length() throws IOException;

        /** Fills a buffer with what there is at a position; leaves room in it where the file ends before. */
        void read(ByteBuffer into, long position) throws IOException;

        @Override
        void close() throws IOException;
    }

    /** Makes a new file that starts with these bytes; returns when they and its name are on disk. */
    Output create(long generation, ByteBuffer start) throws IOException;

    /** Opens a file for reading. */
    Input open(long generation) throws IOException;

    /** Returns the generations that there are. */
    SortedSet<Long> list() throws IOException;

    /** Deletes a file, if it is there. */
    void delete(long generation) throws IOException;

    /** Returns a file's name, for messages. */
    static String name(long generation) {
        return "changes-" + generation + ".log";
    }

    /** Returns whether a name is one of a log file. */
    static boolean isName(String fileName) {
        return fileName.matches("changes-[1-9][0-9]{0,17}\\.log");
    }

    /** Files in an index's folder. */
    record InFolder(Path folder) implements LogFiles {
        @Override
        public Output create(long generation, ByteBuffer start) throws IOException {
            FileChannel channel = FileChannel.open(
                    folder.resolve(name(generation)), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            try {
                writeAll(channel, start, 0);
                channel.force(true);
                IOUtils.fsync(folder, true);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
            return new Output() {
                @Override
                public void write(ByteBuffer bytes, long position) throws IOException {
                    writeAll(channel, bytes, position);
                }

                @Override
                public void force() throws IOException {
                    channel.force(false);
                }

                @Override
                public void close() throws IOException {
                    channel.close();
                }
            };
        }

        private static void writeAll(FileChannel channel, ByteBuffer bytes, long position) throws IOException {
            long at = position;
            while (bytes.hasRemaining()) {
                at += channel.write(bytes, at);
            }
        }

        @Override
        public Input open(long generation) throws IOException {
            FileChannel channel = FileChannel.open(folder.resolve(name(generation)), StandardOpenOption.READ);
            return new Input() {
                @Override
                public long length() throws IOException {
                    return channel.size();
                }

                @Override
                public void read(ByteBuffer into, long position) throws IOException {
                    long at = position;
                    while (into.hasRemaining()) {
                        int count = channel.read(into, at);
                        if (count < 0) {
                            return;
                        }
                        at += count;
                    }
                }

                @Override
                public void close() throws IOException {
                    channel.close();
                }
            };
        }

        @Override
        public SortedSet<Long> list() throws IOException {
            SortedSet<Long> generations = new TreeSet<>();
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
                for (Path file : files) {
                    String fileName = String.valueOf(file.getFileName());
                    if (isName(fileName)) {
                        generations.add(Long.parseLong(
                                fileName.substring("changes-".length(), fileName.length() - ".log".length())));
                    }
                }
            } catch (DirectoryIteratorException e) {
                throw e.getCause();
            }
            return generations;
        }

        @Override
        public void delete(long generation) throws IOException {
            Files.deleteIfExists(folder.resolve(name(generation)));
        }
    }
}
