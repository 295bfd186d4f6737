package dev.groundwork.rag.llm.pool;

import static dev.groundwork.rag.llm.pool.OpenAiTestServer.fails;

import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** The pools that LangChain4j's conformance suites run against, with their servers on the loopback interface. */
final class ConformingPools implements AutoCloseable {

    static final String MODEL = "reading-model";
    static final String OTHER_MODEL = "other-model";

    final OpenAiTestServer reads;
    private final OpenAiTestServer isOut;
    private final OpenAiTestServer refuses;
    private final List<ChatModelPool> opened = new ArrayList<>();

    ConformingPools() {
        try {
            reads = new OpenAiTestServer(new ReadingModel());
            isOut = new OpenAiTestServer(fails(503, "out"));
            refuses = new OpenAiTestServer(fails(400, "no"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ChatModelPool open(UnaryOperator<ChatModelPool.Builder> settings, OpenAiTestServer... servers) {
        ChatModelPool.Builder builder = ChatModelPool.builder();
        for (int i = 0; i < servers.length; i++) {
            builder.member(OpenAiMembers.at(servers[i].baseUrl(), MODEL)
                    .jsonSchema(true)
                    .member("m" + i)
                    .build());
        }
        ChatModelPool pool = settings.apply(builder).build();
        opened.add(pool);
        return pool;
    }

    /** One that has a single member, and one whose preferred member is out, so that each answer is another one's. */
    List<ChatModelPool> usual() {
        return List.of(open(unchanged -> unchanged, reads), open(unchanged -> unchanged, isOut, reads));
    }

    ChatModelPool with(ChatRequestParameters parameters) {
        return open(builder -> builder.defaultRequestParameters(parameters), isOut, reads);
    }

    ChatModelPool with(ChatRequestParameters parameters, ChatModelListener listener) {
        return open(builder -> builder.defaultRequestParameters(parameters).chatListener(listener), isOut, reads);
    }

    ChatModelPool failing(ChatModelListener listener) {
        return open(builder -> builder.chatListener(listener), refuses);
    }

    @Override
    public void close() {
        opened.forEach(ChatModelPool::close);
        reads.close();
        isOut.close();
        refuses.close();
    }
}
