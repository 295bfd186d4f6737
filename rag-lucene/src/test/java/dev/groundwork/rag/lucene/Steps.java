package dev.groundwork.rag.lucene;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.SortedSet;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexOutput;
import org.jspecify.annotations.Nullable;

/** A folder with an index that calls a hook before everything it does to the disk, to look at it or to fail. */
final class Steps extends Location {

    @FunctionalInterface
    interface Hook {
        void before(String step) throws IOException;
    }

    private final Path folder;
    private volatile @Nullable Hook hook;
    private boolean uncached;
    private final @Nullable Steps above;

    Steps(Path folder) {
        this(folder, null);
    }

    private Steps(Path folder, @Nullable Steps above) {
        super(folder.toString(), folder);
        this.folder = folder;
        this.above = above;
    }

    Path folder() {
        return folder;
    }

    /** Opens the index. */
    LuceneIndex open() {
        return new LuceneIndex(IndexEngine.open(this, EngineSettings.defaults(), false));
    }

    /** Lets Lucene write to the folder at once, and not hold what is small in memory until a commit. */
    Steps uncached() {
        uncached = true;
        return this;
    }

    @Override
    Directory openForWriting() throws IOException {
        if (uncached) {
            Files.createDirectories(folder);
            return directory(folder);
        }
        return super.openForWriting();
    }

    /** Sets the hook; {@code null} for none. */
    void hook(@Nullable Hook value) {
        hook = value;
    }

    private void before(String step) throws IOException {
        Hook now = hook;
        if (above != null) {
            above.before(folder.getFileName() + ": " + step);
        } else if (now != null) {
            synchronized (this) {
                now.before(step);
            }
        }
    }

    @Override
    Location rebuild(long number) {
        return new Steps(folder.resolve("rebuild-" + number), this);
    }

    @Override
    void link(Path file, Path as) throws IOException {
        before("link " + as.getFileName());
        super.link(file, as);
    }

    @Override
    Directory directory(Path path) throws IOException {
        return new FilterDirectory(super.directory(path)) {
            @Override
            public IndexOutput createOutput(String name, IOContext context) throws IOException {
                before("create " + name);
                return super.createOutput(name, context);
            }

            @Override
            public void copyFrom(Directory from, String source, String target, IOContext context) throws IOException {
                before("copy " + target);
                super.copyFrom(from, source, target, context);
            }

            @Override
            public void sync(Collection<String> names) throws IOException {
                before("sync " + names);
                super.sync(names);
            }

            @Override
            public void rename(String source, String target) throws IOException {
                before("rename " + source);
                super.rename(source, target);
            }

            @Override
            public void syncMetaData() throws IOException {
                before("sync folder");
                super.syncMetaData();
            }

            @Override
            public void deleteFile(String name) throws IOException {
                before("delete " + name);
                super.deleteFile(name);
            }
        };
    }

    @Override
    LogFiles logFiles() {
        LogFiles files = new LogFiles.InFolder(folder);
        return new LogFiles() {
            @Override
            public Output create(long generation, ByteBuffer start) throws IOException {
                before("create log " + generation);
                Output output = files.create(generation, start);
                return new Output() {
                    @Override
                    public void write(ByteBuffer bytes, long position) throws IOException {
                        before("write log " + generation);
                        output.write(bytes, position);
                    }

                    @Override
                    public void force() throws IOException {
                        before("force log " + generation);
                        output.force();
                    }

                    @Override
                    public void close() throws IOException {
                        output.close();
                    }
                };
            }

            @Override
            public Input open(long generation) throws IOException {
                return files.open(generation);
            }

            @Override
            public SortedSet<Long> list() throws IOException {
                return files.list();
            }

            @Override
            public void delete(long generation) throws IOException {
                before("delete log " + generation);
                files.delete(generation);
            }
        };
    }
}
