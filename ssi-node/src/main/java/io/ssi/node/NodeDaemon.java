package io.ssi.node;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.ssi.core.cluster.Cluster;
import io.ssi.core.cluster.ClusterConfig;
import io.ssi.core.config.NodeConfig;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.json.Json;
import io.ssi.core.metrics.Meters;
import io.ssi.core.net.MessageRegistry;
import io.ssi.core.net.netty.NettyTransport;
import io.ssi.core.net.netty.TransportConfig;
import io.ssi.core.trust.ClusterKey;
import io.ssi.core.wire.LinkMessage;
import io.ssi.migrate.node.ClassPathCache;
import io.ssi.migrate.node.MigrateMessages;
import io.ssi.migrate.node.Migrations;
import io.ssi.migrate.node.Settings;
import io.ssi.node.admin.AdminService;
import io.ssi.node.admin.Moves;
import io.ssi.node.admin.NodeStats;
import io.ssi.node.admin.Views;
import io.ssi.node.jmx.Consoles;
import io.ssi.node.link.LinkServer;
import io.ssi.vproc.ProcessRow;
import io.ssi.vproc.RowCodec;
import io.ssi.vproc.node.Deputies;
import io.ssi.vproc.node.HostLink;
import io.ssi.vproc.node.HostStreams;
import io.ssi.vproc.node.Landing;
import io.ssi.vproc.node.LandingSpec;
import io.ssi.vproc.node.Landings;
import io.ssi.vproc.node.LinuxProcesses;
import io.ssi.vproc.node.ProcessRegistry;
import io.ssi.vproc.node.ProgramDoor;
import io.ssi.vproc.node.SignalRouter;
import io.ssi.vproc.node.VPidPool;
import io.ssi.vproc.node.VprocMessages;
import io.ssi.vproc.node.VprocService;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everything one node consists of, put together in the order in which it depends on each other; this is the one file that does. */
public final class NodeDaemon implements AutoCloseable {
    private static final int CLUSTER_KEY_BYTES = 32;
    private static final Logger LOG = LoggerFactory.getLogger(NodeDaemon.class);

    private final NodeConfig config;
    private final long startedMillis = System.currentTimeMillis();
    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Runnable stopRequested;
    private final ClusterKey key;
    private final NettyTransport transport;
    private final Cluster cluster;
    private final VPidPool pool;
    private final VprocService processes;
    private final ProgramDoor door;
    private final Migrations migrations;
    private final Deputies deputies;
    private final Landings landings;
    private final AdminService admin;

    /**
     * Starts the node; blocks until it is a member and programs can connect.
     *
     * @param stopRequested called once when a command asks the daemon to stop
     * @throws SsiException what is wrong, in one sentence; nothing is left running then
     */
    public NodeDaemon(NodeConfig config, Runnable stopRequested) {
        this.config = config;
        this.stopRequested = stopRequested;
        try {
            StateDir state = opened(StateDir.open(config.stateDir()));
            // A new key would make it a cluster of its own, which nobody asked for.
            key = Files.exists(state.cluster().resolve("node")) ? ClusterKey.load(config.keyFile()) : ClusterKey.loadOrCreate(config.keyFile());
            transport = opened(NettyTransport.start(TransportConfig.of(config, key), messages(), meters));
            cluster = opened(Cluster.start(new ClusterConfig(config.name(), config.join(), true, config.raftTimeScale()), transport, state.cluster(),
                    key.derive("cluster", CLUSTER_KEY_BYTES), meters));
            NodeId self = transport.self();
            pool = new VPidPool(self, cluster.consensus(), state.vpids());
            VprocService.Parts parts = new VprocService.Parts(self, config.name(), cluster.membership(), cluster.map("vproc"), cluster.consensus(),
                    pool, new LinuxProcesses(), config.lostMillis(), state.kept());
            processes = opened(new VprocService(parts));
            door = new ProgramDoor(parts, processes);
            SignalRouter signals = new SignalRouter(self, transport, processes);
            HostStreams streams = opened(new HostStreams(parts, processes, transport));
            deputies = new Deputies(parts, processes, signals, transport, state.deputies());
            landings = new Landings(processes, deputies, transport, state.pipes());
            migrations = migrations(self, state);
            Moves moves = new Moves(cluster.membership(), processes.whereabouts(), migrations);
            NodeStats stats = new NodeStats(cluster.map(NodeStats.MAP), self);
            Views views = new Views(cluster.membership(), processes, stats, transport, pool.isAgain());
            admin = new AdminService(new AdminService.Parts(processes, signals, moves, views, this::status, this::stop));
            processes.start();
            streams.recover();
            pool.fill();
            tellRegularly(stats);
            registerMeters();
            opened(Consoles.start(config.jmxPort(), views, signals, moves));
            opened(new LinkServer(config.socket(), this::hello)).start();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
        LOG.info("node {} ({}) is ready at {}, socket {}, key {}", transport.self(), config.name(), addressText(), config.socket(), key.fingerprint());
    }

    /** Every class that travels between daemons, in one place. */
    private static MessageRegistry messages() {
        MessageRegistry registry = new MessageRegistry();
        Cluster.messages(registry);
        VprocMessages.register(registry);
        MigrateMessages.register(registry);
        return registry;
    }

    private Migrations migrations(NodeId self, StateDir state) {
        Settings settings = new Settings(Path.of(System.getProperty("java.home"), "bin", "java"), agentJar(), config.socket(),
                new ClassPathCache(state.classes(), config.classCacheBytesMax()), config.imageBytesMax(), config.freezeMillisMax());
        Migrations migrations = new Migrations(new Migrations.Parts(self, transport, cluster.consensus(), cluster.membership(), processes,
                landings, settings));
        processes.onSelfMove(migrations::selfMove);
        return migrations;
    }

    /** Beside the daemon's own jar in the installation, or named by ssi.agent.jar. */
    private static Path agentJar() {
        String named = System.getProperty("ssi.agent.jar");
        if (named != null) {
            return Path.of(named);
        }
        try {
            Path own = Path.of(NodeDaemon.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            return own.resolve("../../../ssi-agent/target/ssi-agent.jar").normalize();
        } catch (URISyntaxException e) {
            throw new SsiException(ErrorCode.INTERNAL, "the installation has no path", e);
        }
    }

    private <T extends AutoCloseable> T opened(T part) {
        opened.push(part);
        return part;
    }

    private void tellRegularly(NodeStats stats) {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon(true).name("ssi-load").factory());
        opened(timer::shutdownNow);
        timer.scheduleWithFixedDelay(() -> {
            try {
                stats.tell();
            } catch (RuntimeException e) {
                LOG.debug("the load could not be told: {}", e.toString());
            }
        }, 0, NodeStats.TELL_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void registerMeters() {
        Meters named = new Meters(meters);
        named.gauge("vproc.processes", "processes this node hosts", processes::count);
        named.gauge("vproc.vpids.free", "processes that can start without a quorum", pool::free);
    }

    // ---- connections of this host

    private LinkMessage hello(LinkMessage.Hello hello, HostLink link) {
        return switch (hello.role()) {
            case APP -> program(hello, link);
            case LANDING -> {
                if (hello.incarnation() > 0) {
                    yield program(hello, link); // it runs already and lost an earlier life of this daemon
                }
                if (hello.undecided() != 0) {
                    returnedLanding(hello, link);
                } else {
                    landings.hello(hello, link, config.name());
                }
                yield null;
            }
            case DEPUTY -> {
                deputies.hello(hello, link, config.name());
                yield null;
            }
            case ADMIN -> {
                link.attach(admin.session(link));
                yield new LinkMessage.Welcome(0, transport.self().number(), config.name(), 0, new byte[0], "");
            }
        };
    }

    /** The answer is sent here, because what follows it must not overtake it. */
    private LinkMessage program(LinkMessage.Hello hello, HostLink link) {
        LinkMessage.Welcome welcome = door.hello(hello, link);
        link.send(welcome);
        if (hello.undecided() != 0) {
            migrations.sourceReturned(new ProcessRegistry.Local(RowCodec.decode(welcome.row()), link), hello.undecided());
        }
        return null;
    }

    private void returnedLanding(LinkMessage.Hello hello, HostLink link) {
        ProcessRow before = RowCodec.decode(hello.row());
        link.send(new LinkMessage.Welcome(before.vpid().value(), transport.self().number(), config.name(), 0, hello.row(),
                processes.kept()));
        LandingSpec unknown = new LandingSpec(before.vpid(), hello.token(), List.of(), List.of(), hello.workDir());
        migrations.landingReturned(new Landing(unknown, transport.self().number(), link), before, hello.undecided());
    }

    // ---- status and end

    private String addressText() {
        return config.address() + ":" + transport.address().getPort();
    }

    private Map<String, Object> status() {
        Map<String, Object> values = new TreeMap<>();
        meters.getMeters().forEach(meter -> meter.measure().forEach(measurement -> {
            String suffix = measurement.getStatistic().getTagValueRepresentation();
            boolean plain = suffix.equals("value") || suffix.equals("count");
            values.put(meter.getId().getName() + (plain ? "" : "." + suffix), finite(measurement.getValue()));
        }));
        return Json.object("node", transport.self().number(), "name", config.name(), "address", addressText(), "state", "UP", "pid",
                ProcessHandle.current().pid(), "socket", config.socket(), "stateDir", config.stateDir(), "log", config.logFile(), "uptimeMillis",
                System.currentTimeMillis() - startedMillis, "processes", processes.count(), "vpidsFree", pool.free(), "keyFingerprint",
                key.fingerprint(), "leader", cluster.consensus().leader().map(leader -> (Object) leader.number()).orElse(null), "java",
                System.getProperty("java.runtime.version"), "meters", values);
    }

    private static Object finite(double value) {
        return Double.isNaN(value) || Double.isInfinite(value) ? null : (Object) value;
    }

    private void stop() {
        LOG.info("a command asks to stop");
        stopRequested.run();
    }

    /** Stops in order: programs lose their connection and go on, the other nodes are told. Idempotent. */
    public void stopInOrder() {
        if (cluster != null && !closed.get()) {
            cluster.leave("stopped in order");
        }
        close();
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            for (AutoCloseable part : List.copyOf(opened)) {
                try {
                    part.close();
                } catch (Exception e) {
                    LOG.warn("{} did not close well: {}", part.getClass().getSimpleName(), e.toString());
                }
            }
        }
    }
}
