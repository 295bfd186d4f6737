package dev.groundwork.rag.observability;

import java.util.Arrays;
import java.util.List;

/** What the contract test of backends runs in a process of its own: writes every kind of event with hostile values. */
final class BackendProgram {

    /** What has spoilt lines of logs before. */
    static final List<String> HOSTILE = List.of(
            "plain",
            "{} {} {0} %s %n ${jndi:ldap://x} $1 \\",
            "a\nb\r\nc\u2028d\u0085e",
            "\u0000\u0001\u001b[31m\u007f\u009b",
            "\uD83D\uDE00 \u00e4 \u6cd5 \uFEFF",
            "x\uD83Dy\uDE00z\uD83D",
            "\"},{\"rag.event_name\":\"rag.hop.completed\"} </script> ]]>",
            "x".repeat(1 << 20));

    private BackendProgram() {}

    /**
     * Runs.
     *
     * @param args {@code message} or {@code key-values}; then, for Spring Boot, its arguments
     */
    public static void main(String[] args) throws Exception {
        if (args.length > 1) {
            startSpring(Arrays.copyOfRange(args, 1, args.length));
        }
        LogSink sink = switch (args[0]) {
            case "message" -> LogSink.slf4jMessage();
            case "key-values" -> LogSink.slf4jKeyValues();
            default -> throw new IllegalArgumentException(args[0]);
        };
        JsonEventLogger logger = logger(sink);
        send(logger);
        if (!logger.dropped().isEmpty()) {
            throw new IllegalStateException("dropped " + logger.dropped());
        }
    }

    /** Texts are left as hostile as they are. */
    static JsonEventLogger logger(LogSink sink) {
        return Everything.logger(sink, LogLevel.EXTENDED, text -> text);
    }

    static void send(JsonEventLogger logger) {
        for (String hostile : HOSTILE) {
            Everything.send(logger, "n " + hostile, "r " + hostile, "t " + hostile);
        }
    }

    /** Spring is on the class path of this process only, so it is not known where this is compiled. */
    private static void startSpring(String[] arguments) throws ReflectiveOperationException {
        Class.forName("org.springframework.boot.SpringApplication")
                .getMethod("run", Class.class, String[].class)
                .invoke(null, Nothing.class, arguments);
    }

    /** An application without anything in it. */
    public static final class Nothing {}
}
