package dev.groundwork.rag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.UserMessage;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ValuesTest {

    @Test
    void aDeadlineCountsDownOnItsClock() {
        AtomicLong now = new AtomicLong(5);
        Deadline deadline = Deadline.after(Duration.ofNanos(100), now::get);

        now.set(45);
        assertThat(deadline.remainingNanos()).isEqualTo(60);
        assertThat(deadline.share(0.5).remainingNanos()).isEqualTo(30);
        assertThat(deadline.minus(Duration.ofNanos(20)).remainingNanos()).isEqualTo(40);
        now.set(200);
        assertThat(deadline.expired()).isTrue();
        assertThat(deadline.remaining()).isZero();
        assertThatThrownBy(() -> deadline.check("rerank"))
                .isInstanceOf(DeadlineExceededException.class)
                .hasMessageContaining("rerank");
    }

    @Test
    void aDeadlineRefusesATimeoutOutOfRange() {
        assertThatThrownBy(() -> Deadline.after(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("timeout is PT0S");
        assertThatThrownBy(() -> Deadline.after(Duration.ofDays(2))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aQuestionRefusesABlankTextAndALimitOutOfRange() {
        assertThatThrownBy(() -> Question.of(" \n"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("text is blank");
        assertThatThrownBy(() -> Question.of("x").withLimit(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("limit is 0, must be from 1 to 1000");
    }

    @Test
    void aQuestionPrintsNoText() {
        assertThat(Question.of("my salary")).asString().doesNotContain("salary");
    }

    @Test
    void aHitCopiesItsMetadata() {
        Hit hit = Fakes.hit("a", "text", 1);
        hit.segment().metadata().put("source", "changed");
        Hit again = Hit.of("a", hit.segment(), hit.score());
        hit.segment().metadata().put("source", "changed twice");

        assertThat(again.source()).isEqualTo("changed");
    }

    @Test
    void aDeclineIsRecognisedWithMarksAroundItButNotWithinASentence() {
        AugmentedPrompt prompt = new AugmentedPrompt(List.of(UserMessage.from("q")), List.of(), 1, "NO_ANSWER");

        assertThat(prompt.declinedBy(" NO_ANSWER.\n")).isTrue();
        assertThat(prompt.declinedBy("`no_answer`")).isTrue();
        assertThat(prompt.declinedBy("The reply NO_ANSWER means that nothing was found."))
                .isFalse();
    }

    @Test
    void aCitationPrintsItsPlace() {
        assertThat(new Citation(2, Citation.Verdict.QUOTED, "id", "guide.md", 12, 14, "q", "c"))
                .hasToString("[2] guide.md:12-14 (quoted)");
        assertThat(new Citation(7, Citation.Verdict.NO_SUCH_SOURCE, "", "", 0, 0, "", "c"))
                .hasToString("[7] no such source (no_such_source)");
    }
}
