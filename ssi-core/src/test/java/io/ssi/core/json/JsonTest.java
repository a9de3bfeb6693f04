package io.ssi.core.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ssi.core.error.SsiException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @Test
    void valuesComeBackAsTheyWere() {
        Object value = Json.object("text", "a \"b\" \\ \n \t \u0001 ü", "number", -17L, "fraction", 1.5, "yes", true, "nothing", null,
                "list", List.of(1L, List.of(), Json.object()));
        assertThat(Json.parse(Json.write(value))).isEqualTo(value);
    }

    @Test
    void spaceAndEscapesAreRead() {
        assertThat(Json.parse(" [ 1 , \"\\u0041\\/\" , {} ] ")).isEqualTo(List.of(1L, "A/", Json.object()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[1,]", "{\"a\"}", "\"", "\"\\", "\"\\u12", "\"\\x\"", "nul", "1 2", "-", "[[", "{\"a\":}"})
    void whatIsNoJsonIsRefused(String text) {
        assertThatThrownBy(() -> Json.parse(text)).isInstanceOf(SsiException.class).hasMessageContaining("not JSON");
    }

    @Test
    void deepNestingIsRefusedInsteadOfOverflowingTheStack() {
        assertThatThrownBy(() -> Json.parse("[".repeat(100_000))).isInstanceOf(SsiException.class).hasMessageContaining("nesting");
    }
}
