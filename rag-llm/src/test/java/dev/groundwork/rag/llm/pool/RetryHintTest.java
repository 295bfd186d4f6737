package dev.groundwork.rag.llm.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryHintTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Limit reached. Please try again in 456ms. | 456",
                "Please try again in 1.5s. | 1500",
                "Please try again in 6m0s. | 360000",
                "Please try again in 1h2m3.5s | 3723500",
                "\"retryDelay\": \"34s\" | 34000",
                "Retry after 20 seconds | 20000",
                "retry-after: 2 s | 2000",
                "Try again in 0.4 ms | 1",
                "Try again in 99999999999h | 86400000",
            })
    void readsTheTimeRoundedUp(String text, long millis) {
        assertThat(RetryHint.in(text)).contains(Duration.ofMillis(millis));
    }

    @Test
    void findsNoTimeWhereThereIsNone() {
        assertThat(RetryHint.in(null)).isEqualTo(Optional.empty());
        assertThat(RetryHint.in("Rate limit of 3 requests per 10 s reached")).isEmpty();
        assertThat(RetryHint.in("try again later, say 5 sheep")).isEmpty();
    }
}
