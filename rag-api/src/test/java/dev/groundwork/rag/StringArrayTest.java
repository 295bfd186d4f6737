package dev.groundwork.rag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StringArrayTest {

    @Test
    void writesEachElementAndClosesIt() {
        assertThat(StringArray.of()).isEqualTo("\u001D");
        assertThat(StringArray.of("")).isEqualTo("\u001D\u001F");
        assertThat(StringArray.of("hr", "eng")).isEqualTo("\u001Dhr\u001Feng\u001F");
        assertThat(StringArray.of("a\u001Fb\u001B")).isEqualTo("\u001Da\u001B\u001Fb\u001B\u001B\u001F");
    }

    @Test
    void bringsEveryStringBack() {
        List<String> odd = List.of(
                "",
                "a",
                "a",
                "\u0000",
                "\u001B",
                "\u001F",
                "\u001B\u001F",
                "\u001D",
                "\uD83D",
                "\uDE42",
                "🙂",
                StringArray.of("nested", ""),
                "x".repeat(100_000),
                "");

        String value = StringArray.of(odd);

        assertThat(StringArray.is(value)).isTrue();
        assertThat(StringArray.values(value)).isEqualTo(odd);
        assertThat(StringArray.values(StringArray.of())).isEmpty();
    }

    @Test
    void isOneToOne() {
        long seed = Long.getLong("seed", new Random().nextLong());
        Random random = new Random(seed);
        Map<String, List<String>> seen = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            List<String> elements = new ArrayList<>();
            for (int n = random.nextInt(4); n > 0; n--) {
                StringBuilder element = new StringBuilder();
                for (int m = random.nextInt(4); m > 0; m--) {
                    element.append("\u001B\u001D\u001Fa".charAt(random.nextInt(4)));
                }
                elements.add(element.toString());
            }
            String value = StringArray.of(elements);
            assertThat(StringArray.values(value)).as("seed %d", seed).isEqualTo(elements);
            List<String> before = seen.put(value, elements);
            assertThat(before == null || before.equals(elements))
                    .as("seed %d: %s", seed, elements)
                    .isTrue();
        }
        // and what is said to be an array is what encoding its elements gives
        for (int i = 0; i < 20_000; i++) {
            StringBuilder value = new StringBuilder("\u001D");
            for (int m = random.nextInt(6); m > 0; m--) {
                value.append("\u001B\u001D\u001Fa".charAt(random.nextInt(4)));
            }
            if (StringArray.is(value.toString())) {
                assertThat(StringArray.of(StringArray.values(value.toString())))
                        .as("seed %d", seed)
                        .isEqualTo(value.toString());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hr",
                "\u001F",
                "hr\u001F",
                " \u001Dhr\u001F",
                "\u001Dhr",
                "\u001Dhr\u001Feng",
                "\u001Dhr\u001B\u001F",
                "\u001Dhr\u001Ba\u001F",
                "\u001Dhr\u001F\u001B",
            })
    void refusesWhatIsNoArrayWithoutQuotingIt(String value) {
        assertThat(StringArray.is(value)).isFalse();
        assertThatThrownBy(() -> StringArray.values(value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("value of " + value.length()
                        + " characters is not an array, must be what StringArray.of returned");
    }

    @Test
    void keepsNoTieToTheCollection() {
        List<String> roles = new ArrayList<>(List.of("hr"));
        String value = StringArray.of(roles);
        roles.add("eng");

        assertThat(StringArray.values(value)).containsExactly("hr");
        assertThatThrownBy(() -> StringArray.values(value).add("eng"))
                .isInstanceOf(UnsupportedOperationException.class);
    }
}
