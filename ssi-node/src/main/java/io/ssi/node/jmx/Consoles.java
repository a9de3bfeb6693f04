package io.ssi.node.jmx;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.IoReason;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.VPid;
import io.ssi.core.json.Json;
import io.ssi.node.admin.Moves;
import io.ssi.node.admin.Views;
import io.ssi.vproc.node.SignalRouter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.rmi.registry.LocateRegistry;
import java.rmi.registry.Registry;
import java.rmi.server.RMIServerSocketFactory;
import java.rmi.server.UnicastRemoteObject;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.remote.JMXConnectorServer;
import javax.management.remote.JMXConnectorServerFactory;
import javax.management.remote.JMXServiceURL;
import javax.management.remote.rmi.RMIConnectorServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers {@code io.ssi:type=Cluster}, {@code io.ssi:type=Migrations} and {@code io.ssi:type=Process,vpid=N} for every live process of the
 * cluster. jconsole attaches to the daemon locally; a port of the loopback interface can be opened besides.
 */
public final class Consoles implements AutoCloseable {
    private static final long REFRESH_MILLIS = 1_000;
    private static final Logger LOG = LoggerFactory.getLogger(Consoles.class);

    private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    private final Views views;
    private final SignalRouter signals;
    private final Moves moves;
    private final ScheduledThreadPoolExecutor timer =
            new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon(true).name("ssi-jmx").factory());
    /** Only touched by the timer's thread. */
    private final Set<Integer> shown = new HashSet<>();
    private JMXConnectorServer connector;
    private Registry registry;

    private Consoles(Views views, SignalRouter signals, Moves moves) {
        this.views = views;
        this.signals = signals;
        this.moves = moves;
    }

    /**
     * @param port of the connector on the loopback interface, 0 for none
     * @throws SsiException PORT_TAKEN
     */
    public static Consoles start(int port, Views views, SignalRouter signals, Moves moves) {
        Consoles consoles = new Consoles(views, signals, moves);
        try {
            consoles.register("Cluster", new DescribedBean(new ClusterBean(views), ClusterMXBean.class));
            consoles.register("Migrations", new DescribedBean(new MigrationsBean(moves), MigrationsMXBean.class));
            if (port != 0) {
                consoles.listen(port);
            }
        } catch (JMException e) {
            throw new IllegalStateException(e);
        }
        consoles.timer.scheduleWithFixedDelay(consoles::refresh, 0, REFRESH_MILLIS, TimeUnit.MILLISECONDS);
        return consoles;
    }

    private void register(String type, Object bean) throws JMException {
        ObjectName name = new ObjectName("io.ssi:type=" + type);
        if (server.isRegistered(name)) {
            server.unregisterMBean(name);
        }
        server.registerMBean(bean, name);
    }

    private void listen(int port) {
        RMIServerSocketFactory loopback = number -> new ServerSocket(number, 0, InetAddress.getLoopbackAddress());
        try {
            registry = LocateRegistry.createRegistry(port, null, loopback);
            Map<String, Object> environment = Map.of(RMIConnectorServer.RMI_SERVER_SOCKET_FACTORY_ATTRIBUTE, loopback);
            String host = InetAddress.getLoopbackAddress().getHostAddress();
            JMXServiceURL url = new JMXServiceURL("service:jmx:rmi://" + host + "/jndi/rmi://" + host + ":" + port + "/jmxrmi");
            connector = JMXConnectorServerFactory.newJMXConnectorServer(url, environment, server);
            connector.start();
            LOG.info("JMX connector at {}", url);
        } catch (IOException e) {
            throw new SsiException(ErrorCode.PORT_TAKEN, "the JMX port " + port + " cannot be used: " + (e.getCause() instanceof IOException cause ? IoReason.of(cause) : IoReason.of(e)) + "; set another jmx-port, or 0", e);
        }
    }

    private void refresh() {
        try {
            Set<Integer> present = new TreeSet<>();
            views.rows().stream().filter(row -> !row.isZombie()).forEach(row -> present.add(row.vpid().value()));
            for (int vpid : present) {
                if (shown.add(vpid)) {
                    ProcessBean process = new ProcessBean(new VPid(vpid), views::row, signals, moves);
                    register("Process,vpid=" + vpid, new DescribedBean(process, ProcessMXBean.class));
                }
            }
            for (int vpid : List.copyOf(shown)) {
                if (!present.contains(vpid)) {
                    shown.remove(vpid);
                    server.unregisterMBean(new ObjectName("io.ssi:type=Process,vpid=" + vpid));
                }
            }
        } catch (JMException | RuntimeException e) {
            LOG.warn("the consoles' beans are not up to date: {}", e.toString());
        }
    }

    private record ClusterBean(Views views) implements ClusterMXBean {
        @Override
        public List<String> getNodes() {
            return views.nodes().stream().map(Json::write).toList();
        }

        @Override
        public int getProcessCount() {
            return (int) views.rows().stream().filter(row -> !row.isZombie()).count();
        }

        @Override
        public List<String> getHistory() {
            return views.history().stream().map(Json::write).toList();
        }

        @Override
        public List<String> getRefusals() {
            return views.refusals().stream().map(Json::write).toList();
        }
    }

    private record MigrationsBean(Moves moves) implements MigrationsMXBean {
        @Override
        public String getRecent() {
            return moves.recent();
        }
    }

    @Override
    public void close() throws IOException {
        timer.shutdownNow();
        if (connector != null) {
            connector.stop();
        }
        if (registry != null) {
            UnicastRemoteObject.unexportObject(registry, true);
        }
    }
}
