package io.ssi.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.ssi.core.Fuzz;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.json.Json;
import io.ssi.core.trust.ClusterKey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What people write or copy: configuration, the cluster key, JSON. */
@Timeout(600)
class TextFuzzTest {
    @TempDir
    private Path home;

    /** One line that says what is wrong. */
    private static Predicate<Throwable> oneSentence(ErrorCode code) {
        return e -> e instanceof SsiException refused && refused.code() == code && !refused.getMessage().isBlank();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void configuration() {
        Path file = home.resolve("fuzz.conf");
        Fuzz.run(List.of(bytes("# c\nport = 7701\nname=a\njoin = h1:7700, [::1]:7701\nimage-bytes-max = 8G\n"),
                bytes("address = 10.0.0.1\nstate-dir = /var/lib/ssi\nlog-level = debug\nlink-ping-millis = 200\nlink-hung-millis=10000\n")),
                oneSentence(ErrorCode.BAD_CONFIG), input -> {
                    Files.write(file, input);
                    NodeConfig.load(file, Map.of(), List.of(), "someone", home, "host-1");
                });
    }

    @Test
    void clusterKey() {
        String key = ClusterKey.random().text();
        Fuzz.run(List.of(bytes(key)), oneSentence(ErrorCode.BAD_KEY), input -> {
            String text = new String(input, StandardCharsets.ISO_8859_1);
            assertThat(ClusterKey.parse(text, "a file").text()).isEqualToIgnoringCase(text);
        });
    }

    @Test
    void json() {
        Fuzz.run(List.of(bytes("{\"a\":[1,-2.5e3,true,null,\"x\\u00e9\\n\"],\"b\":{\"c\":{}}}"), bytes("[".repeat(60) + "]".repeat(60))),
                oneSentence(ErrorCode.BAD_FRAME), input -> Json.parse(new String(input, StandardCharsets.UTF_8)));
    }
}
