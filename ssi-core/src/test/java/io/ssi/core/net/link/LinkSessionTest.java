package io.ssi.core.net.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.ssi.core.env.SystemEnv;
import io.ssi.core.id.NodeId;
import io.ssi.core.metrics.Meters;
import io.ssi.core.net.TestMessages;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Example;

class LinkSessionTest {
    /** Everything accepted is kept; nothing is sent. */
    private static final class Nowhere implements FrameSink {
        @Override
        public void send(Frame frame) {
            // There is no peer.
        }

        @Override
        public void sendInTurn(long stream, Frame frame) {
            // As above.
        }

        @Override
        public boolean congested() {
            return false;
        }

        @Override
        public void abort(String sentence) {
            throw new AssertionError(sentence);
        }
    }

    @Example
    void aStreamThatComesWhenTheLinkIsDownIsNotAccepted() {
        try (SystemEnv env = new SystemEnv()) {
            MessageCodec codec = new MessageCodec(TestMessages.registry());
            Handlers handlers = new Handlers();
            List<Object> accepted = new ArrayList<>();
            handlers.accept(TestMessages.Header.class, (from, header, stream) -> accepted.add(header));
            LinkContext context = new LinkContext(codec, handlers, new Dispatcher(Runnable::run), env, new LinkMeters(new Meters(new SimpleMeterRegistry())));
            LinkSession session = new LinkSession(new NodeId(2), "node 2", true, context, new Nowhere());
            session.onFrame(new Frame.Open(2, codec.encode(new TestMessages.Header("before"))));
            session.down("the cable was pulled");
            session.onFrame(new Frame.Open(4, codec.encode(new TestMessages.Header("after"))));
            assertThat(accepted).containsExactly(new TestMessages.Header("before"));
        }
    }
}
