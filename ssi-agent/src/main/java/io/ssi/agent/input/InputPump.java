package io.ssi.agent.input;

import io.ssi.core.wire.LinkMessage;
import java.io.IOException;

/** An {@link InputFeed} with the descriptor and the daemon around it. Thread-safe. */
public final class InputPump implements DescriptorReader.Sink {
    /** The way to the daemon; what it cannot take now is lost, and will be asked for again. Must not wait for a daemon. */
    public interface Sender {
        void offer(LinkMessage message);
    }

    private final Sender sender;
    private final DescriptorReader reader;
    /** Guarded by itself. */
    private final InputFeed feed;

    public InputPump(InputLog before, DescriptorReader.Descriptor descriptor, Sender sender) {
        this.feed = new InputFeed(before);
        this.reader = new DescriptorReader(descriptor, this);
        this.sender = sender;
    }

    public void want(LinkMessage.StdinWant want) {
        InputFeed.Act act;
        synchronized (feed) {
            act = feed.wanted(want.position(), want.max());
        }
        perform(act);
    }

    @Override
    public void read(byte[] piece) {
        InputFeed.Act act;
        synchronized (feed) {
            act = feed.read(piece);
        }
        perform(act);
    }

    /** A descriptor that cannot be read is at its end. */
    @Override
    public void failed(IOException cause) {
        read(new byte[0]);
    }

    private void perform(InputFeed.Act act) {
        if (act instanceof InputFeed.Act.Read read) {
            reader.want(read.max());
        } else if (act instanceof InputFeed.Act.Send send) {
            sender.offer(new LinkMessage.Stdin(send.position(), send.bytes()));
        } else if (act instanceof InputFeed.Act.Close close) {
            reader.close();
            sender.offer(new LinkMessage.Stdin(close.position(), new byte[0]));
        }
    }

    /** Reads nothing any more; what may not have come to the process yet. */
    public InputLog stop() {
        reader.stop();
        synchronized (feed) {
            return feed.rest();
        }
    }
}
