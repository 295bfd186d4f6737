package dev.groundwork.rag.lucene;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.lucene.store.BaseDirectory;
import org.apache.lucene.store.ByteBuffersDataInput;
import org.apache.lucene.store.ByteBuffersIndexInput;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FilterIndexInput;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.store.LockFactory;
import org.apache.lucene.store.OutputStreamIndexOutput;
import org.apache.lucene.store.SingleInstanceLockFactory;

/**
 * A disk in memory that fails when it is told to, and that forgets in a power failure what was not forced: of every sector
 * of 512 bytes one of the states since it was last forced survives, of the folder's changes since it was last forced the
 * first few. Thread-safe.
 */
final class TestDisk {

    /** What a caller asks of the disk. */
    enum Call {
        CREATE,
        OPEN,
        READ,
        WRITE,
        FORCE,
        FORCE_FOLDER,
        RENAME,
        DELETE,
        LIST
    }

    /** What becomes of a call. */
    enum Outcome {
        DONE,
        /** It throws, and has done nothing. */
        FAILS,
        /** It throws, and has done half of it, where it can be halved. */
        HALF_DONE,
        /** It throws, and has done all of it. */
        DONE_AND_FAILS,
        /** It throws what no one expects of a disk. */
        BREAKS
    }

    /** Decides about a call, of which there have been {@code number}, this one included. */
    @FunctionalInterface
    interface Plan {
        Outcome of(int number, Call call, String file);
    }

    /** What a failed call throws. */
    static final class Failure extends IOException {
        private static final long serialVersionUID = 1L;

        Failure(Call call, String file) {
            super("disk: " + call + " of " + file + " failed");
        }
    }

    private static final int SECTOR = 512;
    private static final int PAGE = 4096;

    private static final class Write {
        private final long position;
        private final byte[] bytes;
        private boolean lost;

        Write(long position, byte[] bytes) {
            this.position = position;
            this.bytes = bytes;
        }
    }

    private static final class Content {
        private byte[] now = new byte[0];
        private byte[] durable = new byte[0];
        private final List<Write> pending = new ArrayList<>();
    }

    private Map<String, Content> files = new TreeMap<>();
    private Map<String, Content> durableFiles = new TreeMap<>();
    private final List<Consumer<Map<String, Content>>> folderChanges = new ArrayList<>();
    private final Map<Call, Integer> counts = new EnumMap<>(Call.class);
    private LockFactory locks = new SingleInstanceLockFactory();
    private Plan plan = (number, call, file) -> Outcome.DONE;
    private boolean countsReads;
    private boolean caches = true;
    private int number;
    private int failures;
    private String lastFailure = "none";
    private long capacity = Long.MAX_VALUE;
    private Runnable beforeLock = () -> {};

    // ---- what tests say

    /** Sets what fails from now on; calls are counted from one again. */
    synchronized void plan(Plan next) {
        plan = next;
        number = 0;
        failures = 0;
        lastFailure = "none";
    }

    synchronized void repair() {
        plan = (n, call, file) -> Outcome.DONE;
        capacity = Long.MAX_VALUE;
    }

    /** Counts reads of Lucene's files, too, which are many. */
    synchronized void countReads() {
        countsReads = true;
    }

    /** Has the index write what it flushes and merges at once, not when it is committed. */
    synchronized void withoutCache() {
        caches = false;
    }

    /** Sets how many bytes all files may take. */
    synchronized void capacity(long bytes) {
        capacity = bytes;
    }

    synchronized long bytes() {
        return files.values().stream().mapToLong(file -> file.now.length).sum();
    }

    /** Returns how many calls have failed. */
    synchronized int failures() {
        return failures;
    }

    /** Says which call failed last. */
    synchronized String lastFailure() {
        return lastFailure;
    }

    synchronized int count(Call call) {
        return counts.getOrDefault(call, 0);
    }

    synchronized Set<String> names() {
        return new TreeSet<>(files.keySet());
    }

    synchronized void beforeLock(Runnable action) {
        beforeLock = action;
    }

    /** Returns the disk as a power failure at this moment leaves it; who has files of this one open goes on with them. */
    synchronized TestDisk afterPowerFailure(Random random) {
        Map<String, Content> names = new TreeMap<>(durableFiles);
        int survive = random.nextInt(folderChanges.size() + 1);
        folderChanges.subList(0, survive).forEach(change -> change.accept(names));
        TestDisk after = new TestDisk();
        after.caches = caches;
        names.forEach((name, file) -> {
            Content left = new Content();
            left.now = surviving(file, random);
            left.durable = left.now.clone();
            after.files.put(name, left);
            after.durableFiles.put(name, left);
        });
        return after;
    }

    /** Returns the disk as the end of the process at this moment leaves it: as it is. */
    synchronized TestDisk afterCrash() {
        TestDisk after = new TestDisk();
        after.caches = caches;
        files.forEach((name, file) -> {
            Content left = new Content();
            left.now = file.now.clone();
            left.durable = left.now.clone();
            after.files.put(name, left);
            after.durableFiles.put(name, left);
        });
        return after;
    }

    private static byte[] surviving(Content file, Random random) {
        int length = file.durable.length;
        if (file.now.length != length && random.nextBoolean()) {
            int least = Math.min(length, file.now.length);
            length = least + random.nextInt(Math.max(length, file.now.length) - least + 1);
        }
        byte[] left = Arrays.copyOf(file.durable, length);
        for (int sector = 0; sector < length; sector += SECTOR) {
            int from = sector;
            List<Write> touching = file.pending.stream()
                    .filter(write -> write.position < from + SECTOR && write.position + write.bytes.length > from)
                    .toList();
            int survive = random.nextInt(touching.size() + 1);
            for (Write write : touching.subList(0, survive)) {
                int start = (int) Math.max(sector, write.position);
                int end = (int) Math.min(Math.min(length, sector + SECTOR), write.position + write.bytes.length);
                if (start < end) {
                    System.arraycopy(write.bytes, (int) (start - write.position), left, start, end - start);
                }
            }
        }
        return left;
    }

    // ---- calls

    private Outcome call(Call call, String file) throws IOException {
        number++;
        counts.merge(call, 1, Integer::sum);
        Outcome outcome = plan.of(number, call, file);
        if (outcome != Outcome.DONE) {
            failures++;
            lastFailure = "call " + number + ", " + outcome + ": " + call + " of " + file;
        }
        if (outcome == Outcome.FAILS) {
            throw new Failure(call, file);
        }
        if (outcome == Outcome.BREAKS) {
            throw new UnsupportedOperationException("disk: " + call + " of " + file);
        }
        return outcome;
    }

    private static void end(Outcome outcome, Call call, String file) throws IOException {
        if (outcome != Outcome.DONE) {
            throw new Failure(call, file);
        }
    }

    private void changeFolder(Consumer<Map<String, Content>> change) {
        change.accept(files);
        folderChanges.add(change);
    }

    private synchronized Content create(String name) throws IOException {
        Outcome outcome = call(Call.CREATE, name);
        if (files.containsKey(name)) {
            throw new FileAlreadyExistsException(name);
        }
        Content file = new Content();
        changeFolder(names -> names.put(name, file));
        end(outcome, Call.CREATE, name);
        return file;
    }

    private synchronized void write(Content file, String name, long position, byte[] bytes) throws IOException {
        Outcome outcome = call(Call.WRITE, name);
        byte[] written = outcome == Outcome.HALF_DONE ? Arrays.copyOf(bytes, bytes.length / 2) : bytes;
        int room = (int) Math.min(written.length, Math.max(0, capacity - bytes()) + file.now.length - position);
        boolean full = room < written.length;
        if (full) {
            written = Arrays.copyOf(written, Math.max(0, room));
            failures++;
            lastFailure = "disk full at " + name;
        }
        int end = Math.toIntExact(position + written.length);
        if (end > file.now.length) {
            file.now = Arrays.copyOf(file.now, end);
        }
        System.arraycopy(written, 0, file.now, (int) position, written.length);
        file.pending.add(new Write(position, written.clone()));
        if (full) {
            throw new IOException("No space left on device");
        }
        end(outcome, Call.WRITE, name);
    }

    private synchronized void force(Content file, String name) throws IOException {
        Outcome outcome;
        try {
            outcome = call(Call.FORCE, name);
        } catch (IOException | RuntimeException e) {
            // as Linux does: what could not be written passes for written from now on, and is not tried again
            file.pending.forEach(write -> write.lost = true);
            throw e;
        }
        if (outcome == Outcome.HALF_DONE) {
            file.pending.forEach(write -> write.lost = true);
            end(outcome, Call.FORCE, name);
        }
        Set<Integer> pages = new TreeSet<>();
        for (Write write : file.pending) {
            if (!write.lost) {
                for (long at = write.position / PAGE; at * PAGE < write.position + write.bytes.length; at++) {
                    pages.add((int) at);
                }
            }
        }
        file.durable = Arrays.copyOf(file.durable, file.now.length);
        for (int page : pages) {
            int length = Math.min(PAGE, file.now.length - page * PAGE);
            System.arraycopy(file.now, page * PAGE, file.durable, page * PAGE, length);
        }
        file.pending.removeIf(write -> pages.contains((int) (write.position / PAGE))
                && pages.contains((int) ((write.position + Math.max(0, write.bytes.length - 1)) / PAGE)));
        end(outcome, Call.FORCE, name);
    }

    private synchronized void forceFolder() throws IOException {
        Outcome outcome = call(Call.FORCE_FOLDER, "folder");
        if (outcome != Outcome.HALF_DONE) {
            durableFiles = new TreeMap<>(files);
            folderChanges.clear();
        }
        end(outcome, Call.FORCE_FOLDER, "folder");
    }

    private synchronized void rename(String from, String to) throws IOException {
        Outcome outcome = call(Call.RENAME, from);
        required(from);
        if (outcome != Outcome.HALF_DONE) {
            changeFolder(names -> {
                Content file = names.remove(from);
                if (file != null) {
                    names.put(to, file);
                }
            });
        }
        end(outcome, Call.RENAME, from);
    }

    private synchronized void delete(String name, boolean mustExist) throws IOException {
        Outcome outcome = call(Call.DELETE, name);
        if (mustExist) {
            required(name);
        }
        if (outcome != Outcome.HALF_DONE) {
            changeFolder(names -> names.remove(name));
        }
        end(outcome, Call.DELETE, name);
    }

    private Content required(String name) throws IOException {
        Content file = files.get(name);
        if (file == null) {
            throw new NoSuchFileException(name);
        }
        return file;
    }

    private synchronized Content open(String name) throws IOException {
        end(call(Call.OPEN, name), Call.OPEN, name);
        return required(name);
    }

    private synchronized Set<String> list() throws IOException {
        end(call(Call.LIST, "folder"), Call.LIST, "folder");
        return new TreeSet<>(files.keySet());
    }

    private synchronized void read(String name) throws IOException {
        end(call(Call.READ, name), Call.READ, name);
    }

    // ---- what the index sees

    /** Returns the index's place on this disk; the folder stands in for one that is there and empty. */
    Location location(Path emptyFolder) {
        return new Location("disk", emptyFolder) {
            @Override
            Directory directory(Path folder) {
                return new Folder();
            }

            @Override
            Directory cached(Directory files) {
                return caches ? super.cached(files) : files;
            }

            @Override
            LogFiles logFiles() {
                return new Logs();
            }

            @Override
            Optional<FileTime> stamp(InstantSource clock) {
                return Optional.empty();
            }
        };
    }

    LogFiles logFiles() {
        return new Logs();
    }

    private final class Logs implements LogFiles {
        @Override
        public Output create(long generation, ByteBuffer start) throws IOException {
            String name = LogFiles.name(generation);
            Content file = TestDisk.this.create(name);
            Output output = new Output() {
                @Override
                public void write(ByteBuffer bytes, long position) throws IOException {
                    byte[] copy = new byte[bytes.remaining()];
                    bytes.get(copy);
                    TestDisk.this.write(file, name, position, copy);
                }

                @Override
                public void force() throws IOException {
                    TestDisk.this.force(file, name);
                }

                @Override
                public void close() {
                    // nothing is held
                }
            };
            output.write(start, 0);
            output.force();
            forceFolder();
            return output;
        }

        @Override
        public Input open(long generation) throws IOException {
            String name = LogFiles.name(generation);
            Content file = TestDisk.this.open(name);
            return new Input() {
                @Override
                public long length() {
                    return file.now.length;
                }

                @Override
                public void read(ByteBuffer into, long position) throws IOException {
                    TestDisk.this.read(name);
                    int count = (int) Math.min(into.remaining(), file.now.length - position);
                    if (count > 0) {
                        into.put(file.now, (int) position, count);
                    }
                }

                @Override
                public void close() {
                    // nothing is held
                }
            };
        }

        @Override
        public SortedSet<Long> list() throws IOException {
            SortedSet<Long> generations = new TreeSet<>();
            for (String name : TestDisk.this.list()) {
                if (LogFiles.isName(name)) {
                    generations.add(Long.parseLong(name.replaceAll("\\D", "")));
                }
            }
            return generations;
        }

        @Override
        public void delete(long generation) throws IOException {
            TestDisk.this.delete(LogFiles.name(generation), false);
        }
    }

    private final class Folder extends BaseDirectory {

        private int temporary;

        Folder() {
            super(new LockFactory() {
                @Override
                public org.apache.lucene.store.Lock obtainLock(Directory dir, String lockName) throws IOException {
                    Runnable action;
                    synchronized (TestDisk.this) {
                        action = beforeLock;
                        beforeLock = () -> {};
                    }
                    action.run();
                    return locks.obtainLock(dir, lockName);
                }
            });
        }

        @Override
        public String[] listAll() throws IOException {
            ensureOpen();
            return list().stream().filter(name -> !LogFiles.isName(name)).toArray(String[]::new);
        }

        @Override
        public void deleteFile(String name) throws IOException {
            ensureOpen();
            delete(name, true);
        }

        @Override
        public long fileLength(String name) throws IOException {
            ensureOpen();
            synchronized (TestDisk.this) {
                return required(name).now.length;
            }
        }

        @Override
        public IndexOutput createOutput(String name, IOContext context) throws IOException {
            ensureOpen();
            Content file = create(name);
            OutputStream out = new OutputStream() {
                @Override
                public void write(int value) throws IOException {
                    write(new byte[] {(byte) value}, 0, 1);
                }

                @Override
                public void write(byte[] bytes, int offset, int length) throws IOException {
                    TestDisk.this.write(
                            file, name, file.now.length, Arrays.copyOfRange(bytes, offset, offset + length));
                }
            };
            return new OutputStreamIndexOutput(name, name, out, 8192);
        }

        @Override
        public IndexOutput createTempOutput(String prefix, String suffix, IOContext context) throws IOException {
            return createOutput(getTempFileName(prefix, suffix, temporary++), context);
        }

        @Override
        public void sync(Collection<String> names) throws IOException {
            ensureOpen();
            for (String name : new TreeSet<>(names)) {
                Content file;
                synchronized (TestDisk.this) {
                    file = required(name);
                }
                force(file, name);
            }
        }

        @Override
        public void syncMetaData() throws IOException {
            ensureOpen();
            forceFolder();
        }

        @Override
        public void rename(String source, String dest) throws IOException {
            ensureOpen();
            TestDisk.this.rename(source, dest);
        }

        @Override
        public IndexInput openInput(String name, IOContext context) throws IOException {
            ensureOpen();
            byte[] bytes = open(name).now;
            IndexInput input =
                    new ByteBuffersIndexInput(new ByteBuffersDataInput(List.of(ByteBuffer.wrap(bytes))), name);
            return countsReads ? new CountedInput(input, name) : input;
        }

        @Override
        public void close() {
            isOpen = false;
        }

        @Override
        public Set<String> getPendingDeletions() {
            return Set.of();
        }
    }

    private final class CountedInput extends FilterIndexInput {

        private final String name;

        CountedInput(IndexInput input, String name) {
            super(name, input);
            this.name = name;
        }

        @Override
        public void readBytes(byte[] bytes, int offset, int length) throws IOException {
            read(name);
            super.readBytes(bytes, offset, length);
        }

        @Override
        public IndexInput clone() {
            return new CountedInput(in.clone(), name);
        }

        @Override
        public IndexInput slice(String description, long offset, long length) throws IOException {
            return new CountedInput(in.slice(description, offset, length), name);
        }
    }

    /** Returns how long a file is. */
    synchronized long length(String name) throws IOException {
        Content file = files.get(name);
        if (file == null) {
            throw new FileNotFoundException(name);
        }
        return file.now.length;
    }

    /** Returns a file's bytes. */
    synchronized byte[] read(String name, long atMost) throws IOException {
        return Arrays.copyOf(required(name).now, (int) Math.min(atMost, required(name).now.length));
    }

    synchronized void remove(String name) {
        files.remove(name);
        durableFiles.remove(name);
    }

    /** Puts a file in the place of one, or of none. */
    synchronized void put(String name, byte[] bytes) {
        Content file = new Content();
        file.now = bytes.clone();
        file.durable = bytes.clone();
        files.put(name, file);
        durableFiles.put(name, file);
    }
}
