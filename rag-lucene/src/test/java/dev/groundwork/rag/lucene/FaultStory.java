package dev.groundwork.rag.lucene;

import static dev.groundwork.rag.lucene.Segments.segment;
import static org.assertj.core.api.Assertions.assertThat;

import dev.groundwork.rag.IndexChange;
import dev.groundwork.rag.IndexException;
import dev.groundwork.rag.RagException;
import dev.groundwork.rag.SegmentSnapshot;
import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.store.embedding.filter.MetadataFilterBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A story of an index, from its making to its closing, with all sorts of changes; told on a disk that fails meanwhile. It
 * knows what the index must hold, and what it may hold after a failure.
 */
final class FaultStory {

    static final EngineSettings SETTINGS = settings(EngineSettings.defaults().writer());

    static EngineSettings settings(WriterSettings writer) {
        Duration never = Duration.ofHours(1); // or tests would have to wait for commits
        return new EngineSettings(
                writer,
                TextSettings.defaults(),
                VectorSearch.EXACT_LIMIT,
                Duration.ZERO,
                never,
                never,
                InstantSource.system());
    }

    /** A change: of one caller, or of several at once. */
    private record Act(String name, List<List<IndexChange>> changes) {
        static Act of(String name, IndexChange... changes) {
            return new Act(name, List.of(List.of(changes)));
        }
    }

    private static final Act COMMIT = new Act("commit", List.of());

    private static List<Act> acts() {
        Metadata red = new Metadata().put("colour", "red");
        return List.of(
                Act.of("first", upsert("a", "b")),
                Act.of("document", document("d1", "f1", "x1", "x2")),
                new Act(
                        "three at once",
                        List.of(
                                List.of(upsert("c1", "c2")),
                                List.of(document("d2", "f1", "y1"), document("d3", "f1", "z1", "z2")),
                                List.of(new IndexChange.Delete(List.of("a")), upsert("e")))),
                COMMIT,
                Act.of("replace", document("d1", "f2", "x2", "x3")),
                Act.of("red", new IndexChange.Upsert(List.of(segment("r1", "word red", red, 1, 1)))),
                Act.of(
                        "delete red",
                        new IndexChange.DeleteMatching(
                                MetadataFilterBuilder.metadataKey("colour").isEqualTo("red")),
                        upsert("g")),
                Act.of("remove", new IndexChange.RemoveDocument(IndexState.SOURCE, "d2")),
                Act.of("all anew", new IndexChange.DeleteAll(), upsert("h", "i"), document("d4", "f1", "w1")),
                COMMIT,
                Act.of("last", upsert("j"), document("d4", "f2")));
    }

    private static IndexChange upsert(String... ids) {
        return new IndexChange.Upsert(List.of(ids).stream()
                .map(id -> segment(id, "word " + id, 1, id.hashCode() % 7))
                .toList());
    }

    private static IndexChange document(String id, String fingerprint, String... ids) {
        return new IndexChange.ReplaceDocument(
                IndexState.SOURCE, id, fingerprint, ((IndexChange.Upsert) upsert(ids)).segments());
    }

    /**
     * What the index may hold.
     *
     * @param possible more than one where a commit failed, which may be there or not
     * @param afterCrash what failed since the last change that did not, and may come back in a crash
     * @param underWay changes that no one has been told of yet
     */
    private record Known(
            List<IndexState.Model> possible, List<IndexState.Model> afterCrash, List<List<IndexChange>> underWay) {

        /** Returns what may be found after a crash now. */
        List<IndexState.Model> all() {
            List<IndexState.Model> all = new ArrayList<>(possible);
            all.addAll(afterCrash);
            List<IndexChange> done = new ArrayList<>();
            for (List<IndexChange> changes : underWay) {
                done.addAll(changes);
                possible.forEach(model -> all.add(model.with(done)));
            }
            return all;
        }
    }

    private final String name;
    private final TestDisk disk;
    private final Path emptyFolder;
    private final EngineSettings settings;
    private final Set<IndexState> seen = new HashSet<>(Set.of(IndexState.EMPTY));
    private volatile Known known = new Known(List.of(new IndexState.Model()), List.of(), List.of());
    private Runnable afterEachAct = () -> {};
    private LuceneIndex index;

    FaultStory(TestDisk disk, Path emptyFolder, String name) {
        this(disk, emptyFolder, name, SETTINGS);
    }

    FaultStory(TestDisk disk, Path emptyFolder, String name, EngineSettings settings) {
        this.disk = disk;
        this.emptyFolder = emptyFolder;
        this.name = name;
        this.settings = settings;
    }

    /** Sets what is waited for after each change. */
    FaultStory afterEachAct(Runnable waits) {
        afterEachAct = waits;
        return this;
    }

    /** Tells it, with faults up to the moment when the disk is repaired; returns whether there were any. */
    boolean tell(boolean closesBeforeRepair) {
        for (Act act : acts()) {
            play(act);
            afterEachAct.run();
        }
        if (closesBeforeRepair || disk.failures() == 0) {
            close();
        }
        boolean failed = disk.failures() > 0;
        disk.repair();
        tellTheEnd();
        return failed;
    }

    /** Goes on with a disk that is well. */
    private void tellTheEnd() {
        if (index == null) {
            known = new Known(known.all(), List.of(), List.of());
            open();
            expectState();
        }
        Act after = Act.of("after", upsert("after"));
        play(after);
        for (int again = 0; again < 3 && !isWell(); again++) {
            play(after); // a merge in the background that failed before the disk was repaired may say so later
        }
        assertThat(index.get("after")).as(context("after")).isPresent();
        assertThat(index.health().status()).as(context("health")).isEqualTo("up");
        expectState();
        close();
        open();
        expectState();
        close();
        expectNoRubbish();
    }

    private boolean isWell() {
        return index.get("after").isPresent() && index.health().status().equals("up");
    }

    /** Tells it up to a call at which the machine ends; returns whether it came to that. */
    boolean tellUntilCrash(int atCall, TestDisk.Plan plan, Function<TestDisk, TestDisk> crash) {
        AtomicReference<FaultStory> next = new AtomicReference<>();
        disk.plan((number, call, file) -> {
            if (number == atCall) {
                String what = context("crash at call " + number + ", " + call + " of " + file);
                FaultStory after = new FaultStory(crash.apply(disk), emptyFolder, what, settings);
                after.known = known;
                next.set(after);
            }
            return plan.of(number, call, file);
        });
        for (Act act : acts()) {
            play(act);
            if (next.get() != null) {
                break;
            }
        }
        close();
        if (next.get() == null) {
            return false;
        }
        next.get().tellTheEnd();
        return true;
    }

    private String context(String what) {
        return name + ", " + what + ", " + disk.lastFailure();
    }

    private void open() {
        if (index == null) {
            try {
                index = new LuceneIndex(IndexEngine.open(disk.location(emptyFolder), settings, false));
            } catch (RagException e) {
                expectIndexException(e, "open");
            }
        }
    }

    private void close() {
        if (index != null) {
            LuceneIndex closing = index;
            index = null;
            try {
                closing.close();
            } catch (RagException e) {
                expectIndexException(e, "close");
            }
        }
    }

    private void play(Act act) {
        int failures = disk.failures();
        open();
        if (index == null) {
            return;
        }
        known = new Known(known.possible(), known.afterCrash(), act.changes());
        List<IndexChange> done = new ArrayList<>();
        List<IndexChange> failed = new ArrayList<>();
        if (act.changes().isEmpty()) {
            failed = commit() ? failed : null;
        } else if (act.changes().size() == 1) {
            (apply(act) ? done : failed).addAll(act.changes().getFirst());
        } else {
            applyAtOnce(act, done, failed);
        }
        tell(act, done, failed);
        expectReadable(act.name(), failures);
    }

    private void tell(Act act, List<IndexChange> done, @Nullable List<IndexChange> failed) {
        List<IndexState.Model> possible =
                known.possible().stream().map(model -> model.with(done)).toList();
        List<IndexState.Model> afterCrash = new ArrayList<>(done.isEmpty() ? known.afterCrash() : List.of());
        if (failed == null || !failed.isEmpty()) {
            assertThat(index.health().status()).as(context(act.name())).isEqualTo("degraded");
        }
        if (failed != null && !failed.isEmpty()) {
            Stream<IndexState.Model> there = possible.stream().map(model -> model.with(failed));
            if (ChangeCodec.canEncode(failed)) {
                afterCrash.addAll(there.toList());
            } else {
                possible = Stream.concat(possible.stream(), there).toList();
            }
        }
        possible.forEach(model -> seen.add(model.state()));
        known = new Known(possible, afterCrash, List.of());
    }

    private boolean commit() {
        try {
            index.commit();
            return true;
        } catch (RagException e) {
            expectIndexException(e, "commit");
            return false;
        }
    }

    private boolean apply(Act act) {
        try {
            index.apply(act.changes().getFirst());
            return true;
        } catch (RagException e) {
            expectIndexException(e, act.name());
            return false;
        }
    }

    /** Has several changes wait, so that they make a group: one frame, of which a crash brings back all or none. */
    private void applyAtOnce(Act act, List<IndexChange> done, List<IndexChange> failed) {
        IndexEngine engine = index.engine();
        List<Change> waiting = engine.write(
                "several at once",
                writer -> act.changes().stream().map(engine::submit).toList());
        for (int i = 0; i < waiting.size(); i++) {
            try {
                engine.await(waiting.get(i));
                done.addAll(act.changes().get(i));
            } catch (RagException e) {
                expectIndexException(e, act.name());
                failed.addAll(act.changes().get(i));
            }
        }
    }

    private void expectIndexException(Throwable failure, String what) {
        assertThat(failure).as(context(what)).isInstanceOf(IndexException.class).hasMessageStartingWith("index disk: ");
    }

    /** Searches find a state that was good; without a fault since then, the last one. */
    private void expectReadable(String what, int failuresBefore) {
        SortedMap<String, String> texts;
        try (SegmentSnapshot snapshot = index.snapshot()) {
            texts = IndexState.texts(snapshot);
        } catch (RagException e) { // what is searched can't be read now
            expectIndexException(e, what);
            assertThat(disk.lastFailure()).as(context(what)).contains("READ");
            assertThat(disk.failures()).as(context(what)).isGreaterThan(failuresBefore);
            return;
        }
        Stream<IndexState> allowed = failuresBefore == disk.failures()
                ? known.possible().stream().map(IndexState.Model::state)
                : seen.stream();
        assertThat(allowed.map(IndexState::texts).distinct()).as(context(what)).contains(texts);
    }

    private void expectState() {
        assertThat(index).as(context("open")).isNotNull();
        IndexState found = IndexState.of(index);
        assertThat(known.possible().stream().map(IndexState.Model::state).distinct())
                .as(context("state"))
                .contains(found);
        List<IndexState.Model> right = known.possible().stream()
                .filter(model -> model.state().equals(found))
                .limit(1)
                .toList();
        known = new Known(right, List.of(), List.of());
    }

    /** Nothing is left but what the last commit consists of. */
    private void expectNoRubbish() {
        assertThat(disk.names()).as(context("files")).noneMatch(LogFiles::isName);
        assertThat(disk.names()).as(context("files")).noneMatch(file -> file.startsWith("pending_"));
        assertThat(disk.names().stream().filter(file -> file.startsWith("segments_")))
                .as(context("files"))
                .hasSize(1);
    }
}
