package dev.groundwork.rag.llm.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.groundwork.rag.Deadline;
import dev.groundwork.rag.LlmPool;
import dev.groundwork.rag.LlmReply;
import dev.groundwork.rag.LlmUnavailableException;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.listener.ChatModelErrorContext;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.listener.ChatModelRequestContext;
import dev.langchain4j.model.chat.listener.ChatModelResponseContext;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ChatListenersTest {

    private static final ChatRequest REQUEST =
            ChatRequest.builder().messages(UserMessage.from("why?")).build();

    private static final ChatModel SERVES = new ChatModel() {
        @Override
        public ChatResponse doChat(ChatRequest request) {
            return ChatResponse.builder().aiMessage(AiMessage.from("because")).build();
        }
    };

    private static final ChatModel FAILS = new ChatModel() {
        @Override
        public ChatResponse doChat(ChatRequest request) {
            throw new InternalServerException("Canary");
        }
    };

    /** Writes down what it is told, with what the beginning left in the attributes. */
    private static class Told implements ChatModelListener {

        final List<String> events = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void onRequest(ChatModelRequestContext context) {
            context.attributes().put("call", events.size());
            events.add("request " + context.chatRequest().messages().size());
        }

        @Override
        public void onResponse(ChatModelResponseContext context) {
            events.add("response " + context.chatResponse().aiMessage().text() + " of "
                    + context.attributes().get("call"));
        }

        @Override
        public void onError(ChatModelErrorContext context) {
            events.add("error " + context.error().getClass().getSimpleName() + " of "
                    + context.attributes().get("call"));
            assertThat(context.error().toString()).doesNotContain("Canary");
        }
    }

    private static ChatModelPool pool(ChatModelListener listener, ChatModel... models) {
        ChatModelPool.Builder builder = ChatModelPool.builder().chatListener(listener);
        for (ChatModel model : models) {
            builder.member(model);
        }
        return builder.build();
    }

    private static Deadline soon() {
        return Deadline.after(Duration.ofSeconds(20));
    }

    private static CompletableFuture<LlmReply> stream(ChatModelPool pool) {
        CompletableFuture<LlmReply> done = new CompletableFuture<>();
        LlmPool.LlmStream unused = pool.stream(REQUEST, soon(), new LlmPool.LlmStreamHandler() {
            @Override
            public void onPartial(String text) {
                // Only the end counts here.
            }

            @Override
            public void onComplete(LlmReply reply) {
                done.complete(reply);
            }

            @Override
            public void onError(Throwable error) {
                done.completeExceptionally(error);
            }
        });
        return done;
    }

    @Test
    void eachCallIsToldOnceHoweverManyAttemptsItTakes() throws Exception {
        Told told = new Told();
        try (ChatModelPool pool = pool(told, FAILS, SERVES)) {
            pool.chat(REQUEST);
            pool.chat(REQUEST, soon());
            pool.withPriority(Priority.HIGH).chat("why?");
            assertThat(told.events)
                    .containsExactly(
                            "request 1",
                            "response because of 0",
                            "request 1",
                            "response because of 2",
                            "request 1",
                            "response because of 4");
            told.events.clear();
            stream(pool).get(10, TimeUnit.SECONDS);
            CompletableFuture<ChatResponse> done = new CompletableFuture<>();
            pool.streaming().chat(REQUEST, new StreamingChatResponseHandler() {
                @Override
                public void onCompleteResponse(ChatResponse response) {
                    done.complete(response);
                }

                @Override
                public void onError(Throwable error) {
                    done.completeExceptionally(error);
                }
            });
            done.get(10, TimeUnit.SECONDS);
            assertThat(told.events)
                    .containsExactly("request 1", "response because of 0", "request 1", "response because of 2");
            assertThat(pool.listeners()).containsExactly(told);
        }
    }

    @Test
    void aFailureIsToldOnceAsTheCallerGetsIt() {
        Told told = new Told();
        try (ChatModelPool pool = pool(told, FAILS)) {
            assertThatThrownBy(() -> pool.chat(REQUEST)).isInstanceOf(LlmUnavailableException.class);
            CompletableFuture<LlmReply> streamed = stream(pool);
            assertThatThrownBy(streamed::join)
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(LlmUnavailableException.class);
        }
        assertThat(told.events)
                .containsExactly(
                        "request 1",
                        "error LlmUnavailableException of 0",
                        "request 1",
                        "error LlmUnavailableException of 2");
    }

    @Test
    void aListenerThatThrowsBreaksNoCall() {
        ChatModelListener broken = new ChatModelListener() {
            @Override
            public void onRequest(ChatModelRequestContext context) {
                throw new IllegalStateException("Canary");
            }

            @Override
            public void onResponse(ChatModelResponseContext context) {
                throw new IllegalStateException("Canary");
            }
        };
        try (ChatModelPool pool = pool(broken, SERVES)) {
            assertThat(pool.chat("why?")).isEqualTo("because");
            assertThat(stream(pool).join().response().aiMessage().text()).isEqualTo("because");
        }
    }
}
