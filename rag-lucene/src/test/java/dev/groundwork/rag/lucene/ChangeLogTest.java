package dev.groundwork.rag.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.lucene.index.CorruptIndexException;
import org.junit.jupiter.api.Test;

class ChangeLogTest {

    private static final String NAME = "changes-1.log";

    private final TestDisk disk = new TestDisk();

    @Test
    void bringsBackWhatWasAppended() throws IOException {
        write("alpha", "beta", "");

        assertThat(read()).containsExactly("alpha", "beta", "");
    }

    @Test
    void isOnDiskWithItsNameBeforeAnythingIsAppended() throws IOException {
        ChangeLog.create(disk.logFiles(), 1);

        TestDisk after = disk.afterPowerFailure(new Random(1));
        try (LogReader reader = new LogReader(after.logFiles(), 1)) {
            assertThat(reader.next()).isNull();
        }
        assertThat(disk.count(TestDisk.Call.FORCE_FOLDER)).isEqualTo(1);
    }

    @Test
    void forcesEachFrameBeforeAppendingReturns() throws IOException {
        for (int seed = 0; seed < 50; seed++) {
            TestDisk other = new TestDisk();
            ChangeLog log = ChangeLog.create(other.logFiles(), 1);
            append(log, parts("alpha"));
            log.acknowledge();
            append(log, parts("beta".repeat(1000)));

            TestDisk after = other.afterPowerFailure(new Random(seed));
            assertThat(read(after)).as("seed %d", seed).containsExactly("alpha", "beta".repeat(1000));
        }
    }

    @Test
    void passesOverALastFrameThatWasCutOffAnywhere() throws IOException {
        ChangeLog log = write("alpha", "beta");
        int start = (int) log.end();
        append(log, parts("a change that no one was told of"));
        byte[] whole = disk.read(NAME, Long.MAX_VALUE);
        int end = start + ChangeLog.HEADER + Integer.BYTES + "a change that no one was told of".length();

        for (int cut = start; cut < end; cut++) {
            byte[] torn = whole.clone();
            Arrays.fill(torn, cut, torn.length, (byte) 0);
            disk.put(NAME, torn);
            assertThat(read()).as("cut at %d", cut).containsExactly("alpha", "beta");
            byte[] lost = whole.clone(); // or its start is what was not written
            Arrays.fill(lost, start, cut + 1, (byte) 0);
            disk.put(NAME, lost);
            assertThat(read()).as("lost to %d", cut).containsExactly("alpha", "beta");
        }
        disk.put(NAME, whole);
        assertThat(read()).hasSize(3);
    }

    @Test
    void tellsThatAFrameIsDamagedThatWasAcknowledged() throws IOException {
        ChangeLog log = write("alpha");
        int start = (int) log.end();
        append(log, parts("beta"));
        log.acknowledge();
        byte[] whole = disk.read(NAME, Long.MAX_VALUE);

        for (int at = start; at < start + ChangeLog.HEADER + Integer.BYTES + "beta".length(); at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 1;
            disk.put(NAME, damaged);
            assertThatThrownBy(this::read)
                    .as("byte %d", at)
                    .isInstanceOf(CorruptIndexException.class)
                    .hasMessageContaining("a change at byte " + start)
                    .hasMessageContaining(NAME);
        }
    }

    @Test
    void tellsThatAFrameIsDamagedBeforeAWholeOne() throws IOException {
        ChangeLog log = ChangeLog.create(disk.logFiles(), 1);
        append(log, parts("alpha"));
        log.acknowledge();
        int start = (int) log.end();
        append(log, parts("beta")); // its mark may get lost in a power failure
        log.acknowledge();
        int mark = (int) log.end() - ChangeLog.MARK;
        append(log, parts("gamma"));
        byte[] damaged = disk.read(NAME, Long.MAX_VALUE);
        Arrays.fill(damaged, mark, mark + ChangeLog.MARK, (byte) 0);
        disk.put(NAME, damaged);
        assertThat(read()).hasSize(3);
        damaged[start + ChangeLog.HEADER + 5] ^= 1;
        disk.put(NAME, damaged);

        assertThatThrownBy(this::read)
                .isInstanceOf(CorruptIndexException.class)
                .hasMessageContaining("a change at byte " + start);
    }

    @Test
    void readsNothingElseWhicheverBitIsFlippedOrHoweverMuchIsMissing() throws IOException {
        write("alpha", "beta", "gamma");
        byte[] whole = disk.read(NAME, Long.MAX_VALUE);
        int detected = 0;
        for (int bit = 0; bit < 300 * Byte.SIZE; bit++) {
            byte[] flipped = whole.clone();
            flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            detected += readsAllOrTells(flipped) ? 0 : 1;
        }
        // 20 bytes of the start; of three frames sign, length, forced and checksum, and text of 5, 4 and 5 bytes with
        // lengths
        assertThat(detected).isEqualTo((20 + 3 * 20 + (4 + 5) + (4 + 4) + (4 + 5)) * Byte.SIZE);
        for (int length = 0; length < whole.length; length += 61) {
            assertThat(readsAllOrTells(Arrays.copyOf(whole, length)))
                    .as("%d bytes", length)
                    .isFalse();
        }
    }

    /** Returns whether it reads all; tells where it reads less, or something else. */
    private boolean readsAllOrTells(byte[] bytes) throws IOException {
        disk.put(NAME, bytes);
        try {
            assertThat(read()).containsExactly("alpha", "beta", "gamma");
            return true;
        } catch (CorruptIndexException e) {
            assertThat(e).hasMessageContaining(NAME);
            return false;
        }
    }

    /** What a cut leaves may look as a crash does where the file had just grown: the first frame there, and the second. */
    @Test
    void tellsThatALongLogIsCutOffUnlessItHadJustGrown() throws IOException {
        List<Long> ends = new ArrayList<>();
        ChangeLog log = ChangeLog.create(disk.logFiles(), 1);
        for (int i = 0; i < 60; i++) {
            append(log, parts(Integer.toString(i).repeat(5_000)));
            log.acknowledge();
            ends.add(log.end());
        }
        byte[] whole = disk.read(NAME, Long.MAX_VALUE);
        assertThat(read()).hasSize(60);
        List<Long> grown = List.of(64L << 10, 320L << 10); // and to 832 KB, which the frames don't fill
        for (int length = 0; length < whole.length; length += 1_000) {
            long cut = length;
            disk.put(NAME, Arrays.copyOf(whole, length));
            boolean justGrown = grown.stream().anyMatch(size -> {
                long second = ends.stream().filter(end -> end > size).toList().get(1);
                return cut >= size && cut < second;
            });
            if (justGrown) {
                assertThat(read()).as("cut at %d", cut).hasSizeLessThan(60);
            } else {
                assertThatThrownBy(this::read).as("cut at %d", cut).isInstanceOf(CorruptIndexException.class);
            }
        }
    }

    @Test
    void takesLongFrames() throws IOException {
        String huge = "x".repeat(20 << 20);
        write("alpha", huge, "beta");

        assertThat(read()).containsExactly("alpha", huge, "beta");
    }

    @Test
    void refusesAFrameThatIsTooLongAndKeepsTheOneBefore() throws IOException {
        ChangeLog log = write("alpha");
        List<byte[]> tooMuch = Collections.nCopies(17, new byte[64 << 20]);

        assertThatThrownBy(() -> log.append(tooMuch)).isInstanceOf(IllegalArgumentException.class);
        log.takeBack(); // as after every failure
        assertThat(read()).containsExactly("alpha");
        append(log, parts("beta"));
        log.acknowledge();
        assertThat(read()).containsExactly("alpha", "beta");
    }

    @Test
    void takesTheLastFrameBack() throws IOException {
        ChangeLog log = write("alpha");
        append(log, parts("beta"));
        log.takeBack();

        assertThat(read()).containsExactly("alpha");
        assertThat(read(disk.afterPowerFailure(new Random(2)))).containsExactly("alpha");
        append(log, parts("gamma"));
        log.acknowledge();
        assertThat(read()).containsExactly("alpha", "gamma");
    }

    @Test
    void takesNothingMoreOnceAnAppendHasFailed() throws IOException {
        for (TestDisk.Call failing : List.of(TestDisk.Call.WRITE, TestDisk.Call.FORCE)) {
            TestDisk other = new TestDisk();
            ChangeLog log = ChangeLog.create(other.logFiles(), 1);
            append(log, parts("alpha"));
            log.acknowledge();
            other.plan(
                    (number, call, file) -> call == failing ? TestDisk.Outcome.DONE_AND_FAILS : TestDisk.Outcome.DONE);
            assertThatThrownBy(() -> append(log, parts("beta"))).isInstanceOf(IOException.class);
            other.repair();
            log.takeBack();

            assertThat(log.broken()).isTrue();
            assertThatThrownBy(() -> log.append(parts("gamma"))).isInstanceOf(IOException.class);
            assertThat(read(other)).containsExactly("alpha");
        }
    }

    @Test
    void keepsAFrameWhoseMarkCouldNotBeWritten() throws IOException {
        ChangeLog log = ChangeLog.create(disk.logFiles(), 1);
        append(log, parts("alpha"));
        disk.plan((number, call, file) -> TestDisk.Outcome.FAILS);
        log.acknowledge();
        disk.repair();

        assertThat(log.broken()).isTrue();
        assertThat(read()).containsExactly("alpha");
    }

    @Test
    void takesNoTextForAFrame() throws IOException {
        write("alpha", "beta");
        byte[] document = disk.read(NAME, 512);
        TestDisk other = new TestDisk();
        for (int shift = 0; shift < 2 * ChangeLog.ALIGNMENT; shift++) {
            ChangeLog log = ChangeLog.create(other.logFiles(), 1 + shift);
            byte[] text = new byte[shift + document.length];
            System.arraycopy(document, 0, text, shift, document.length);
            append(log, List.of(text));
            String name = LogFiles.name(1 + shift);
            byte[] torn = other.read(name, Long.MAX_VALUE);
            Arrays.fill(torn, ChangeLog.START, ChangeLog.START + ChangeLog.HEADER, (byte) 0);
            other.put(name, torn);
            try (LogReader reader = new LogReader(other.logFiles(), 1 + shift)) {
                assertThat(reader.next()).isNull();
            }
        }
    }

    @Test
    void refusesALogOfAnotherVersion() throws IOException {
        write("alpha");
        byte[] bytes = disk.read(NAME, Long.MAX_VALUE);
        ByteBuffer start = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        start.putInt(4, 7).putInt(16, ChangeLog.checksum(start.slice(0, 16)));
        disk.put(NAME, bytes);

        assertThatThrownBy(this::read).hasMessageContaining("version 7").hasMessageContaining(NAME);
    }

    @Test
    void tellsALogThatNothingWasWrittenToFromOthers() throws IOException {
        ChangeLog log = ChangeLog.create(disk.logFiles(), 1);
        assertThat(LogReader.mayHoldChanges(disk.logFiles(), 1)).isFalse();
        append(log, parts("alpha"));
        assertThat(LogReader.mayHoldChanges(disk.logFiles(), 1)).isTrue();
        disk.put(NAME, new byte[3]); // its making was cut off
        assertThat(LogReader.mayHoldChanges(disk.logFiles(), 1)).isFalse();
    }

    private ChangeLog write(String... texts) throws IOException {
        ChangeLog log = ChangeLog.create(disk.logFiles(), 1);
        for (String text : texts) {
            append(log, parts(text));
            log.acknowledge();
        }
        return log;
    }

    private static void append(ChangeLog log, List<byte[]> parts) throws IOException {
        log.append(parts);
        log.force();
    }

    private static List<byte[]> parts(String text) {
        return List.of(text.getBytes(StandardCharsets.US_ASCII));
    }

    private List<String> read() throws IOException {
        return read(disk);
    }

    private static List<String> read(TestDisk from) throws IOException {
        List<String> texts = new ArrayList<>();
        try (LogReader reader = new LogReader(from.logFiles(), 1)) {
            for (List<byte[]> frame = reader.next(); frame != null; frame = reader.next()) {
                frame.forEach(part -> texts.add(new String(part, StandardCharsets.US_ASCII)));
            }
        }
        return texts;
    }
}
