package dev.groundwork.rag.observability;

import org.slf4j.Logger;
import org.slf4j.spi.LoggingEventAware;
import org.slf4j.spi.LoggingEventBuilder;

/** Writes to a logger of SLF4J. Warnings are at its level WARN, all else is at INFO. */
final class Slf4jSink implements LogSink {

    private final Logger logger;
    private final boolean keyValues;

    private Slf4jSink(Logger logger, boolean keyValues) {
        this.logger = logger;
        this.keyValues = keyValues;
    }

    static LogSink message(Logger logger) {
        return new Slf4jSink(logger, false);
    }

    /** A logger that takes no events gets pairs merged into the format, where braces and line breaks spoil it. */
    static LogSink keyValues(Logger logger) {
        return new Slf4jSink(logger, logger instanceof LoggingEventAware);
    }

    @Override
    public boolean enabled(boolean warning) {
        return warning ? logger.isWarnEnabled() : logger.isInfoEnabled();
    }

    @Override
    public void write(LogEvent event) {
        if (keyValues) {
            LoggingEventBuilder line = event.warning() ? logger.atWarn() : logger.atInfo();
            for (int i = 0; i < event.size(); i++) {
                line = line.addKeyValue(event.key(i), event.value(i));
            }
            line.log(event.name());
        } else if (event.warning()) {
            // The JSON is an argument, never the format: braces in it stay as they are.
            logger.warn("{}", event.toJson());
        } else {
            logger.info("{}", event.toJson());
        }
    }
}
