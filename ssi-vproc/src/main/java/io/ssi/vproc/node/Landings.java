package io.ssi.vproc.node;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.net.Transport;
import io.ssi.core.wire.LinkMessage;
import io.ssi.core.id.VPid;
import io.ssi.vproc.ExitStatus;
import io.ssi.vproc.ProcessRow;
import java.io.File;
import java.io.IOException;
import java.io.FileOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the JVMs that processes move into. Order of use on the target: {@link #start}, wait for {@link Landing#link}, talk to it,
 * and after the commit {@link ProcessRegistry#adopt}, {@link #readyToGo}, Go. On the source after the commit:
 * {@link #departToken}, Depart, {@link ProcessRegistry#release}. Thread-safe.
 */
public final class Landings {
    private static final long CONNECT_SECONDS = 30;
    private static final Logger LOG = LoggerFactory.getLogger(Landings.class);

    private final VprocService service;
    private final Deputies deputies;
    private final Transport transport;
    private final Path pipes;
    private final Map<Long, Landing> expected = new ConcurrentHashMap<>();

    /** @param pipes a folder of the daemon's own, for named pipes */
    public Landings(VprocService service, Deputies deputies, Transport transport, Path pipes) {
        this.service = service;
        this.deputies = deputies;
        this.transport = transport;
        this.pipes = pipes;
    }

    public long newToken() {
        return deputies.newToken();
    }

    /**
     * Starts the landing JVM: inside the process's deputy when that is here and alive, else as a child of the daemon.
     *
     * @throws SsiException CANNOT_START when the command line cannot be run here
     */
    public Landing start(LandingSpec spec) {
        Deputy deputy = deputies.find(spec.vpid().value()).filter(Deputy::isPresent).orElse(null);
        Landing landing;
        if (deputy != null) {
            landing = new Landing(spec, transport.self().number(), deputy);
            expected.put(spec.token(), landing);
            deputy.becomeLanding(new LinkMessage.BecomeLanding(atHome(spec.argv(), deputy.token), spec.environment(), spec.workDir()));
        } else {
            landing = startChild(spec);
        }
        landing.link().orTimeout(CONNECT_SECONDS, TimeUnit.SECONDS).whenComplete((link, failure) -> {
            expected.remove(spec.token());
            if (failure != null) {
                landing.kill();
            }
        });
        return landing;
    }

    /** The agent of a landing at home is told so: it has the terminal, and is the deputy again if the process does not come. */
    private static List<String> atHome(List<String> argv, long deputyToken) {
        return argv.stream().map(argument -> argument.startsWith("-javaagent:") && argument.contains("=landing=") ? argument + ",home=" + deputyToken : argument).toList();
    }

    /**
     * A landing JVM connected: answers Welcome, with incarnation 0 because it is none before Go.
     *
     * @throws SsiException NO_SUCH_PROCESS for a token nobody waits for: refuse it
     */
    public void hello(LinkMessage.Hello hello, HostLink link, String nodeName) {
        Landing landing = expected.remove(hello.token());
        if (landing == null) {
            throw new SsiException(ErrorCode.NO_SUCH_PROCESS, "no migration waits for this landing JVM any more; it must end");
        }
        link.send(new LinkMessage.Welcome(landing.spec().vpid().value(), transport.self().number(), nodeName, 0, new byte[0],
                service.kept()));
        link.attach(new BeforeAdoption());
        landing.home().ifPresent(deputy -> {
            link.attach(deputies.new DeputySession(deputy, link));
            deputy.connected(link);
        });
        landing.arrived(link);
    }

    /** Until it is adopted a landing is no process: what every agent tells about itself is not for the coordinator. */
    private static final class BeforeAdoption implements Session {
        @Override
        public boolean message(LinkMessage message) {
            return message instanceof LinkMessage.Report || message instanceof LinkMessage.Exiting;
        }

        @Override
        public void closed() {
            // Whoever started the landing watches its connection.
        }
    }

    /** Token for Depart: the source becomes a deputy when it holds the terminal, else (0) it ends at once. */
    public long departToken(ProcessRow atSource) {
        return atSource.deputyNode() == 0 ? deputies.expect(atSource) : 0;
    }

    /**
     * Completes when Go may be sent. At home the program writes to the terminal itself, so all earlier output has to be there first;
     * elsewhere that is sorted out at the deputy, and there is nothing to wait for.
     */
    public CompletableFuture<Void> readyToGo(Landing landing, ProcessRow adopted) {
        Deputy deputy = landing.home().orElse(null);
        if (deputy == null) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> ready = new CompletableFuture<>();
        Thread.ofVirtual().name("ssi-home-" + adopted.vpid()).start(() -> {
            try {
                deputy.drained(adopted.incarnation());
                deputies.remove(deputy);
                landing.deputyEnds();
                ready.complete(null);
            } catch (InterruptedException e) {
                ready.completeExceptionally(e);
            }
        });
        return ready;
    }

    private Landing startChild(LandingSpec spec) {
        Path out = pipes.resolve(Long.toHexString(spec.token()) + ".out");
        Path err = pipes.resolve(Long.toHexString(spec.token()) + ".err");
        OutputForwarder[] outputs = {new OutputForwarder(transport, service, spec.vpid(), 1, out),
            new OutputForwarder(transport, service, spec.vpid(), 2, err)};
        ProcessBuilder builder = new ProcessBuilder(spec.argv()).directory(new File(spec.workDir()))
                .redirectInput(new File("/dev/null")).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().clear();
        for (String variable : spec.environment()) {
            int equals = variable.indexOf('=');
            if (equals > 0) {
                builder.environment().put(variable.substring(0, equals), variable.substring(equals + 1));
            }
        }
        if (!Files.isDirectory(Path.of(spec.workDir()))) {
            throw new SsiException(ErrorCode.CANNOT_START, "the work folder " + spec.workDir() + " of process " + spec.vpid()
                    + " does not exist on node " + transport.self() + "; make it there");
        }
        Posix.mkfifo(out);
        Posix.mkfifo(err);
        outputs[0].start();
        outputs[1].start();
        Landing landing;
        try {
            Process child = builder.start();
            landing = new Landing(spec, transport.self().number(), child, outputs);
            expected.put(spec.token(), landing);
            Thread.ofPlatform().daemon(true).name("ssi-wait-" + spec.vpid()).start(() -> awaitExit(landing, child, outputs));
        } catch (IOException e) {
            release(out);
            release(err);
            throw new SsiException(ErrorCode.CANNOT_START, "the landing JVM cannot be started on node " + transport.self() + ": " + e.getMessage(), e);
        }
        return landing;
    }

    /** The forwarder of a pipe that nobody opened for writing waits in open(2); opening and closing it gives it its end of file. */
    private static void release(Path pipe) {
        if (Files.exists(pipe)) {
            try (FileOutputStream writer = new FileOutputStream(pipe.toFile())) {
                writer.flush();
            } catch (IOException e) {
                LOG.debug("pipe {}: {}", pipe, e.toString());
            }
        }
    }

    private void awaitExit(Landing landing, Process child, OutputForwarder[] outputs) {
        try {
            ExitStatus exit = exitOf(child.waitFor());
            // The end is told at once; at the deputy it comes after the output in any case.
            landing.ended().complete(exit);
            OutputForwarder.drain(List.of(outputs));
            landing.exited(exit);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The JDK gives 128 + number both for a signal and for such an exit status; a status the program announced decides later. */
    private static ExitStatus exitOf(int value) {
        return value > 128 && value <= 128 + 31 ? ExitStatus.killed(value - 128) : ExitStatus.exited(value);
    }
}
