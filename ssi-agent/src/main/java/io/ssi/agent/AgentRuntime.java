package io.ssi.agent;

import io.ssi.agent.deputy.Departure;
import io.ssi.agent.handler.RemoteInput;
import io.ssi.agent.handler.Services;
import io.ssi.agent.handler.StandardInput;
import io.ssi.agent.link.AgentThread;
import io.ssi.agent.link.DaemonLink;
import io.ssi.agent.weave.LeftAloneList;
import io.ssi.agent.weave.Weaver;
import io.ssi.agent.weave.WeavingTransformer;
import io.ssi.core.wire.LinkMessage;
import io.ssi.migrate.client.AgentPort;
import io.ssi.migrate.client.MigrationClient;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.lang.invoke.MethodHandles;

/** The parts of the agent in one JVM, and what they are to each other. Thread-safe. */
final class AgentRuntime implements Services, AgentPort, DaemonLink.Listener, Weaver.Initialised,
        RemoteInput.Sender {
    private final AgentOptions options;
    private final Instrumentation instrumentation;
    private final WeavingTransformer transformer;
    private final LeftAloneList leftAlone = new LeftAloneList();
    private final PollSwitch polls;
    /** Null when detached. */
    private DaemonLink link;
    private StandardInput input;
    /** Guarded by this on writing. */
    private volatile MigrationClient migration;
    private volatile MethodHandles.Lookup trusted;
    private volatile Thread keeper;
    /** Guarded by this. */
    private long requests;
    /** The last refusal of a move the program asked for. Guarded by this. */
    private long refusedRequest;
    /** Guarded by this. */
    private String refusedReason;

    AgentRuntime(AgentOptions options, Instrumentation instrumentation) {
        this.options = options;
        this.instrumentation = instrumentation;
        this.polls = new PollSwitch(instrumentation);
        this.transformer = new WeavingTransformer(new Weaver(options.landing ? this : null, leftAlone), leftAlone);
    }

    /** The rest of the wiring, before anything runs; link is null when detached. */
    void connect(StandardInput standardInput, DaemonLink daemonLink) {
        input = standardInput;
        link = daemonLink;
    }

    WeavingTransformer transformer() {
        return transformer;
    }

    // ---- for the hooks

    @Override
    public MigrationClient migration() {
        MigrationClient client = migration;
        if (client == null) {
            synchronized (this) {
                client = migration;
                if (client == null) {
                    client = new MigrationClient(this);
                    migration = client;
                }
            }
        }
        return client;
    }

    @Override
    public boolean isAgentThread(Thread thread) {
        return thread instanceof AgentThread || thread == keeper;
    }

    /** The first thread of a landing JVM is none of the process. */
    void keep(Thread thread) {
        keeper = thread;
    }

    @Override
    public int processId() {
        return link == null ? 0 : link.awaitVPid();
    }

    @Override
    public int node() {
        return link == null ? 0 : link.node();
    }

    @Override
    public void exiting(int status) {
        if (link != null) {
            link.exiting(status);
        }
    }

    @Override
    public long requestMove(int node) {
        long request;
        synchronized (this) {
            request = ++requests;
        }
        try {
            send(new LinkMessage.SelfMove(request, node));
        } catch (IOException e) {
            throw new IllegalStateException("the node daemon at " + link.path() + " is not to be reached: " + e.getMessage()
                    + "; see ssi-node status", e);
        }
        return request;
    }

    @Override
    public synchronized String refusal(long request) {
        return refusedRequest == request ? refusedReason : null;
    }

    // ---- for the weaver

    @Override
    public boolean test(String internalName) {
        return migration().isInitialised(internalName);
    }

    // ---- for the migration client

    @Override
    public void send(LinkMessage message) throws IOException {
        if (link == null) {
            throw new IOException("the agent was started detached");
        }
        link.send(message);
    }

    @Override
    public byte[] wovenBytes(Class<?> type) {
        return transformer.wovenBytes(type);
    }

    @Override
    public Instrumentation instrumentation() {
        return instrumentation;
    }

    @Override
    public MethodHandles.Lookup trusted() {
        MethodHandles.Lookup lookup = trusted;
        if (lookup == null) {
            lookup = JavaBase.trusted();
            trusted = lookup;
        }
        return lookup;
    }

    @Override
    public void pending(boolean now) {
        SsiHook.pending(now);
        polls.set(now);
    }

    @Override
    public byte[] takeInputBuffer() {
        return input.takeAll();
    }

    @Override
    public void giveInputBuffer(byte[] bytes) {
        input.giveBack(bytes);
    }

    @Override
    public void depart(long token) {
        if (token == 0) {
            link.silence();
            Runtime.getRuntime().halt(0);
        }
        Departure.become(trusted(), token, link.path(), Agent.jar(), input.takeLast());
    }

    @Override
    public int vpid() {
        return link == null ? 0 : link.vpid();
    }

    // ---- for the link

    /** A landing at home has the terminal: what the process said elsewhere before it came here is shown as its deputy would. */
    private void show(LinkMessage.Stdio output) {
        try {
            new FileOutputStream(output.fd() == 2 ? FileDescriptor.err : FileDescriptor.out).write(output.bytes());
        } catch (IOException e) {
            // Nobody reads it any more: as the program itself would find out at its next write.
        }
        try {
            send(new LinkMessage.StdioAck(output.fd(), output.bytes().length));
        } catch (IOException e) {
            // The link thread is connecting again; the daemon sends it once more.
        }
    }

    @Override
    public void onMessage(LinkMessage message) {
        if (message instanceof LinkMessage.Stdio stdio && stdio.fd() == 0) {
            input.arrived(stdio.bytes());
        } else if (message instanceof LinkMessage.Stdio stdio) {
            show(stdio);
        } else if (message instanceof LinkMessage.SelfMoveRefused refused) {
            synchronized (this) {
                refusedRequest = refused.request();
                refusedReason = refused.message();
            }
        } else {
            if (message instanceof LinkMessage.Go go) {
                link.incarnation(go.incarnation());
            }
            migration().onMessage(message);
        }
    }
}
