package dev.groundwork.rag.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.groundwork.rag.Deadline;
import dev.groundwork.rag.QueryRewriter.Rewrite;
import dev.groundwork.rag.Question;
import dev.groundwork.rag.llm.pool.ChatModelPool;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChatQueryRewriterTest {

    private final List<ChatRequest> asked = new ArrayList<>();
    private String reply = "";

    private final ChatModelPool pool = ChatModelPool.of(new ChatModel() {
        @Override
        public ChatResponse doChat(ChatRequest request) {
            asked.add(request);
            return ChatResponse.builder().aiMessage(AiMessage.from(reply)).build();
        }
    });

    @AfterEach
    void close() {
        pool.close();
    }

    private static Deadline soon() {
        return Deadline.after(Duration.ofSeconds(20));
    }

    private String shown() {
        return ((UserMessage) asked.getLast().messages().getLast()).singleText();
    }

    @Test
    void condensesAQuestionWithTheConversationBeforeIt() throws InterruptedException {
        reply = "How is an API key of Acme rotated?\n";
        Question question = Question.of("And how is it rotated?")
                .withConversation(List.of(
                        SystemMessage.from("Be brief."),
                        UserMessage.from("What is an API key of Acme?"),
                        AiMessage.from("A secret.")));
        Rewrite rewrite = ChatQueryRewriter.condensing(pool).rewrite(question, soon());
        assertThat(rewrite.texts()).containsExactly("How is an API key of Acme rotated?");
        assertThat(rewrite.passages()).isEmpty();
        assertThat(shown().lines())
                .containsExactly(
                        "User: What is an API key of Acme?",
                        "Assistant: A secret.",
                        "Last question: And how is it rotated?");
    }

    @Test
    void aQuestionWithoutAConversationNeedsNoModel() throws InterruptedException {
        Rewrite rewrite = ChatQueryRewriter.condensing(pool).rewrite(Question.of("How?"), soon());
        assertThat(rewrite.texts()).containsExactly("How?");
        assertThat(asked).isEmpty();
    }

    @Test
    void asksInOtherWordsWithoutWhatMakesAList() throws InterruptedException {
        reply = "1. How are keys renewed?\n\n2) What replaces a key?\n- How?\n* 3rd wording\n---\n(4) one too many";
        Rewrite rewrite = ChatQueryRewriter.wordings(pool, 4).rewrite(Question.of("How?"), soon());
        assertThat(rewrite.texts())
                .containsExactly("How?", "How are keys renewed?", "What replaces a key?", "3rd wording");
    }

    @Test
    void takesAQuestionApart() throws InterruptedException {
        reply = "Who wrote A?\nWhen was B founded?";
        Rewrite rewrite =
                ChatQueryRewriter.parts(pool, 3).rewrite(Question.of("When was B founded, by who wrote A?"), soon());
        assertThat(rewrite.texts())
                .containsExactly("When was B founded, by who wrote A?", "Who wrote A?", "When was B founded?");
    }

    @Test
    void looksNearAPassageThatCouldAnswer() throws InterruptedException {
        reply = "  Keys are rotated with keys rotate.\n" + "x".repeat(5_000);
        Rewrite rewrite = ChatQueryRewriter.hypotheticalPassage(pool).rewrite(Question.of("How?"), soon());
        assertThat(rewrite.texts()).containsExactly("How?");
        assertThat(rewrite.passages())
                .singleElement()
                .satisfies(passage -> assertThat(passage)
                        .startsWith("Keys are rotated")
                        .hasSize(ChatQueryRewriter.MAX_PASSAGE_CHARS));
    }

    @Test
    void oneFollowsTheOther() throws InterruptedException {
        reply = "How is a key rotated?";
        Question question = Question.of("And how?").withConversation(List.of(UserMessage.from("What is a key?")));
        var both = ChatQueryRewriter.condensing(pool).then(ChatQueryRewriter.wordings(pool, 2));
        assertThat(both.name()).isEqualTo("condense+multi-query");
        assertThat(both.rewrite(question, soon()).texts()).containsExactly("How is a key rotated?");
        assertThat(asked).hasSize(2);
        assertThat(shown()).isEqualTo("How is a key rotated?");
    }

    @Test
    void aReplyWithNothingInItIsAFailure() {
        reply = " - \n...\n";
        assertThatThrownBy(() -> ChatQueryRewriter.wordings(pool, 2).rewrite(Question.of("How?"), soon()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("nothing to search for");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChatQueryRewriter.wordings(pool, 10))
                .withMessageContaining("count is 10, must be from 1 to 9");
    }
}
