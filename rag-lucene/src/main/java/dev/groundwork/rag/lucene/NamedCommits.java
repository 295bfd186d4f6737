package dev.groundwork.rag.lucene;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.lucene.index.IndexCommit;
import org.apache.lucene.index.SegmentInfos;

/** The named commits of an index: makes, lists and forgets them, and goes back to one. */
final class NamedCommits {

    /** The most characters of a name. */
    static final int MAX_NAME = 100;

    private final IndexEngine engine;

    NamedCommits(IndexEngine engine) {
        this.engine = engine;
    }

    private static void checkName(String name) {
        if (name.isBlank()
                || name.length() > MAX_NAME
                || name.chars().anyMatch(Character::isISOControl)
                || !StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
            throw new IllegalArgumentException("name is '" + name + "', must be 1 to " + MAX_NAME
                    + " characters, not all blank, no control characters and no halves of characters");
        }
    }

    /** Commits all that was applied, under a name. */
    NamedCommit make(String name) {
        checkName(name);
        return engine.write("commit", writer -> {
            NamedCommit commit = engine.readApplied(now -> new NamedCommit(
                    name,
                    engine.settings().clock().instant().truncatedTo(ChronoUnit.MILLIS),
                    now.segments(),
                    now.documents()));
            try {
                writer.commit(Commits.naming(commit));
            } catch (IOException | RuntimeException e) {
                if (!isMade(writer, commit, e)) {
                    throw e;
                } // else files that are not needed any more were in the way
            }
            return commit;
        });
    }

    private static boolean isMade(Writer writer, NamedCommit commit, Exception failure) {
        try {
            writer.lucene();
            IndexCommit there = writer.commits().named(commit.name());
            return there != null && Commits.describe(there.getUserData()).equals(commit);
        } catch (IOException | RuntimeException e) {
            failure.addSuppressed(e);
            return false;
        }
    }

    /** Returns the named commits, oldest first. */
    List<NamedCommit> list() {
        if (!engine.readOnly()) {
            return engine.ask("commits", writer -> {
                writer.lucene();
                List<NamedCommit> commits = new ArrayList<>();
                for (IndexCommit commit : writer.commits().named()) {
                    commits.add(Commits.describe(commit.getUserData()));
                }
                return List.copyOf(commits);
            });
        }
        return engine.onThread("commits", this::onDisk);
    }

    private List<NamedCommit> onDisk() throws IOException {
        while (true) {
            List<String> files = Commits.files(engine.directory());
            try {
                Map<String, NamedCommit> commits = new TreeMap<>();
                List<String> order = new ArrayList<>();
                for (String file : files) {
                    Map<String, String> data =
                            SegmentInfos.readCommit(engine.directory(), file).getUserData();
                    String name = Commits.name(data);
                    if (name != null) {
                        commits.put(name, Commits.describe(data));
                        order.remove(name);
                        order.add(name);
                    }
                }
                return order.stream().map(commits::get).toList();
            } catch (NoSuchFileException | FileNotFoundException e) {
                if (files.equals(Commits.files(engine.directory()))) {
                    throw e;
                } // else the writer has made or deleted commits meanwhile
            }
        }
    }

    /** Forgets a name; returns whether there was one. */
    boolean forget(String name) {
        checkName(name);
        return engine.write("forget", writer -> {
            writer.lucene();
            Commits commits = writer.commits();
            IndexCommit commit = commits.named(name);
            if (commit == null) {
                return false;
            }
            commits.forget(commit);
            try {
                if (commits.isNewest(commit)) {
                    writer.commit(Map.of());
                } else {
                    writer.lucene().deleteUnusedFiles(); // no commit: that would need room where there may be none
                }
            } catch (Throwable t) {
                commits.remember(commit);
                writer.reopen(t);
                if (Commits.files(engine.directory()).contains(commit.getSegmentsFileName())) {
                    throw t;
                } // else it is forgotten, and other files could not be deleted yet
            }
            engine.directory().syncMetaData(); // else the name may come back after a crash
            return true;
        });
    }

    /** Makes the state of a named commit the newest one. */
    void rollBackTo(String name) {
        checkName(name);
        engine.write("rollBackTo", writer -> {
            writer.lucene();
            IndexCommit commit = writer.commits().named(name);
            if (commit == null) {
                throw new IllegalArgumentException("no commit is named '" + name + "'");
            }
            writer.rollBackTo(commit);
            engine.showApplied();
            return true;
        });
    }
}
