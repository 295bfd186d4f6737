package dev.groundwork.rag.llm.pool;

import static dev.groundwork.rag.llm.pool.OpenAiTestServer.says;
import static dev.groundwork.rag.llm.pool.OpenAiTestServer.send;
import static dev.groundwork.rag.llm.pool.OpenAiTestServer.sendToken;
import static dev.groundwork.rag.llm.pool.OpenAiTestServer.startStream;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.groundwork.rag.PartialAnswerException;
import java.io.IOException;
import java.io.OutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Streams that are not what the protocol says: what can be skipped is, and nothing else passes for a whole answer. */
@Timeout(60)
class MalformedStreamsIT extends OverTheWire {

    private static final String STOP =
            "{\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}";

    /** What is wrong after some tokens of an answer. */
    enum Wrong {
        NO_JSON,
        NO_JSON_BUT_GOES_ON,
        ERROR_IN_BAND,
        ERROR_IN_BAND_AND_DONE,
        DONE_WITHOUT_A_REASON,
        ENDS_WITHOUT_A_REASON,
        HALF_A_CHUNK,
        ANOTHER_DOCUMENT;

        void play(OutputStream out) throws IOException {
            switch (this) {
                case NO_JSON -> send(out, "{\"choices\": [{{{ no json");
                case NO_JSON_BUT_GOES_ON -> {
                    send(out, "{\"choices\": [{{{ no json");
                    sendToken(out, "end");
                    send(out, STOP);
                    send(out, "[DONE]");
                }
                case ERROR_IN_BAND -> send(out, "{\"error\":{\"message\":\"overloaded\",\"type\":\"server_error\"}}");
                case ERROR_IN_BAND_AND_DONE -> {
                    send(out, "{\"error\":{\"message\":\"overloaded\",\"type\":\"server_error\"}}");
                    send(out, "[DONE]");
                }
                case DONE_WITHOUT_A_REASON -> send(out, "[DONE]");
                case ENDS_WITHOUT_A_REASON -> {}
                case HALF_A_CHUNK -> {
                    out.write("data: {\"id\":\"1\",\"choices\":[{\"index\":0,\"del".getBytes(UTF_8));
                    out.flush();
                }
                case ANOTHER_DOCUMENT -> {
                    out.write("<html><body>502</body></html>\n\n".getBytes(UTF_8));
                    out.flush();
                }
            }
        }
    }

    private static OpenAiTestServer.Reply tokensThen(int tokens, Wrong wrong) {
        return (server, exchange, stream) -> {
            try (OutputStream out = startStream(exchange)) {
                for (int i = 0; i < tokens; i++) {
                    sendToken(out, "t" + i + " ");
                }
                wrong.play(out);
            }
        };
    }

    @ParameterizedTest
    @EnumSource(Wrong.class)
    void wrongFromTheStartAnotherMemberAnswers(Wrong wrong) throws Exception {
        OpenAiTestServer bad = server(tokensThen(0, wrong));
        OpenAiTestServer good = server(says("another whole answer"));
        ChatModelPool pool = pool(bad.baseUrl(), good.baseUrl());

        RecordingHandler handler = stream(pool, 20);

        assertThat(bad.calls()).as("the fault happened").isPositive();
        assertThat(handler.text()).isEqualTo("another whole answer");
        assertThat(requireNonNull(handler.reply).member()).isEqualTo("b");
        assertSound(pool);
    }

    @ParameterizedTest
    @EnumSource(Wrong.class)
    void wrongAfterSomeTokensItIsPartialOrBegunAnewAndThePoolIsAlive(Wrong wrong) throws Exception {
        for (int tokens : new int[] {1, 4}) {
            OpenAiTestServer bad = server(tokensThen(tokens, wrong), tokensThen(tokens, wrong), says("well again"));
            OpenAiTestServer good = server(says("another whole answer"));
            ChatModelPool pool = pool(bad.baseUrl(), good.baseUrl());

            RecordingHandler plain = stream(pool, 20);
            assertThat(plain.reply).as("never as success").isNull();
            assertThat(plain.error).isInstanceOf(PartialAnswerException.class);
            assertThat(plain.text()).startsWith("t0 ").doesNotContain("another");

            RecordingHandler restarts = stream(pool, 20, new RecordingHandler().restartable());
            assertThat(restarts.text()).isEqualTo("another whole answer");
            assertThat(restarts.restarts).hasValue(1);

            assertThat(stream(pool, 20).text()).as("alive after").isIn("well again", "another whole answer");
            assertSound(pool);
            events.clear();
            handlers.clear();
            servers.clear();
        }
    }

    @Test
    void anAnswerWithItsReasonIsWholeWithoutTheLastLine() throws Exception {
        OpenAiTestServer server = server((of, exchange, stream) -> {
            try (OutputStream out = startStream(exchange)) {
                sendToken(out, "whole");
                send(out, STOP);
            }
        });
        ChatModelPool pool = pool(server.baseUrl());

        RecordingHandler handler = stream(pool, 20);

        assertThat(requireNonNull(handler.reply).response().aiMessage().text()).isEqualTo("whole");
        assertSound(pool);
    }

    @Test
    void whatSaysNothingIsSkippedAndCharactersMayBeSplitAnywhere() throws Exception {
        OpenAiTestServer server = server((of, exchange, stream) -> {
            try (OutputStream out = startStream(exchange)) {
                out.write(": a comment\n\nevent: ping\n\nretry: 10\n\n".getBytes(UTF_8));
                send(out, "{\"id\":\"1\",\"choices\":[]}");
                send(out, "{\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\"}}]}");
                byte[] chunk =
                        "data: {\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Gr\u00fc\u00dfe \ud83d\ude42 \u5bff\u53f8\"}}]}\n\n"
                                .getBytes(UTF_8);
                for (byte single : chunk) {
                    out.write(single);
                    out.flush();
                }
                send(out, STOP);
                send(out, "[DONE]");
            }
        });
        ChatModelPool pool = pool(server.baseUrl());

        RecordingHandler handler = stream(pool, 20);

        assertThat(handler.text()).isEqualTo("Gr\u00fc\u00dfe \ud83d\ude42 \u5bff\u53f8");
        assertThat(handler.reply).isNotNull();
        assertSound(pool);
    }
}
