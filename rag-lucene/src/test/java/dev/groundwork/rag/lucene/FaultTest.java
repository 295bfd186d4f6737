package dev.groundwork.rag.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Runs one story on a disk that fails at the first call, at the second, and so on to the last, in several ways. Whichever
 * call fails and however: who was told that a change is there finds it, who was told that it failed does not, searches go
 * on meanwhile, writes after.
 *
 * <p>Every call in every way: {@code -Dfaults=all}; else of the rarer ways every twelfth one, each another.
 */
class FaultTest {

    private static final int STRIDE = Fault.values().length;

    private static final boolean ALL = "all".equals(System.getProperty("faults"));

    @TempDir
    Path empty;

    enum Fault {
        ONCE,
        TWICE,
        UNTIL_REPAIRED,
        ONCE_THOUGH_DONE,
        FIVE_TIMES_THOUGH_DONE,
        ONCE_THOUGH_DONE_AND_THEN_TWICE,
        HALF_DONE_ONCE,
        HALF_DONE_UNTIL_REPAIRED,
        UNEXPECTED_ONCE,
        /** As when there are no file handles left: what is open can be written. */
        NOTHING_CAN_BE_OPENED_UNTIL_REPAIRED,
        NOTHING_CAN_BE_FORCED_UNTIL_REPAIRED,
        NOTHING_CAN_BE_DELETED_UNTIL_REPAIRED;

        /** Returns what fails from a call on. */
        TestDisk.Plan from(int first) {
            return (number, call, file) -> number < first ? TestDisk.Outcome.DONE : outcome(number - first, call);
        }

        private TestDisk.Outcome outcome(int since, TestDisk.Call call) {
            return switch (this) {
                case ONCE -> since == 0 ? TestDisk.Outcome.FAILS : TestDisk.Outcome.DONE;
                case TWICE -> since < 2 ? TestDisk.Outcome.FAILS : TestDisk.Outcome.DONE;
                case UNTIL_REPAIRED -> TestDisk.Outcome.FAILS;
                case ONCE_THOUGH_DONE -> since == 0 ? TestDisk.Outcome.DONE_AND_FAILS : TestDisk.Outcome.DONE;
                case FIVE_TIMES_THOUGH_DONE -> since < 5 ? TestDisk.Outcome.DONE_AND_FAILS : TestDisk.Outcome.DONE;
                case ONCE_THOUGH_DONE_AND_THEN_TWICE ->
                    since == 0
                            ? TestDisk.Outcome.DONE_AND_FAILS
                            : since < 3 ? TestDisk.Outcome.FAILS : TestDisk.Outcome.DONE;
                case HALF_DONE_ONCE -> since == 0 ? TestDisk.Outcome.HALF_DONE : TestDisk.Outcome.DONE;
                case HALF_DONE_UNTIL_REPAIRED -> TestDisk.Outcome.HALF_DONE;
                case UNEXPECTED_ONCE -> since == 0 ? TestDisk.Outcome.BREAKS : TestDisk.Outcome.DONE;
                case NOTHING_CAN_BE_OPENED_UNTIL_REPAIRED ->
                    fails(call == TestDisk.Call.OPEN || call == TestDisk.Call.CREATE);
                case NOTHING_CAN_BE_FORCED_UNTIL_REPAIRED ->
                    fails(call == TestDisk.Call.FORCE || call == TestDisk.Call.FORCE_FOLDER);
                case NOTHING_CAN_BE_DELETED_UNTIL_REPAIRED -> fails(call == TestDisk.Call.DELETE);
            };
        }

        private static TestDisk.Outcome fails(boolean such) {
            return such ? TestDisk.Outcome.FAILS : TestDisk.Outcome.DONE;
        }

        /** Returns where to start with every so manieth call, for each fault elsewhere. */
        int start(int stride) {
            return 1 + Math.floorMod(name().hashCode(), stride);
        }
    }

    @ParameterizedTest
    @EnumSource
    @Timeout(600)
    void losesNothingAndMakesNothingByHalvesWhicheverCallFails(Fault fault) {
        int stride = ALL || fault == Fault.ONCE ? 1 : STRIDE;
        int calls = forEveryCall(fault.start(stride), stride, number -> {
            TestDisk disk = new TestDisk();
            disk.plan(fault.from(number));
            return new FaultStory(disk, empty, fault + " from " + number).tell(number / stride % 2 == 0);
        });
        assertThat(calls).as("calls that may fail").isGreaterThan(300);
    }

    /** Files are written when they are flushed and merged, and not only when they are committed. */
    @ParameterizedTest
    @EnumSource(
            names = {"ONCE", "UNTIL_REPAIRED", "ONCE_THOUGH_DONE", "ONCE_THOUGH_DONE_AND_THEN_TWICE", "UNEXPECTED_ONCE"
            })
    @Timeout(600)
    void losesNothingWithoutACacheEither(Fault fault) {
        int stride = ALL ? 1 : 3 * STRIDE;
        int calls = forEveryCall(fault.start(stride), stride, number -> {
            TestDisk disk = new TestDisk();
            disk.withoutCache();
            disk.plan(fault.from(number));
            return new FaultStory(disk, empty, fault + " from " + number).tell(number / stride % 2 == 0);
        });
        assertThat(calls).as("calls that may fail").isGreaterThan(600);
    }

    @ParameterizedTest
    @EnumSource(names = {"ONCE", "UNTIL_REPAIRED"})
    @Timeout(600)
    void losesNothingWhenFilesCannotBeRead(Fault fault) {
        int stride = ALL ? 1 : 17;
        int reads = forEveryCall(fault.start(stride), stride, number -> {
            TestDisk disk = new TestDisk();
            disk.countReads();
            AtomicInteger reading = new AtomicInteger();
            TestDisk.Plan plan = fault.from(number);
            disk.plan((n, call, file) -> call == TestDisk.Call.READ
                    ? plan.of(reading.incrementAndGet(), call, file)
                    : TestDisk.Outcome.DONE);
            return new FaultStory(disk, empty, "read " + fault + " from " + number).tell(number % 2 == 0);
        });
        assertThat(reads).as("reads that may fail").isGreaterThan(300);
    }

    @Test
    @Timeout(600)
    void losesNothingOnADiskThatIsFullAtAnySize() {
        int stride = ALL ? 256 : 4_096;
        int bytes = forEveryCall(0, stride, capacity -> {
            TestDisk disk = new TestDisk();
            disk.capacity(capacity);
            return new FaultStory(disk, empty, "disk of " + capacity).tell(capacity / stride % 2 == 0);
        });
        assertThat(bytes).isGreaterThan(64 << 10);
    }

    /** The disk grows with every call, so that it is full now here, now there. */
    @Test
    @Timeout(600)
    void losesNothingOnADiskThatIsFullNowAndAgain() {
        for (int growth = 8; growth < (ALL ? 4_096 : 512); growth += ALL ? 8 : 24) {
            TestDisk disk = new TestDisk();
            int each = growth;
            disk.plan((number, call, file) -> {
                disk.capacity((64 << 10) + (long) each * number);
                return TestDisk.Outcome.DONE;
            });
            new FaultStory(disk, empty, "disk that grows by " + growth).tell(growth % 16 == 0);
        }
    }

    /** Threads of Lucene's merge what was written; they fail, and with them the writer. */
    @ParameterizedTest
    @EnumSource(names = {"ONCE", "UNTIL_REPAIRED", "UNEXPECTED_ONCE"})
    @Timeout(600)
    void losesNothingWhenAMergeInTheBackgroundFails(Fault fault) {
        int stride = ALL ? 1 : 5;
        int calls = forEveryCall(1, stride, number -> {
            TestDisk disk = new TestDisk();
            disk.withoutCache();
            AtomicInteger merging = new AtomicInteger();
            TestDisk.Plan plan = fault.from(number);
            disk.plan((n, call, file) -> Thread.currentThread().getName().startsWith("Lucene Merge")
                    ? plan.of(merging.incrementAndGet(), call, file)
                    : TestDisk.Outcome.DONE);
            return new FaultStory(disk, empty, "merge " + fault + " from " + number)
                    .afterEachAct(Waiting::forMerges)
                    .tell(number % 2 == 0);
        });
        assertThat(calls).as("calls of merges that may fail").isGreaterThan(1);
    }

    private static int forEveryCall(int first, int stride, IntPredicate failsAt) {
        int number = first;
        while (failsAt.test(number)) {
            number += stride;
        }
        return number;
    }

    @Test
    @Timeout(600)
    void losesNothingWhenPowerFailsAtAnyCall() {
        long seed = Long.getLong("seed", 42);
        int stride = ALL ? 1 : 4;
        int calls = forEveryCall(1, stride, number -> {
            Random random = new Random(seed + number);
            String name = "power failure with seed " + seed;
            return new FaultStory(new TestDisk(), empty, name)
                    .tellUntilCrash(
                            number, (n, call, file) -> TestDisk.Outcome.DONE, disk -> disk.afterPowerFailure(random));
        });
        assertThat(calls).isGreaterThan(300);
    }

    @Test
    @Timeout(600)
    void losesNothingWhenTheProcessEndsAtAnyCall() {
        int stride = ALL ? 1 : 4;
        int calls = forEveryCall(
                3,
                stride,
                number -> new FaultStory(new TestDisk(), empty, "end of process")
                        .tellUntilCrash(number, (n, call, file) -> TestDisk.Outcome.DONE, TestDisk::afterCrash));
        assertThat(calls).isGreaterThan(300);
    }

    /** A disk that dies fails first: what it was told to force it may have lost, though it takes more. */
    @Test
    @Timeout(600)
    void losesNothingWhenPowerFailsSoonAfterTheDiskDid() {
        long seed = Long.getLong("seed", 42);
        for (int i = 0; i < (ALL ? 5_000 : 150); i++) {
            Random random = new Random(seed + i);
            Fault fault = Fault.values()[random.nextInt(STRIDE)];
            int number = 1 + random.nextInt(450);
            TestDisk disk = new TestDisk();
            if (random.nextInt(4) == 0) {
                disk.withoutCache();
                number *= 2;
            }
            String name = fault + " from " + number + ", then power failure, seed " + seed + " + " + i;
            new FaultStory(disk, empty, name)
                    .tellUntilCrash(
                            number + random.nextInt(1 + random.nextInt(60)),
                            fault.from(number),
                            random.nextInt(4) == 0 ? TestDisk::afterCrash : left -> left.afterPowerFailure(random));
        }
    }
}
