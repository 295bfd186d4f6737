package dev.groundwork.rag.llm.pool;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Answers what LangChain4j's conformance suites ask, from nothing but the request that came over the wire: its messages,
 * images, tools, tool results, schema, stop sequences, model and longest answer. What a pool loses or changes on the way
 * is missing here, and the answer is another one.
 */
final class ReadingModel implements OpenAiTestServer.Reply {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern TOKEN = Pattern.compile("\\s*(\\w+|[^\\w\\s])");
    private static final Pattern NUMBER = Pattern.compile("\\d+");
    private static final Pattern SAY = Pattern.compile("Say '([^']*)'");
    private static final Pattern FAVOURITE = Pattern.compile("favorite color is (\\w+)");
    private static final String STORY =
            "Once upon a time a fox and an owl shared a hollow tree in the woods. ".repeat(20);
    private static final int PIECE = 6;

    /** Words that it knows to be the value of a property. */
    private static final Map<String, List<String>> KNOWN =
            Map.of("city", List.of("Munich", "Berlin"), "country", List.of("France", "Germany"));

    /** What images it recognises show, by their bytes or the end of their address. */
    private static final List<String> IMAGES = List.of("cat", "dice");

    /** An answer before it is cut to what the request allows. */
    private record Answer(String text, ArrayNode toolCalls) {}

    @Override
    public void answer(OpenAiTestServer server, HttpExchange exchange, boolean stream) throws Exception {
        JsonNode request = JSON.readTree(exchange.getRequestBody());
        Answer answer = answerOf(request);
        List<String> tokens = tokens(beforeStop(request, answer.text()));
        JsonNode most = request.hasNonNull("max_completion_tokens")
                ? request.get("max_completion_tokens")
                : request.path("max_tokens");
        boolean cut = most.isNumber() && most.asInt() < tokens.size();
        if (cut) {
            tokens = tokens.subList(0, most.asInt());
        }
        String finish = !answer.toolCalls().isEmpty() ? "tool_calls" : cut ? "length" : "stop";
        ObjectNode usage = usage(request, tokens, answer.toolCalls());
        if (stream) {
            stream(exchange, request, tokens, answer.toolCalls(), finish, usage);
        } else {
            whole(exchange, request, String.join("", tokens), answer.toolCalls(), finish, usage);
        }
    }

    // --- What it says ---

    private static Answer answerOf(JsonNode request) {
        ArrayNode none = JSON.createArrayNode();
        JsonNode messages = request.get("messages");
        JsonNode last = messages.get(messages.size() - 1);
        if (last.path("role").asText().equals("tool")) {
            return new Answer(shaped(request, results(messages)), none);
        }
        String question = textOf(last);
        ArrayNode calls = toolCalls(request, question);
        return calls.isEmpty()
                ? new Answer(shaped(request, plain(messages, last, question)), none)
                : new Answer("", calls);
    }

    private static String plain(JsonNode messages, JsonNode last, String question) {
        Matcher say = SAY.matcher(question);
        if (say.find()) {
            return say.group(1);
        }
        if (question.contains("'I love you'")) {
            return textOf(messages.get(0)).contains("into German") ? "Ich liebe dich" : "I love you, too.";
        }
        if (question.contains("What is my favorite color")) {
            Matcher told = FAVOURITE.matcher(textOf(messages.get(0)));
            return told.find() ? "Your favorite color is " + told.group(1) + "." : "You have not told me.";
        }
        if (question.contains("What do you see")) {
            return "I see " + images(last) + ".";
        }
        if (question.contains("story")) {
            return STORY;
        }
        String sum = question.contains("2 + 2") ? " And 2 + 2 is 4." : "";
        return question.contains("capital of Germany") ? "The capital of Germany is Berlin." + sum : "Hello!";
    }

    /** Says what tools returned, but only of calls that stand before it in the conversation. */
    private static String results(JsonNode messages) {
        List<String> known = new ArrayList<>();
        List<String> said = new ArrayList<>();
        for (JsonNode message : messages) {
            message.path("tool_calls").forEach(call -> known.add(call.path("id").asText()));
            if (message.path("role").asText().equals("tool")
                    && known.contains(message.path("tool_call_id").asText())) {
                said.add(textOf(message));
            }
        }
        return "I was told: " + String.join(", ", said) + ".";
    }

    private static String images(JsonNode message) {
        List<String> seen = new ArrayList<>();
        for (JsonNode part : message.path("content")) {
            String url = part.path("image_url").path("url").asText();
            if (!url.isEmpty()) {
                seen.add(IMAGES.stream()
                        .filter(name -> url.endsWith("/" + name + ".jpg") || url.endsWith(base64(name)))
                        .findFirst()
                        .orElse("nothing I know"));
            }
        }
        return String.join(" and ", seen);
    }

    private static String base64(String image) {
        try (var in = dev.langchain4j.model.chat.common.AbstractChatModelIT.class.getResourceAsStream(
                "/images/" + image + ".jpg")) {
            return "base64,"
                    + Base64.getEncoder()
                            .encodeToString(java.util.Objects.requireNonNull(in).readAllBytes());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Puts what it has to say into JSON where the request asks for that. */
    private static String shaped(JsonNode request, String text) {
        JsonNode format = request.path("response_format");
        return switch (format.path("type").asText()) {
            case "json_schema" ->
                filled(format.path("json_schema").path("schema").path("properties"), text);
            case "json_object" -> filled(JSON.createObjectNode().set("city", JSON.createObjectNode()), text);
            default -> text;
        };
    }

    private static String filled(JsonNode properties, String text) {
        ObjectNode object = JSON.createObjectNode();
        properties.properties().forEach(property -> {
            List<String> values = new ArrayList<>(KNOWN.getOrDefault(property.getKey(), List.of()));
            property.getValue().path("enum").forEach(value -> values.add(value.asText()));
            object.put(property.getKey(), firstIn(values, text));
        });
        return object.toString();
    }

    private static @Nullable String firstIn(List<String> values, String text) {
        return values.stream().filter(text::contains).findFirst().orElse(null);
    }

    // --- Tools ---

    private static ArrayNode toolCalls(JsonNode request, String question) {
        boolean required = request.path("tool_choice").asText().equals("required");
        ArrayNode calls = JSON.createArrayNode();
        for (JsonNode tool : request.path("tools")) {
            JsonNode function = tool.path("function");
            String name = function.path("name").asText();
            Map<String, Object> arguments =
                    arguments(function.path("parameters").path("properties"), question);
            if (arguments != null && (required || speaksOf(name, question))) {
                ObjectNode call = calls.addObject();
                call.put("id", "call-" + calls.size() + "-" + name);
                call.put("type", "function");
                call.putObject("function")
                        .put("name", name)
                        .put("arguments", JSON.valueToTree(arguments).toString());
            }
        }
        return calls;
    }

    /** Returns whether the question has the last word of the tool's name, as the weather of {@code getWeather}. */
    private static boolean speaksOf(String name, String question) {
        String[] words = name.split("_|(?<=[a-z])(?=[A-Z])", -1);
        return question.toLowerCase(Locale.ROOT).contains(words[words.length - 1].toLowerCase(Locale.ROOT));
    }

    /** Returns what it reads off the question for each property; {@code null} where something is missing. */
    private static @Nullable Map<String, Object> arguments(JsonNode properties, String question) {
        Map<String, Object> arguments = new HashMap<>();
        Matcher numbers = NUMBER.matcher(question);
        for (Map.Entry<String, JsonNode> property : properties.properties()) {
            boolean number = property.getValue().path("type").asText().equals("integer");
            Object value = number
                    ? numbers.find() ? Integer.valueOf(numbers.group()) : null
                    : firstIn(KNOWN.getOrDefault(property.getKey(), List.of()), question);
            if (value == null) {
                return null;
            }
            arguments.put(property.getKey(), value);
        }
        return arguments;
    }

    // --- How it says it ---

    private static String textOf(JsonNode message) {
        JsonNode content = message.path("content");
        if (content.isTextual()) {
            return content.asText();
        }
        StringBuilder text = new StringBuilder();
        content.forEach(part -> text.append(part.path("text").asText()));
        return text.toString();
    }

    private static List<String> tokens(String text) {
        List<String> tokens = new ArrayList<>();
        Matcher matcher = TOKEN.matcher(text);
        while (matcher.find()) {
            tokens.add(matcher.group());
        }
        return tokens;
    }

    private static String beforeStop(JsonNode request, String text) {
        int end = text.length();
        for (JsonNode stop : request.path("stop")) {
            int at = text.indexOf(stop.asText());
            end = at < 0 ? end : Math.min(end, at);
        }
        return text.substring(0, end);
    }

    private static ObjectNode usage(JsonNode request, List<String> tokens, ArrayNode toolCalls) {
        int prompt = tokens(request.path("messages").toString()).size();
        int completion = tokens.size()
                + (toolCalls.isEmpty() ? 0 : tokens(toolCalls.toString()).size());
        return JSON.createObjectNode()
                .put("prompt_tokens", prompt)
                .put("completion_tokens", completion)
                .put("total_tokens", prompt + completion);
    }

    private static ObjectNode response(JsonNode request) {
        return JSON.createObjectNode()
                .put("id", "answer-1")
                .put("model", request.path("model").asText());
    }

    private static void whole(
            HttpExchange exchange, JsonNode request, String text, ArrayNode toolCalls, String finish, ObjectNode usage)
            throws IOException {
        ObjectNode response = response(request);
        ObjectNode choice = response.putArray("choices").addObject();
        choice.put("index", 0).put("finish_reason", finish);
        ObjectNode message = choice.putObject("message").put("role", "assistant");
        if (toolCalls.isEmpty()) {
            message.put("content", text);
        } else {
            message.set("tool_calls", toolCalls);
        }
        response.set("usage", usage);
        OpenAiTestServer.respond(exchange, 200, response.toString());
    }

    private static void stream(
            HttpExchange exchange,
            JsonNode request,
            List<String> tokens,
            ArrayNode toolCalls,
            String finish,
            ObjectNode usage)
            throws IOException {
        OutputStream out = OpenAiTestServer.startStream(exchange);
        for (String token : tokens) {
            send(out, request, JSON.createObjectNode().put("content", token), null);
        }
        for (int i = 0; i < toolCalls.size(); i++) {
            JsonNode function = toolCalls.get(i).get("function");
            ObjectNode begin = JSON.createObjectNode();
            begin.putArray("tool_calls")
                    .addObject()
                    .put("index", i)
                    .put("id", toolCalls.get(i).get("id").asText())
                    .put("type", "function")
                    .putObject("function")
                    .put("name", function.get("name").asText())
                    .put("arguments", "");
            send(out, request, begin, null);
            String arguments = function.get("arguments").asText();
            for (int at = 0; at < arguments.length(); at += PIECE) {
                ObjectNode more = JSON.createObjectNode();
                more.putArray("tool_calls")
                        .addObject()
                        .put("index", i)
                        .putObject("function")
                        .put("arguments", arguments.substring(at, Math.min(arguments.length(), at + PIECE)));
                send(out, request, more, null);
            }
        }
        send(out, request, JSON.createObjectNode(), finish);
        if (request.path("stream_options").path("include_usage").asBoolean()) {
            ObjectNode last = response(request);
            last.putArray("choices");
            last.set("usage", usage);
            OpenAiTestServer.send(out, last.toString());
        }
        OpenAiTestServer.send(out, "[DONE]");
        out.close();
    }

    private static void send(OutputStream out, JsonNode request, ObjectNode delta, @Nullable String finish)
            throws IOException {
        ObjectNode chunk = response(request);
        ObjectNode choice = chunk.putArray("choices").addObject();
        choice.put("index", 0).set("delta", delta);
        if (finish != null) {
            choice.put("finish_reason", finish);
        }
        OpenAiTestServer.send(out, chunk.toString());
    }
}
