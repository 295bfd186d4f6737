package dev.groundwork.rag.lucene;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.lucene.index.IndexCommit;
import org.apache.lucene.index.IndexDeletionPolicy;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.store.Directory;

/**
 * Which commits are kept: the newest one, those that have a name, and those that are being copied. A name is part of its
 * commit, so that it is as safe as the commit.
 */
final class Commits extends IndexDeletionPolicy {

    private static final String NAME_KEY = "groundwork.name";
    private static final String TIME_KEY = "groundwork.time";

    private final Set<String> released = new HashSet<>();
    private final Set<Long> held = new HashSet<>();
    private List<IndexCommit> present = List.of();

    static SegmentInfos latest(Directory directory) throws IOException {
        return SegmentInfos.readLatestCommit(directory);
    }

    static Map<String, String> naming(String name, long epochMillis) {
        return Map.of(NAME_KEY, name, TIME_KEY, Long.toString(epochMillis));
    }

    static Optional<String> name(IndexCommit commit) throws IOException {
        return Optional.ofNullable(commit.getUserData().get(NAME_KEY));
    }

    static long epochMillis(IndexCommit commit) throws IOException {
        return Long.parseLong(commit.getUserData().getOrDefault(TIME_KEY, "0"));
    }

    @Override
    public void onInit(List<? extends IndexCommit> commits) throws IOException {
        onCommit(commits);
    }

    @Override
    public synchronized void onCommit(List<? extends IndexCommit> commits) throws IOException {
        List<IndexCommit> kept = new ArrayList<>();
        for (int i = 0; i < commits.size(); i++) {
            IndexCommit commit = commits.get(i);
            boolean named =
                    name(commit).filter(name -> !released.contains(name)).isPresent();
            if (i == commits.size() - 1 || named || held.contains(commit.getGeneration())) {
                kept.add(commit);
            } else {
                commit.delete();
            }
        }
        present = List.copyOf(kept);
    }

    /** Returns the commits that there are, oldest first. */
    synchronized List<IndexCommit> present() {
        return present;
    }

    /** Returns the commits that have a name, oldest first. */
    synchronized List<IndexCommit> named() throws IOException {
        List<IndexCommit> named = new ArrayList<>();
        for (IndexCommit commit : present) {
            if (name(commit).filter(name -> !released.contains(name)).isPresent()) {
                named.add(commit);
            }
        }
        return named;
    }

    /** Keeps the newest commit until it is let go. */
    synchronized IndexCommit hold() {
        IndexCommit newest = present.getLast();
        held.add(newest.getGeneration());
        return newest;
    }

    /** Lets go; the next commit deletes it. */
    synchronized void letGo(IndexCommit commit) {
        held.remove(commit.getGeneration());
    }

    /** Forgets a name; the next commit deletes what it kept. */
    synchronized void release(String name) {
        released.add(name);
    }

    /** Takes a name back into use. */
    synchronized void use(String name) {
        released.remove(name);
    }
}
