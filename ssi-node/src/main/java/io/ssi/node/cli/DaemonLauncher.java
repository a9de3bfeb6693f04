package io.ssi.node.cli;

import io.ssi.core.cluster.HazelcastFlags;
import io.ssi.core.config.NodeConfig;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.IoReason;
import io.ssi.core.error.SsiException;
import io.ssi.node.StateDir;
import io.ssi.node.Twin;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Starts the daemon's JVM, in the foreground or in the background, and waits until it answers. */
final class DaemonLauncher {
    /** What a start writes, with room to spare. */
    private static final long DISK_BYTES_MIN = 256 << 10;
    private static final long READY_MILLIS_MAX = 60_000;
    private static final long POLL_MILLIS = 50;
    private static final List<String> JVM = List.of("-Xms32m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-Djava.awt.headless=true");

    private final NodeConfig config;
    private final Path file;
    private final List<String> settings;
    private final boolean keep;

    /** @param keep whether the settings are kept in the state folder even if it is not the node's first start */
    DaemonLauncher(NodeConfig config, Path file, List<String> settings, boolean keep) {
        this.keep = keep;
        this.config = config;
        this.file = file;
        this.settings = settings;
    }

    int foreground() {
        try {
            Process daemon = new ProcessBuilder(command(false)).inheritIO().start();
            // Ctrl-C reaches the daemon as well, which stops in order; TERM only reaches us.
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                daemon.destroy();
                awaitEnd(daemon.pid(), READY_MILLIS_MAX / 1000);
            }));
            return daemon.waitFor();
        } catch (IOException e) {
            throw cannot(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    /** @return one line that says what runs now */
    String background() {
        Optional<Map<String, Object>> running = status();
        if (running.isPresent()) {
            return "runs already: " + describe(running.get());
        }
        Path said = config.stateDir().resolve("start.out");
        Process daemon;
        try {
            StateDir.create(config.stateDir());
            daemon = new ProcessBuilder(command(true)).redirectInput(new File("/dev/null")).redirectErrorStream(true)
                    .redirectOutput(said.toFile()).start();
        } catch (IOException e) {
            throw cannot(e);
        }
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(READY_MILLIS_MAX);
        while (System.nanoTime() < deadline) {
            Optional<Map<String, Object>> ready = status();
            if (ready.isPresent()) {
                boolean ours = Base.number(ready.get(), "pid") == daemon.pid();
                return (ours ? "" : "runs already: ") + describe(ready.get());
            }
            if (ended(daemon) && !anotherIsStarting()) {
                throw new SsiException(daemon.exitValue() == 2 ? ErrorCode.BAD_ARGUMENT : ErrorCode.CANNOT_START, lastWords(said));
            }
        }
        throw new SsiException(ErrorCode.TIMEOUT, "the node daemon (pid " + daemon.pid() + ") is not ready after " + READY_MILLIS_MAX / 1000
                + " s; see " + config.logFile());
    }

    /** Two programs may start a daemon at the same moment: one of them loses, and waits for the other's. */
    private boolean anotherIsStarting() {
        try {
            long pid = Long.parseLong(Files.readString(config.stateDir().resolve("daemon.pid")).strip());
            return Twin.uses(pid, config.stateDir()); // and not the folder that this one is a copy of
        } catch (IOException | NumberFormatException e) {
            return false;
        }
    }

    private static boolean ended(Process daemon) {
        try {
            return daemon.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SsiException(ErrorCode.TIMEOUT, "interrupted while the daemon starts", e);
        }
    }

    /** The sentence the daemon ended with, without the name it puts in front. */
    private String lastWords(Path said) {
        try {
            return Files.readString(said).lines().filter(line -> line.startsWith("ssi-node: ")).reduce((first, last) -> last)
                    .map(line -> line.substring("ssi-node: ".length()))
                    .orElseGet(() -> "the node daemon ended while it started" + orDiskFull(config.stateDir(), "; see " + said + " and " + config.logFile()));
        } catch (IOException e) {
            return "the node daemon ended while it started" + orDiskFull(config.stateDir(), "; see " + config.logFile());
        }
    }

    /** A daemon on a full disk can say nothing: neither its output nor its log takes a word. */
    private static String orDiskFull(Path folder, String otherwise) {
        try {
            long free = Files.getFileStore(folder).getUsableSpace();
            return free >= DISK_BYTES_MIN ? otherwise
                    : ": the disk of state-dir " + folder + " is full, " + free + " bytes are free; make room, or set another state-dir";
        } catch (IOException e) {
            return otherwise;
        }
    }

    private Optional<Map<String, Object>> status() {
        try (DaemonClient daemon = DaemonClient.connect(config.socket())) {
            return Optional.of(Base.object(daemon.ask("status")));
        } catch (SsiException notYet) {
            return Optional.empty();
        }
    }

    static boolean runs(Path socket) {
        try (DaemonClient daemon = DaemonClient.connect(socket)) {
            return daemon != null;
        } catch (SsiException no) {
            return no.code() != ErrorCode.DAEMON_NOT_RUNNING;
        }
    }

    static String describe(Map<String, Object> status) {
        return "node " + Base.text(status, "node") + " (" + Base.text(status, "name") + ") listens at " + Base.text(status, "address") + ", socket "
                + Base.text(status, "socket") + ", log " + Base.text(status, "log");
    }

    static boolean awaitEnd(long pid, long seconds) {
        Optional<ProcessHandle> process = ProcessHandle.of(pid);
        if (process.isEmpty()) {
            return true;
        }
        try {
            process.get().onExit().get(seconds, TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException | ExecutionException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private List<String> command(boolean background) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM);
        command.addAll(HazelcastFlags.JVM);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add("io.ssi.node.NodeMain");
        if (background) {
            command.add("--background");
        }
        if (keep) {
            command.add("--keep");
        }
        if (file != null) {
            command.add("--config");
            command.add(file.toAbsolutePath().toString());
        }
        for (String setting : settings) {
            command.add("-o");
            command.add(setting);
        }
        return command;
    }

    private SsiException cannot(IOException e) {
        return new SsiException(ErrorCode.CANNOT_START, "the node daemon cannot be started: " + IoReason.of(e) + "; is state-dir " + config.stateDir() + " a place this user can write?", e);
    }
}
