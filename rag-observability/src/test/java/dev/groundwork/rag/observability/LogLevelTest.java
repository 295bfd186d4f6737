package dev.groundwork.rag.observability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LogLevelTest {

    @Test
    void readsItsOwnNamesInAnyCase() {
        for (LogLevel level : LogLevel.values()) {
            assertThat(LogLevel.parse(level.toString())).isEqualTo(level);
        }
        assertThat(LogLevel.parse(" Standard ")).isEqualTo(LogLevel.STANDARD);
    }

    @Test
    void anUnknownNameIsAnErrorThatNamesTheLevels() {
        assertThatThrownBy(() -> LogLevel.parse("debug"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("log level is 'debug', must be one of minimal, standard, extended");
        assertThatThrownBy(() -> LogLevel.parse("")).isInstanceOf(IllegalArgumentException.class);
    }
}
