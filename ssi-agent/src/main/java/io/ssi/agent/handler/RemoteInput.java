package io.ssi.agent.handler;

import io.ssi.core.wire.LinkMessage;
import java.io.IOException;

/** Standard input of a process that moved: the deputy reads it, on demand. */
public final class RemoteInput implements StandardInput.Source {
    /** The way to the daemon. */
    public interface Sender {
        void send(LinkMessage message) throws IOException;
    }

    private final Sender sender;

    public RemoteInput(Sender sender) {
        this.sender = sender;
    }

    @Override
    public int readNow(byte[] to, int offset, int length) {
        return 0;
    }

    @Override
    public int availableNow() {
        return 0;
    }

    @Override
    public void want(long position, int max) {
        try {
            sender.send(new LinkMessage.StdinWant(position, max));
        } catch (IOException e) {
            // The daemon will be back, and this is asked again.
        }
    }

    @Override
    public boolean close(long position) {
        want(position, 0);
        return false;
    }

    @Override
    public void stop() {
        // What comes from afar waits there.
    }
}
