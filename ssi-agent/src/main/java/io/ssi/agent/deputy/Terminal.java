package io.ssi.agent.deputy;

import io.ssi.agent.input.DescriptorReader;
import io.ssi.agent.input.InputLog;
import io.ssi.agent.input.InputPump;
import io.ssi.core.wire.LinkMessage;
import java.io.FileDescriptor;

/**
 * The standard streams of a process that lives elsewhere, where its user is: held by the deputy, and by the landing at home in
 * its place until the process has come. Thread-safe.
 */
public final class Terminal {
    private final InputPump input;
    private final OutputPump out;
    private final OutputPump err;

    /** @param sender must not wait for a daemon; what it drops is said or asked for again */
    public Terminal(Remains remains, DescriptorReader.Descriptor in, InputPump.Sender sender) {
        input = new InputPump(remains.input(), in, sender);
        out = new OutputPump(1, FileDescriptor.out, remains.out(), sender);
        err = new OutputPump(2, FileDescriptor.err, remains.err(), sender);
        out.launch();
        err.launch();
    }

    /** False if it is not for a terminal. */
    public boolean message(LinkMessage message) {
        if (message instanceof LinkMessage.Stdio output) {
            (output.fd() == 2 ? err : out).add(output);
        } else if (message instanceof LinkMessage.StdinWant want) {
            input.want(want);
        } else {
            return false;
        }
        return true;
    }

    /** There is a new connection to the daemon, which may be a new daemon too: says how far the outputs are shown. */
    void connected() {
        out.acknowledge();
        err.acknowledge();
    }

    /** What is written to this descriptor goes nowhere any more. */
    void broke(int descriptor) {
        (descriptor == 2 ? err : out).broke();
    }

    void drain() throws InterruptedException {
        out.drain();
        err.drain();
    }

    /** Reads nothing any more; what may not have come to the process yet. */
    public InputLog endInput() {
        return input.stop();
    }

    /** Nothing is read or shown by this any more. */
    public Remains leave() throws InterruptedException {
        drain();
        return new Remains(endInput(), out.shown(), err.shown(), 0);
    }
}
