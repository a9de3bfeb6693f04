package io.ssi.agent.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ssi.core.wire.LinkMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An image that is not what was sent: the landing says so in one sentence and runs nothing of the program, which goes on where it was. */
@Timeout(300)
class DamagedImageIT {
    private static final String CLASSES = Path.of("target/test-classes").toAbsolutePath().toString();

    @TempDir
    Path folder;

    /** One part becomes none, another or several; parts are counted from 0 in each image. */
    private interface Damage {
        List<LinkMessage> to(int number, LinkMessage.ImageChunk chunk);
    }

    private static Function<LinkMessage, List<LinkMessage>> onTheWay(Damage damage) {
        int[] number = new int[1];
        return part -> part instanceof LinkMessage.ImageChunk chunk ? damage.to(number[0]++, chunk) : List.of(part);
    }

    private static LinkMessage.ImageChunk flipped(LinkMessage.ImageChunk chunk, int bit) {
        byte[] bytes = chunk.bytes().clone();
        bytes[bit / 8] ^= (byte) (1 << bit % 8);
        return new LinkMessage.ImageChunk(chunk.migration(), bytes);
    }

    private static LinkMessage.ImageChunk length(LinkMessage.ImageChunk chunk, int length) {
        return new LinkMessage.ImageChunk(chunk.migration(), Arrays.copyOf(chunk.bytes(), length));
    }

    @Test
    void isRefusedAndTheProgramGoesOn() throws Exception {
        Path plainly = Files.createDirectory(folder.resolve("plain"));
        String once;
        try (MoveHarness plain = new MoveHarness(plainly, List.of(), CLASSES)) {
            plain.start("programs.Fragile");
            Files.createFile(plainly.resolve("end"));
            assertThat(plain.await(60)).isZero();
            once = plain.output();
        }
        try (MoveHarness harness = new MoveHarness(folder, List.of("-Dpace.millis=20"), CLASSES)) {
            harness.start("programs.Fragile");
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> harness.output().startsWith("ready"));
            for (Map.Entry<String, Function<LinkMessage, List<LinkMessage>>> damage : damages().entrySet()) {
                harness.onTheWay = damage.getValue();
                assertThatThrownBy(harness::move).as(damage.getKey()).isInstanceOf(MoveHarness.RefusedException.class)
                        .message().startsWith("the program cannot be built in the JVM that was started for it: the image ").hasLineCount(1);
            }
            harness.onTheWay = List::of;
            harness.move();
            Files.createFile(folder.resolve("end"));
            assertThat(harness.await(120)).isZero();
            assertThat(harness.output()).isEqualTo(once).doesNotContain("initialised");
            assertThat(harness.errors()).isEmpty();
        }
    }

    private static Map<String, Function<LinkMessage, List<LinkMessage>>> damages() {
        Map<String, Function<LinkMessage, List<LinkMessage>>> damages = new LinkedHashMap<>();
        List<LinkMessage.ImageChunk> earlier = new ArrayList<>();
        Random random = new Random(5);
        damages.put("a chunk is lost", onTheWay((number, chunk) -> {
            earlier.add(chunk);
            return number == 1 ? List.of() : List.of(chunk);
        }));
        damages.put("the first chunk of an earlier move", onTheWay((number, chunk) ->
                List.of(number == 0 ? new LinkMessage.ImageChunk(chunk.migration(), earlier.get(1).bytes()) : chunk)));
        damages.put("cut short", onTheWay((number, chunk) -> number > 1 ? List.of() : List.of(chunk)));
        damages.put("a bit of the first chunk", onTheWay((number, chunk) -> List.of(number == 0 ? flipped(chunk, random.nextInt(chunk.bytes().length * 8)) : chunk)));
        damages.put("a bit of the third chunk", onTheWay((number, chunk) -> List.of(number == 2 ? flipped(chunk, random.nextInt(chunk.bytes().length * 8)) : chunk)));
        damages.put("a chunk twice", onTheWay((number, chunk) -> number == 1 ? List.of(chunk, chunk) : List.of(chunk)));
        damages.put("a chunk of 3 MB", onTheWay((number, chunk) -> List.of(number == 1 ? length(chunk, 3 << 20) : chunk)));
        damages.put("an empty chunk", onTheWay((number, chunk) -> List.of(number == 1 ? length(chunk, 0) : chunk)));
        damages.put("checksum of another image", part -> List.of(part instanceof LinkMessage.ImageEnd end ? new LinkMessage.ImageEnd(end.migration(),
                end.bytes(), end.crc32c() + 1, end.objects(), end.threads(), end.freezeMicros(), end.captureMicros(), end.writeMicros()) : part));
        return damages;
    }
}
