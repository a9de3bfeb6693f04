package io.ssi.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.tools.attach.VirtualMachine;
import io.ssi.core.json.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanException;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanParameterInfo;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.RuntimeMBeanException;
import javax.management.openmbean.OpenType;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The MBeans of daemons as jconsole meets them: attached to a daemon of this host, or through its port; without a class of ours. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleIT {
    private static final Set<String> OPEN = Set.of("java.lang.String", "int", "long", "[Ljava.lang.String;", "void");
    @TempDir
    static Path folder;

    private ClusterOfThree cluster;
    private Path classes;
    private int jmxPort;
    private Program program;

    @BeforeAll
    void startNodes() throws Exception {
        classes = Files.createDirectory(folder.resolve("classes"));
        MoveBetweenNodesIT.compile(classes);
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            jmxPort = free.getLocalPort();
        }
        cluster = new ClusterOfThree(folder);
        cluster.set(2, "jmx-port=" + jmxPort);
        cluster.start();
    }

    @AfterAll
    void stopNodes() throws IOException {
        if (cluster != null) {
            cluster.close();
        }
    }

    @AfterEach
    void endProgram() {
        if (program != null) {
            program.close();
            cluster.ps(1, "").forEach(row -> cluster.ask(1, "ssi-kill", "-KILL", row.get("vpid").toString()));
        }
    }

    private JMXConnector attached(int node) throws Exception {
        VirtualMachine daemon = VirtualMachine.attach(Files.readString(cluster.state(node).resolve("daemon.pid")).strip());
        try {
            return JMXConnectorFactory.connect(new JMXServiceURL(daemon.startLocalManagementAgent()));
        } finally {
            daemon.detach();
        }
    }

    private JMXConnector connect(String how) throws Exception {
        return how.equals("attached") ? attached(1)
                : JMXConnectorFactory.connect(new JMXServiceURL("service:jmx:rmi:///jndi/rmi://127.0.0.1:" + jmxPort + "/jmxrmi"));
    }

    private static ObjectName bean(String name) throws Exception {
        return new ObjectName("io.ssi:type=" + name);
    }

    /** A program on node 1, and its bean at this console. */
    private ObjectName started(MBeanServerConnection console) throws Exception {
        program = new Program(cluster.socket(1), classes, List.of(), "Talk");
        program.awaitOut("ready\n");
        ObjectName all = bean("Process,vpid=*");
        return await().atMost(Program.PATIENCE).until(() -> console.queryNames(all, null).stream()
                .filter(name -> osPid(console, name) == program.process.pid()).findAny().orElse(null), name -> name != null);
    }

    private static long osPid(MBeanServerConnection console, ObjectName name) {
        try {
            return (Long) console.getAttribute(name, "OsPid");
        } catch (Exception gone) {
            return 0;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"attached", "port"})
    void processesAreReadMovedAndKilled(String how) throws Exception {
        try (JMXConnector connector = connect(how)) {
            MBeanServerConnection console = connector.getMBeanServerConnection();
            ObjectName process = started(console);
            int vpid = (Integer) console.getAttribute(process, "VPid");
            assertThat(process.getKeyProperty("vpid")).isEqualTo(Integer.toString(vpid));
            assertThat(console.getAttribute(process, "Node")).isEqualTo(1);
            assertThat(console.getAttribute(process, "Command")).isEqualTo("Talk");
            assertThat(console.getAttribute(process, "State")).isEqualTo("RUNNING");
            assertThat((Integer) console.getAttribute(bean("Cluster"), "ProcessCount")).isEqualTo(1);
            assertThat((String[]) console.getAttribute(bean("Cluster"), "Nodes")).hasSize(3).allMatch(line -> line.contains("\"state\":\"UP\""));
            assertThat((String[]) console.getAttribute(bean("Cluster"), "History")).isNotEmpty();

            fails(console, process, "migrate", 99, "there is no node '99'; ssi-cluster shows all");
            fails(console, process, "migrate", 1, "process " + vpid + " is on node 1 already");
            fails(console, process, "migrate", -1, "there is no node '-1'; ssi-cluster shows all");
            fails(console, process, "kill", "NOSUCH", "'NOSUCH' is no signal; use one of TERM, KILL");
            fails(console, process, "kill", "", "'' is no signal");
            fails(console, process, "kill", null, "'' is no signal");
            assertThat(program.answer("add 1")).isEqualTo("sum 1");

            Object moved = console.invoke(process, "migrate", new Object[] {3}, new String[] {"int"});
            assertThat(object(moved)).containsEntry("vpid", (long) vpid).containsEntry("to", 3L).containsKeys("pauseMicros", "parts");
            await().atMost(Program.PATIENCE).until(() -> console.getAttribute(process, "Node").equals(3));
            assertThat(console.getAttribute(process, "Incarnation")).isEqualTo(2);
            assertThat(program.answer("add 2")).isEqualTo("sum 3");
            console.invoke(process, "kill", new Object[] {"TERM"}, new String[] {"java.lang.String"});
            assertThat(program.exitCode()).isEqualTo(143);
            await().atMost(Program.PATIENCE).until(() -> !console.isRegistered(process));
        }
        try (JMXConnector source = attached(1)) {
            String recent = (String) source.getMBeanServerConnection().getAttribute(bean("Migrations"), "Recent");
            assertThat((List<?>) Json.parse(recent)).isNotEmpty();
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(Object json) {
        return (Map<String, Object>) Json.parse((String) json);
    }

    /** A class of the JDK with the sentence that the commands print. */
    private static void fails(MBeanServerConnection console, ObjectName process, String operation, Object argument, String why) {
        String type = operation.equals("migrate") ? "int" : "java.lang.String";
        assertThatThrownBy(() -> console.invoke(process, operation, new Object[] {argument}, new String[] {type}))
                .isInstanceOfAny(RuntimeMBeanException.class, MBeanException.class).cause().isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith(why).hasNoCause();
    }

    /** With a class loader that has only the JDK, every attribute can be read and every type is an open one. */
    @Test
    void aConsoleNeedsNoneOfOurClasses() throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader jdk = new URLClassLoader(new URL[0], ClassLoader.getPlatformClassLoader()); JMXConnector connector = attached(1)) {
            thread.setContextClassLoader(jdk);
            MBeanServerConnection console = connector.getMBeanServerConnection();
            started(console);
            Set<ObjectName> ours = console.queryNames(new ObjectName("io.ssi:*"), null);
            assertThat(ours).hasSize(3);
            for (ObjectName name : ours) {
                MBeanInfo info = console.getMBeanInfo(name);
                for (MBeanAttributeInfo attribute : info.getAttributes()) {
                    assertThat(attribute.getDescriptor().getFieldValue("openType")).isInstanceOf(OpenType.class);
                    assertThat(OPEN).as(attribute.getName()).contains(attribute.getType());
                    assertThat(attribute.getDescription()).isNotEqualTo(attribute.getName());
                    assertThat(console.getAttribute(name, attribute.getName())).as(name + " " + attribute.getName()).isNotNull();
                }
                for (MBeanOperationInfo operation : info.getOperations()) {
                    assertThat(operation.getDescriptor().getFieldValue("openType")).isInstanceOf(OpenType.class);
                    assertThat(OPEN).contains(operation.getReturnType());
                    assertThat(operation.getDescription()).isNotEqualTo(operation.getName());
                    assertThat(operation.getSignature()).singleElement().extracting(MBeanParameterInfo::getName)
                            .isEqualTo(operation.getName().equals("migrate") ? "node" : "signal");
                }
            }
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
