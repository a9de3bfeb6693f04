package io.ssi.agent.move;

import io.ssi.core.wire.LinkCodec;
import io.ssi.core.wire.LinkMessage;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * A node daemon reduced to what one process and its moves need, without network or commit: starts a program under the agent and
 * moves it from JVM to JVM on this host. Its standard output goes to one file, whichever JVM writes it.
 */
final class MoveHarness implements AutoCloseable {
    private static final long ANSWER_SECONDS = 120;
    private static final int VPID = 1_000_001;
    /** Stands in a link's queue for the end of its connection. */
    private static final LinkMessage ENDED = new LinkMessage.Resume(-1);

    private final Path folder;
    private final Path socket;
    private final ServerSocketChannel server;
    private final List<String> jvm;
    private final String classPath;
    private final File output;
    private final File errors;
    private final BlockingQueue<Link> arrivals = new LinkedBlockingQueue<>();
    private final List<Process> started = new ArrayList<>();
    private Process current;
    private Link link;
    private long migrations;
    /** In front of the command that starts a landing JVM. */
    List<String> landingsBy = List.of();
    /** What becomes of each part of an image between the two JVMs. */
    Function<LinkMessage, List<LinkMessage>> onTheWay = List::of;
    /** Parts of each pause, microseconds: freeze, capture, write, build. */
    final List<LinkMessage.ImageEnd> images = new ArrayList<>();
    final List<Long> pauses = new ArrayList<>();

    MoveHarness(Path folder, List<String> jvm, String classPath) throws IOException {
        this.folder = folder;
        this.socket = folder.resolve("d.sock");
        this.jvm = jvm;
        this.classPath = classPath;
        this.output = folder.resolve("stdout").toFile();
        this.errors = folder.resolve("stderr").toFile();
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        Thread.ofVirtual().start(this::accept);
    }

    static String agentJar() {
        return Path.of(System.getProperty("ssi.agent.jar", "target/ssi-agent.jar")).toAbsolutePath().toString();
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                Link arrived = new Link(server.accept());
                Thread.ofVirtual().start(arrived::read);
            } catch (IOException e) {
                return;
            }
        }
    }

    /** The harness's end of one JVM's connection. */
    final class Link {
        final SocketChannel channel;
        final OutputStream out;
        final BlockingQueue<LinkMessage> messages = new LinkedBlockingQueue<>();

        Link(SocketChannel channel) {
            this.channel = channel;
            this.out = Channels.newOutputStream(channel);
        }

        void read() {
            try {
                DataInputStream in = new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel)));
                while (true) {
                    LinkMessage message = LinkCodec.read(in);
                    if (message == null) {
                        messages.add(ENDED);
                        return;
                    }
                    if (message instanceof LinkMessage.Hello) {
                        send(new LinkMessage.Welcome(VPID, 1, "test", 1, new byte[0], ""));
                        arrivals.add(this);
                    } else if (!(message instanceof LinkMessage.Report) && !(message instanceof LinkMessage.Exiting)
                            && !(message instanceof LinkMessage.StdinWant)) {
                        messages.add(message);
                    }
                }
            } catch (IOException e) {
                messages.add(ENDED);
            }
        }

        void send(LinkMessage message) throws EndedException {
            try {
                LinkCodec.write(out, message);
                out.flush();
            } catch (IOException e) {
                throw new EndedException();
            }
        }

        /** The next message; a refusal or the end of the JVM is an exception. */
        LinkMessage next() throws Exception {
            LinkMessage message = messages.poll(ANSWER_SECONDS, TimeUnit.SECONDS);
            if (message instanceof LinkMessage.Cannot refused) {
                throw new RefusedException(String.join("\n", refused.reasons()));
            }
            if (message == ENDED) {
                throw new EndedException();
            }
            return message;
        }

        <M extends LinkMessage> M await(Class<M> type) throws Exception {
            LinkMessage message = next();
            if (!type.isInstance(message)) {
                throw new IOException("expected " + type.getSimpleName() + ", got " + message + "\nstderr:\n"
                        + Files.readString(errors.toPath()));
            }
            return type.cast(message);
        }
    }

    static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1;

        RefusedException(String reasons) {
            super(reasons);
        }
    }

    /** The program came to its end before it could be moved. */
    static final class EndedException extends IOException {
        private static final long serialVersionUID = 1;
    }

    void start(String main, String... arguments) throws Exception {
        List<String> command = command("");
        command.add(main);
        command.addAll(List.of(arguments));
        current = launch(command);
        link = arrival();
    }

    private List<String> command(String landing) {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.addAll(jvm);
        command.add("-javaagent:" + agentJar() + "=socket=" + socket + landing);
        command.add("-cp");
        command.add(classPath);
        return command;
    }

    private Process launch(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).directory(folder.toFile())
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output))
                .redirectError(ProcessBuilder.Redirect.appendTo(errors)).start();
        started.add(process);
        return process;
    }

    private Link arrival() throws Exception {
        Link arrived = arrivals.poll(ANSWER_SECONDS, TimeUnit.SECONDS);
        if (arrived == null) {
            throw new IOException("the JVM did not say hello\nstderr:\n" + Files.readString(errors.toPath()));
        }
        return arrived;
    }

    boolean isRunning() {
        return current.isAlive();
    }

    /** Moves the program into a new JVM; a refusal leaves it where it is. */
    void move() throws Exception {
        long migration = ++migrations;
        link.send(new LinkMessage.Prepare(migration));
        LinkMessage.Prepared prepared = link.await(LinkMessage.Prepared.class);
        List<String> command = command(",landing=" + migration);
        command.addAll(List.of("io.ssi.agent.Premain", "landing"));
        command.addAll(0, landingsBy);
        Process target = launch(command);
        Link landing = arrival();
        boolean frozen = false;
        try {
            landing.send(new LinkMessage.Land(migration, List.of(), prepared.classes(), prepared.heapUsed(), new byte[0]));
            landing.await(LinkMessage.LandReady.class);
            long begun = System.nanoTime();
            link.send(new LinkMessage.Freeze(migration, 5000));
            LinkMessage part;
            do {
                part = link.next();
                for (LinkMessage each : onTheWay.apply(part)) {
                    landing.send(each);
                }
            } while (!(part instanceof LinkMessage.ImageEnd));
            images.add((LinkMessage.ImageEnd) part);
            frozen = true;
            landing.await(LinkMessage.Built.class);
            link.send(new LinkMessage.Depart(migration, 0));
            current.waitFor(ANSWER_SECONDS, TimeUnit.SECONDS);
            landing.send(new LinkMessage.Go(migration, (int) migration + 1, new byte[0]));
            landing.await(LinkMessage.Running.class);
            pauses.add((System.nanoTime() - begun) / 1000);
            current = target;
            link = landing;
        } catch (RefusedException | EndedException e) {
            target.destroyForcibly();
            if (frozen) {
                link.send(new LinkMessage.Resume(migration));
                link.await(LinkMessage.Resumed.class);
            }
            throw e;
        }
    }

    /** Asks for a roll-back of a freeze that was complete. */
    void freezeAndResume() throws Exception {
        freezeAndResume(process -> { });
    }

    interface WhileFrozen {
        void accept(Process frozen) throws Exception;
    }

    /** With something that happens while the program stands still. */
    void freezeAndResume(WhileFrozen action) throws Exception {
        long migration = ++migrations;
        link.send(new LinkMessage.Prepare(migration));
        link.await(LinkMessage.Prepared.class);
        link.send(new LinkMessage.Freeze(migration, 5000));
        while (!(link.next() instanceof LinkMessage.ImageEnd)) {
            // the image is not wanted
        }
        action.accept(current);
        link.send(new LinkMessage.Resume(migration));
        link.await(LinkMessage.Resumed.class);
    }

    LinkMessage.Explained explain() throws Exception {
        long migration = ++migrations;
        link.send(new LinkMessage.Explain(migration, 1000));
        return link.await(LinkMessage.Explained.class);
    }

    /** Exit status of the JVM the program is in. */
    int await(long seconds) throws Exception {
        if (!current.waitFor(seconds, TimeUnit.SECONDS)) {
            String threads = threadDump(current);
            throw new IOException("the program did not end in " + seconds + " s\nstdout:\n" + output() + "\nstderr:\n" + errors() + "\nthreads:\n" + threads);
        }
        return current.exitValue();
    }

    private static String threadDump(Process process) throws IOException {
        Process dump = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "jstack").toString(), Long.toString(process.pid()))
                .redirectErrorStream(true).start();
        return new String(dump.getInputStream().readAllBytes());
    }

    String output() throws IOException {
        return Files.readString(output.toPath());
    }

    String errors() throws IOException {
        return Files.readString(errors.toPath());
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Process process : started) {
            process.destroyForcibly();
        }
    }
}
