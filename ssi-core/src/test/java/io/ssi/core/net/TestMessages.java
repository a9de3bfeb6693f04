package io.ssi.core.net;

import io.ssi.core.id.NodeId;
import io.ssi.core.id.VPid;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Messages that the tests of the data plane send. */
public final class TestMessages {
    private TestMessages() {}

    public record Echo(String text) implements Transport.Request<String> {}

    /** Asks the receiver to ask the next node, and so on; answered with the nodes on the way. */
    public record Chain(List<NodeId> nodes) implements Transport.Request<List<NodeId>> {}

    public record Fail(int code) implements Transport.Request<String> {}

    /** Answered when the test lets it. */
    public record Block(int id) implements Transport.Request<Integer> {}

    public record Count(int value) implements Transport.Message {}

    public record Header(String purpose) implements Transport.Message {}

    public enum Color { RED, GREEN }

    public record Everything(NodeId node, VPid vpid, List<String> names, Map<String, Integer> sizes, Optional<Color> color, byte[] bytes,
            long time, boolean flag, Header inner, Color plain) implements Transport.Message {}

    public record Unregistered(int value) implements Transport.Request<String> {}

    public static MessageRegistry registry() {
        return new MessageRegistry().register(300, Echo.class).register(301, Chain.class).register(302, Fail.class).register(303, Block.class)
                .register(304, Count.class).register(305, Header.class).register(306, Color.class).register(307, Everything.class);
    }
}
