package dev.groundwork.rag.llm.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class MailboxTest {

    private static final class Box extends Mailbox {
        @Override
        void failed(Throwable thrown) {
            throw new AssertionError(thrown);
        }
    }

    @Test
    void whatIsDoneAfterwardsMakesNoThreadRunWhatOthersPost() throws Exception {
        Box box = new Box();
        List<Thread> ran = new CopyOnWriteArrayList<>();
        Thread other = Thread.ofPlatform().unstarted(() -> box.post(() -> ran.add(Thread.currentThread())));

        box.post(() -> {
            box.afterwards(() -> {
                other.start();
                join(other); // Runs what it posts itself, as nobody else has the mailbox.
            });
            box.post(() -> assertThat(ran).isEmpty());
        });

        assertThat(ran).containsExactly(other);
    }

    @Test
    void everyTaskIsFollowedByWhatItAskedFor() {
        Box box = new Box();
        List<String> done = new CopyOnWriteArrayList<>();

        box.post(() -> {
            box.afterwards(() -> done.add("after 1"));
            box.afterwards(() -> done.add("after 2"));
            box.post(() -> {
                box.afterwards(() -> done.add("after 3"));
                done.add("two");
            });
            done.add("one");
        });
        box.post(() -> done.add("three"));

        assertThat(done).containsExactly("one", "two", "after 1", "after 2", "after 3", "three");
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
