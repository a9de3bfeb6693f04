package io.ssi.vproc.node;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.vproc.ExitStatus;
import io.ssi.vproc.ProcessRow;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** One JVM that a process is about to move into, or has. Thread-safe. */
public final class Landing {
    private final LandingSpec spec;
    private final int self;
    private final CompletableFuture<AppLink> link = new CompletableFuture<>();
    private final CompletableFuture<ExitStatus> ended = new CompletableFuture<>();
    private final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
    private final Optional<Process> child;
    private final Optional<Deputy> home;
    private final OutputForwarder[] outputs;
    private volatile HostLink connected;
    /** At home: who hears the JVM once it is the program. */
    private volatile Session program;

    /** A child of this daemon. */
    Landing(LandingSpec spec, int self, Process child, OutputForwarder[] outputs) {
        this.spec = spec;
        this.self = self;
        this.child = Optional.of(child);
        this.home = Optional.empty();
        this.outputs = outputs;
    }

    /** The OS process that the program was started as, which is a deputy now. */
    Landing(LandingSpec spec, int self, Deputy home) {
        this.spec = spec;
        this.self = self;
        this.child = Optional.empty();
        this.home = Optional.of(home);
        this.outputs = new OutputForwarder[0];
    }

    /** One that was started under an earlier life of this daemon and has connected again. */
    public Landing(LandingSpec spec, int self, HostLink returned) {
        this.spec = spec;
        this.self = self;
        this.child = Optional.empty();
        this.home = Optional.empty();
        this.outputs = new OutputForwarder[0];
        arrived(returned);
    }

    public LandingSpec spec() {
        return spec;
    }

    /** Completes when the JVM connected; fails with CANNOT_START and what it said, when it ended or took too long. */
    public CompletableFuture<AppLink> link() {
        return link;
    }

    /** Completes when the JVM ended. A landing at home is no child of the daemon: there it never completes. */
    public CompletableFuture<ExitStatus> exit() {
        return exit;
    }

    /** True when the process comes home into the OS process it was started as. */
    public boolean atHome() {
        return home.isPresent();
    }

    public long osPid() {
        return connected.osPid();
    }

    /**
     * Gives up before the commit. A child is killed; at home the connection is closed, and the JVM becomes the deputy again.
     * Harmless when repeated.
     */
    public void kill() {
        child.ifPresent(Process::destroyForcibly);
        HostLink now = connected;
        if (now != null) {
            now.close();
        }
        link.completeExceptionally(new SsiException(ErrorCode.CANNOT_START, "the landing JVM of process " + spec.vpid() + " was given up"));
    }

    /** Completes, for a child, as soon as it ended; {@link #exit} only when its output has been read too. */
    CompletableFuture<ExitStatus> ended() {
        return ended;
    }

    /** False for one that an earlier life of this daemon started: the pipes of its output have to be found. */
    boolean bringsOutput() {
        return outputs.length > 0 || atHome();
    }

    List<OutputForwarder> outputs() {
        return List.of(outputs);
    }

    boolean isChild() {
        return child.isPresent();
    }

    Optional<Deputy> home() {
        return home;
    }

    HostLink connected() {
        HostLink now = connected;
        if (now == null) {
            throw new SsiException(ErrorCode.CANNOT_START, "the landing JVM of process " + spec.vpid() + " has not connected");
        }
        return now;
    }

    void arrived(HostLink newLink) {
        connected = newLink;
        link.complete(newLink);
    }

    void exited(ExitStatus status) {
        exit.complete(status);
        String said = startText();
        link.completeExceptionally(new SsiException(ErrorCode.CANNOT_START, "the landing JVM of process " + spec.vpid() + " ended with status "
                + status.status() + (said.isEmpty() ? "" : ": " + said)));
    }

    /** What the JVM said before it was adopted, a message of its own. */
    String startText() {
        return outputs.length == 0 ? "" : outputs[1].startText().isEmpty() ? outputs[0].startText() : outputs[1].startText();
    }

    /** Node whose deputy shows the output of the next incarnation: none when this is home or the deputy here is gone. */
    int deputyNodeAfter(ProcessRow before) {
        int deputy = before.deputyNode() != 0 ? before.deputyNode() : before.node().number();
        return atHome() || deputy == self ? 0 : deputy;
    }

    /** At home the JVM acts as the deputy until {@link #deputyEnds}. */
    void adopted(Session session) {
        if (atHome()) {
            program = session;
        } else {
            connected.attach(session);
        }
    }

    /** All earlier output is shown: from now on the JVM is the program. */
    void deputyEnds() {
        connected.attach(program);
    }
}
