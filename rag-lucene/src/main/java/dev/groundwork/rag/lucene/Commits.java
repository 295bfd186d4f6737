package dev.groundwork.rag.lucene;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.index.IndexCommit;
import org.apache.lucene.index.IndexDeletionPolicy;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.store.Directory;
import org.jspecify.annotations.Nullable;

/**
 * Which commits are kept: the newest one, the newest one of each name, and those that someone reads. A name is part of its
 * commit, so that it is as safe as the commit, and a commit that takes over a name is made and its predecessor given up in
 * one step.
 *
 * <p>Thread-safe: Lucene asks it while it commits, whoever reads a commit holds it.
 */
final class Commits extends IndexDeletionPolicy {

    private static final String NAME_KEY = "groundwork.name";

    private final Set<Long> forgotten = new HashSet<>();
    private final Map<Long, Integer> held = new HashMap<>();
    private List<IndexCommit> present = List.of();

    static SegmentInfos latest(Directory directory) throws IOException {
        return SegmentInfos.readLatestCommit(directory);
    }

    /** Returns the files {@code segments_N} that there are on disk, oldest first. */
    static List<String> files(Directory directory) throws IOException {
        List<String> files = new ArrayList<>();
        for (String file : directory.listAll()) {
            if (file.startsWith("segments_")) {
                files.add(file);
            }
        }
        files.sort(Comparator.comparingLong(SegmentInfos::generationFromSegmentsFileName));
        return List.copyOf(files);
    }

    /** Returns what gives a commit a name. */
    static Map<String, String> naming(String name) {
        return Map.of(NAME_KEY, name);
    }

    /** Returns a commit's name; {@code null} if it has none. */
    static @Nullable String name(Map<String, String> userData) {
        return userData.get(NAME_KEY);
    }

    @Override
    public void onInit(List<? extends IndexCommit> commits) throws IOException {
        onCommit(commits);
    }

    @Override
    public synchronized void onCommit(List<? extends IndexCommit> commits) throws IOException {
        List<IndexCommit> kept = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int i = commits.size() - 1; i >= 0; i--) { // the newest first
            IndexCommit commit = commits.get(i);
            String name = nameOf(commit);
            boolean named = name != null && names.add(name);
            if (i == commits.size() - 1 || named || held.containsKey(commit.getGeneration())) {
                kept.add(commit);
            } else {
                commit.delete();
            }
        }
        present = List.copyOf(kept.reversed());
    }

    private @Nullable String nameOf(IndexCommit commit) throws IOException {
        return forgotten.contains(commit.getGeneration()) ? null : name(commit.getUserData());
    }

    /** Returns the commits that have a name, oldest first, each name once. */
    synchronized List<IndexCommit> named() throws IOException {
        List<IndexCommit> named = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (IndexCommit commit : present.reversed()) {
            String name = nameOf(commit);
            if (name != null && names.add(name)) {
                named.add(commit);
            }
        }
        return List.copyOf(named.reversed());
    }

    /** Returns the commit of a name; {@code null} if there is none. */
    synchronized @Nullable IndexCommit named(String name) throws IOException {
        for (IndexCommit commit : named()) {
            if (name.equals(nameOf(commit))) {
                return commit;
            }
        }
        return null;
    }

    /** Keeps the newest commit until it is let go. */
    synchronized IndexCommit hold() {
        IndexCommit newest = present.getLast();
        held.merge(newest.getGeneration(), 1, Integer::sum);
        return newest;
    }

    /** Keeps the newest commit and those that have a name until they are let go; the newest one is the last. */
    synchronized List<IndexCommit> holdAll() throws IOException {
        List<IndexCommit> all = new ArrayList<>(named());
        if (!all.contains(present.getLast())) {
            all.add(present.getLast());
        }
        all.forEach(commit -> held.merge(commit.getGeneration(), 1, Integer::sum));
        return List.copyOf(all);
    }

    /** Lets commits go; the next look at the commits deletes those that nothing else keeps. */
    synchronized void letGo(List<IndexCommit> commits) {
        for (IndexCommit commit : commits) {
            held.computeIfPresent(commit.getGeneration(), (generation, times) -> times == 1 ? null : times - 1);
        }
    }

    /** Forgets the name of a commit; the next look at the commits deletes it, if nothing else keeps it. */
    synchronized void forget(IndexCommit commit) {
        forgotten.add(commit.getGeneration());
    }

    /** Takes {@link #forget} back. */
    synchronized void remember(IndexCommit commit) {
        forgotten.remove(commit.getGeneration());
    }

    /** Returns whether a commit is the newest one. */
    synchronized boolean isNewest(IndexCommit commit) {
        return present.getLast().getGeneration() == commit.getGeneration();
    }
}
