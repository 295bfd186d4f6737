package dev.groundwork.rag.llm.pool;

import static dev.groundwork.rag.llm.pool.OpenAiTestServer.fails;
import static dev.groundwork.rag.llm.pool.OpenAiTestServer.says;
import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.agent.tool.P;
import dev.langchain4j.agent.tool.Tool;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.rag.content.Content;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.TokenStream;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The pool in an AI Service of LangChain4j's, with retrieval and tools, over real HTTP; the preferred member is out. */
@Timeout(60)
class AiServiceIT {

    private static final ContentRetriever GUIDE =
            query -> List.of(Content.from("An API key is rotated with the command keys rotate."));

    interface Assistant {
        String answer(String question);
    }

    interface StreamingAssistant {
        TokenStream answer(String question);
    }

    static final class Watch {
        private int calls;

        @Tool("the time in a city")
        String time(@P("city") String city) {
            calls++;
            return "noon in " + city;
        }
    }

    private static ChatModelPool pool(OpenAiTestServer out, OpenAiTestServer serves) {
        return ChatModelPool.builder()
                .member(OpenAiMembers.at(out.baseUrl(), "m")
                        .jsonSchema(true)
                        .member("out")
                        .build())
                .member(OpenAiMembers.at(serves.baseUrl(), "m")
                        .jsonSchema(true)
                        .member("serves")
                        .build())
                .build();
    }

    @Test
    void answersWithWhatWasRetrieved() throws Exception {
        try (OpenAiTestServer out = new OpenAiTestServer(fails(503, "out"));
                OpenAiTestServer serves = new OpenAiTestServer(says("with keys rotate"));
                ChatModelPool pool = pool(out, serves)) {
            Assistant assistant = AiServices.builder(Assistant.class)
                    .chatModel(pool)
                    .contentRetriever(GUIDE)
                    .build();

            assertThat(assistant.answer("How is a key rotated?")).isEqualTo("with keys rotate");

            assertThat(out.calls()).isEqualTo(1);
            assertThat(serves.bodies()).singleElement().asString().contains("keys rotate.", "How is a key rotated?");
            assertThat(pool.supportedCapabilities()).containsExactly(Capability.RESPONSE_FORMAT_JSON_SCHEMA);
        }
    }

    @Test
    void streamsWithWhatWasRetrieved() throws Exception {
        try (OpenAiTestServer out = new OpenAiTestServer(fails(503, "out"));
                OpenAiTestServer serves = new OpenAiTestServer(says("with keys rotate"));
                ChatModelPool pool = pool(out, serves)) {
            StreamingAssistant assistant = AiServices.builder(StreamingAssistant.class)
                    .streamingChatModel(pool.streaming())
                    .contentRetriever(GUIDE)
                    .build();
            StringBuilder text = new StringBuilder();
            CompletableFuture<String> done = new CompletableFuture<>();

            assistant
                    .answer("How is a key rotated?")
                    .onPartialResponse(text::append)
                    .onCompleteResponse(
                            response -> done.complete(response.aiMessage().text()))
                    .onError(done::completeExceptionally)
                    .start();

            assertThat(done.get(20, TimeUnit.SECONDS)).isEqualTo("with keys rotate");
            assertThat(text).hasToString("with keys rotate");
        }
    }

    @Test
    void toolsPassThrough() throws Exception {
        OpenAiTestServer.Reply asksForTheTool = (server, exchange, stream) -> OpenAiTestServer.respond(
                exchange,
                200,
                "{\"id\":\"1\",\"model\":\"m\",\"choices\":[{\"index\":0,\"finish_reason\":\"tool_calls\",\"message\":"
                    + "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\","
                    + "\"function\":{\"name\":\"time\",\"arguments\":\"{\\\"city\\\":\\\"Rome\\\"}\"}}]}}]}");
        try (OpenAiTestServer out = new OpenAiTestServer(fails(503, "out"));
                OpenAiTestServer serves = new OpenAiTestServer(asksForTheTool, says("It is noon."));
                ChatModelPool pool = pool(out, serves)) {
            Watch watch = new Watch();
            Assistant assistant = AiServices.builder(Assistant.class)
                    .chatModel(pool)
                    .tools(watch)
                    .build();

            assertThat(assistant.answer("What time is it in Rome?")).isEqualTo("It is noon.");

            assertThat(watch.calls).isEqualTo(1);
            assertThat(serves.bodies().getFirst()).contains("\"tools\"", "the time in a city");
            assertThat(serves.bodies().getLast()).contains("noon in Rome");
        }
    }
}
