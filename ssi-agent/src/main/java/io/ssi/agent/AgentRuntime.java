package io.ssi.agent;

import io.ssi.agent.deputy.Departure;
import io.ssi.agent.deputy.Dispositions;
import io.ssi.agent.deputy.Remains;
import io.ssi.agent.deputy.SignalHold;
import io.ssi.agent.deputy.Terminal;
import io.ssi.agent.handler.RemoteInput;
import io.ssi.agent.handler.Services;
import io.ssi.agent.handler.StandardInput;
import io.ssi.agent.input.InputPump;
import io.ssi.agent.link.AgentThread;
import io.ssi.agent.link.DaemonLink;
import io.ssi.agent.weave.LeftAloneList;
import io.ssi.agent.weave.Weaver;
import io.ssi.agent.weave.WeavingTransformer;
import io.ssi.core.wire.KeptFolder;
import io.ssi.core.wire.LinkMessage;
import io.ssi.migrate.JvmMove;
import io.ssi.migrate.client.AgentPort;
import io.ssi.migrate.client.MigrationClient;
import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** The parts of the agent in one JVM, and what they are to each other. Thread-safe. */
final class AgentRuntime implements Services, AgentPort, DaemonLink.Listener, Weaver.Initialised,
        RemoteInput.Sender, InputPump.Sender {
    private final AgentOptions options;
    private final Instrumentation instrumentation;
    private final long startMillis;
    private final WeavingTransformer transformer;
    private final LeftAloneList leftAlone = new LeftAloneList();
    private final PollSwitch polls;
    private final JvmMove move;
    /** Never given back: the link's thread and the migration's may both find that this JVM is of no use. */
    private final Object lastStep = new Object();
    /** Null when detached. */
    private DaemonLink link;
    private StandardInput input;
    private final Outputs outputs = new Outputs();
    /** Made at the first freeze: most programs never move. Guarded by this. */
    private SignalHold signals;
    /** In a landing at home until Go: the deputy's part, which this JVM still plays for the process. */
    private volatile Terminal terminal;
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

    AgentRuntime(AgentOptions options, Instrumentation instrumentation, long startMillis) {
        this.options = options;
        this.startMillis = startMillis;
        this.instrumentation = instrumentation;
        this.polls = new PollSwitch(instrumentation);
        this.move = new JvmMove(options.landing);
        this.transformer = new WeavingTransformer(new Weaver(options.landing ? this : null, leftAlone), leftAlone);
    }

    /** The rest of the wiring, before anything runs; link is null when detached. */
    void connect(StandardInput standardInput, DaemonLink daemonLink) {
        input = standardInput;
        link = daemonLink;
    }

    /** This OS process is still the deputy of the process that is about to come home. */
    void standIn(Terminal streams, int signalsBefore) {
        terminal = streams;
        signals().hold();
        signals().add(signalsBefore);
    }

    Outputs outputs() {
        return outputs;
    }

    private synchronized SignalHold signals() {
        if (signals == null) {
            signals = new SignalHold();
        }
        return signals;
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
        thread.setName(SsiTraces.LANDING);
        ThreadGroup system = thread.getThreadGroup().getParent();
        Object holder = JavaBase.get(Thread.class, "holder", thread);
        JavaBase.set(holder.getClass(), "group", holder, system);
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

    @Override
    public boolean failed(String internalName) {
        return migration().hasFailed(internalName);
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
    public List<String> unexpected() {
        return leftAlone.unexpected();
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
        if (now) {
            signals().hold();
            SignalHold.awaitDispatched();
        }
        SsiHook.pending(now);
        polls.set(now);
        if (!now) {
            signals().release();
        }
    }

    @Override
    public byte[] copyProcess() {
        SsiProcess.signalHandlers(Dispositions.handlers(signals()));
        byte[] read = input.copy();
        int streams = outputs.broken() | (input.isClosed() ? 1 : 0);
        return ByteBuffer.allocate(1 + Long.BYTES + read.length).put((byte) streams).putLong(Dispositions.ignored(signals())).put(read).array();
    }

    @Override
    public void restoreProcess(byte[] copy) {
        ByteBuffer values = ByteBuffer.wrap(copy);
        byte streams = values.get();
        outputs.restore(streams, trusted());
        Dispositions.restore(values.getLong(), SsiProcess.signalHandlers(), signals(), trusted());
        input.restore(Arrays.copyOfRange(copy, values.position(), copy.length), (streams & 1) != 0);
    }

    @Override
    public JvmMove move() {
        return move;
    }

    @Override
    public void giveUp() {
        link.silence();
        refused("");
    }

    @Override
    public void depart(long token) {
        if (token == 0) {
            link.silence();
            vanish();
        }
        Departure.become(trusted(), token, link.path(), Agent.jar(), Remains.of(input.leave()), signals());
    }

    /**
     * HotSpot's own way to end waits for threads in native reads, 300 ms, and for compilations, up to 10 s. The program stands still meanwhile
     * if it goes home: there it may write only when all that this JVM wrote is shown.
     */
    private void vanish() {
        try {
            Class<?> handles = Class.forName("java.lang.ProcessHandleImpl");
            long self = (long) trusted().findStatic(handles, "getCurrentPid0", MethodType.methodType(long.class)).invokeExact();
            boolean ignored = (boolean) trusted().findStatic(handles, "destroy0", MethodType.methodType(boolean.class, long.class, long.class,
                    boolean.class)).invokeExact(self, 0L, true);
        } catch (Throwable e) {
            // Then as any other JVM.
        }
        Runtime.getRuntime().halt(0);
    }

    @Override
    public int vpid() {
        return link == null ? 0 : link.vpid();
    }

    @Override
    public long startMillis() {
        return startMillis;
    }

    // ---- for the link

    @Override
    public void offer(LinkMessage message) {
        try {
            send(message);
        } catch (IOException e) {
            // It is asked for again.
        }
    }

    /** The process is here from now on, with its input and what the user sent it meanwhile. */
    private void comeHome() {
        Terminal streams = terminal;
        if (streams != null) {
            terminal = null;
            input.comeHome(streams.endInput());
            signals().release();
        }
    }

    /** The process does not come: a landing at home is its deputy again, any other is of no use. */
    @Override
    public boolean refused(String reason) {
        if (!options.landing || link.incarnation() != 0) {
            return false;
        }
        synchronized (lastStep) {
            try {
                if (terminal != null) {
                    Departure.become(trusted(), options.home, link.path(), Agent.jar(), terminal.leave(), signals());
                }
            } catch (InterruptedException e) {
                // Nobody interrupts it.
            }
            Runtime.getRuntime().halt(1);
        }
        return true;
    }

    @Override
    public long undecided() {
        return move.undecided();
    }

    @Override
    public void leaveOutputs(KeptFolder folder) {
        outputs.leave(folder, link, trusted());
    }

    @Override
    public void onDisconnect() {
        if (move.disconnected()) {
            giveUp();
        }
    }

    @Override
    public void onMessage(LinkMessage message) {
        Terminal streams = terminal;
        if (streams != null && streams.message(message)) {
            return;
        }
        if (message instanceof LinkMessage.Stdin stdin) {
            input.arrived(stdin.position(), stdin.bytes());
        } else if (message instanceof LinkMessage.StdioBroken broken) {
            outputs.broke(broken.fd(), trusted());
        } else if (message instanceof LinkMessage.SelfMoveRefused refused) {
            synchronized (this) {
                refusedRequest = refused.request();
                refusedReason = refused.message();
            }
        } else {
            if (message instanceof LinkMessage.Go go) {
                link.entered(go.incarnation(), go.row());
                comeHome();
                input.tellClosed();
            } else if (message instanceof LinkMessage.Land land) {
                link.entered(0, land.row());
            } else if (message instanceof LinkMessage.Prepare) {
                polls.prepare();
            }
            migration().onMessage(message);
        }
    }
}
