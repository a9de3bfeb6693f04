package io.ssi.core.net.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.esotericsoftware.kryo.io.Output;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.id.VPid;
import io.ssi.core.net.MessageRegistry;
import io.ssi.core.net.TestMessages;
import io.ssi.core.net.TestMessages.Color;
import io.ssi.core.net.TestMessages.Everything;
import io.ssi.core.net.TestMessages.Header;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

class MessageCodecTest {
    private static final MessageCodec CODEC = new MessageCodec(TestMessages.registry());
    private static final Everything SAMPLE = new Everything(new NodeId(3), new VPid(3000017), List.of("a", "b"), new LinkedHashMap<>(Map.of("x", 1)),
            Optional.of(Color.GREEN), new byte[] {1, 2}, 5L, true, new Header(""), Color.RED);

    @Example
    void roundTrip() {
        Everything back = (Everything) CODEC.decode(CODEC.encode(SAMPLE));
        assertThat(back).usingRecursiveComparison().isEqualTo(SAMPLE);
        assertThat(CODEC.decode(CODEC.encode(null))).isNull();
        assertThat(CODEC.decode(CODEC.encode(Arrays.asList("x", null, 7L)))).isEqualTo(Arrays.asList("x", null, 7L));
        Everything nulls = new Everything(null, null, null, null, null, null, 0, false, null, null);
        assertThat(CODEC.decode(CODEC.encode(nulls))).isEqualTo(nulls);
    }

    @Example
    void unregisteredClassIsRefusedByTheSender() {
        assertThatThrownBy(() -> CODEC.encode(new TestMessages.Unregistered(1))).isInstanceOf(SsiException.class)
                .hasMessageContaining("TestMessages$Unregistered").hasMessageContaining("register its class");
    }

    @Example
    void classNamesOnTheWireAreRefusedWithoutLoading() {
        Output output = new Output(256);
        output.writeVarInt(1, true); // Kryo's mark for "a class name follows"
        output.writeVarInt(0, true);
        output.writeString("io.ssi.core.net.link.MessageCodecTest$Trap");
        assertThatThrownBy(() -> CODEC.decode(output.toBytes())).isInstanceOf(BadFrameException.class).hasMessageContaining("names a class");
    }

    @Example
    void messageOverTheLimitIsRefused() {
        assertThatThrownBy(() -> CODEC.encode(new Everything(null, null, null, null, null, new byte[5 << 20], 0, false, null, null)))
                .isInstanceOfSatisfying(SsiException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LIMIT)).hasMessageContaining("stream");
    }

    @Example
    void hugeLengthsAllocateNothing() {
        byte[] list = new byte[] {(byte) 0xf4, 0x07, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x07};
        assertThatThrownBy(() -> CODEC.decode(list)).isInstanceOf(BadFrameException.class).hasMessageContaining("2147483647");
    }

    @Example
    void differentRegistriesHaveDifferentFingerprints() {
        assertThat(new MessageCodec(TestMessages.registry()).fingerprint()).isEqualTo(CODEC.fingerprint());
        assertThat(new MessageCodec(new MessageRegistry().register(301, Header.class)).fingerprint())
                .isNotEqualTo(new MessageCodec(new MessageRegistry().register(300, Header.class)).fingerprint());
    }

    @Property(tries = 3000)
    void garbageNeverThrowsAnythingElse(@ForAll @Size(max = 200) byte[] bytes) {
        Throwable thrown = catchThrowable(() -> CODEC.decode(bytes));
        assertThat(thrown == null || thrown instanceof BadFrameException).as("%s", thrown).isTrue();
    }

    @Property(tries = 3000)
    void damagedMessagesNeverThrowAnythingElse(@ForAll int seed) {
        Random random = new Random(seed);
        byte[] bytes = CODEC.encode(new ArrayList<>(List.of(SAMPLE, SAMPLE)));
        for (int i = random.nextInt(4); i >= 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        Throwable thrown = catchThrowable(() -> CODEC.decode(bytes));
        assertThat(thrown == null || thrown instanceof BadFrameException).as("%s", thrown).isTrue();
    }
}
