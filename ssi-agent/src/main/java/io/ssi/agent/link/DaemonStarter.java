package io.ssi.agent.link;

import java.io.File;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Starts a daemon for this host where none runs, as {@code bin/ssi-node start} of the same installation, and says so. */
public final class DaemonStarter {
    private static final long START_SECONDS_MAX = 30;
    private static final int ATTEMPTS_MAX = 100;
    private static final long ATTEMPT_MILLIS = 100;
    private static final int OUTPUT_BYTES_MAX = 4096;

    private final String jar;
    private volatile boolean starting;
    private String socket;

    /** @param jar path of the agent's jar; the installation is found from there unless SSI_HOME names one */
    public DaemonStarter(String jar) {
        this.jar = jar;
    }

    /** Blocks until it answers. Null if that failed, of which one line tells. */
    DaemonSocket start(String path) throws InterruptedException {
        starting = true;
        socket = path;
        File folder = new File(path).getAbsoluteFile().getParentFile();
        if (!folder.isDirectory() && !path.equals(SocketPath.usual())) {
            // Mistyped, mostly: a daemon there would be a cluster of its own, of which nobody looks for the program.
            return failed("there is no folder " + folder + "; is the path right?");
        }
        File command = command();
        if (command == null) {
            return failed("there is no bin/ssi-node in the installation of " + jar + "; set SSI_HOME to the installation");
        }
        try {
            String problem = run(command, path);
            if (problem != null) {
                return failed(problem);
            }
            for (int i = 0; i < ATTEMPTS_MAX; i++) {
                try {
                    return DaemonSocket.connect(path);
                } catch (IOException e) {
                    Thread.sleep(ATTEMPT_MILLIS);
                }
            }
            return failed("it does not listen after " + ATTEMPTS_MAX * ATTEMPT_MILLIS / 1000 + " s; see " + log());
        } catch (IOException e) {
            return failed(e.getMessage());
        }
    }

    /** Null when it ended well, else what it said. */
    private static String run(File command, String path) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command.getPath(), "start");
        builder.environment().put("SSI_SOCKET", path);
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        builder.redirectInput(new File("/dev/null"));
        builder.redirectErrorStream(true);
        File out = File.createTempFile("ssi-node-start", ".out");
        try {
            builder.redirectOutput(out);
            Process process = builder.start();
            if (!process.waitFor(START_SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return command + " start did not end within " + START_SECONDS_MAX + " s";
            }
            return process.exitValue() == 0 ? null : command + " start ended with " + process.exitValue() + ": " + lastLine(out);
        } finally {
            out.delete();
        }
    }

    private static String lastLine(File file) throws IOException {
        try (java.io.FileInputStream in = new java.io.FileInputStream(file)) {
            String text = new String(in.readNBytes(OUTPUT_BYTES_MAX)).trim();
            return text.substring(text.lastIndexOf('\n') + 1);
        }
    }

    /** The daemon that was started gave the program its number. */
    void welcomed(int node) {
        if (starting) {
            starting = false;
            System.err.println("ssi: no node daemon at " + socket + ", started one (node " + node + ", log " + log() + ")");
        }
    }

    private DaemonSocket failed(String why) {
        starting = false;
        System.err.println("ssi: no node daemon at " + socket + " and none could be started: " + why
                + "; the program runs outside the cluster (start one with ssi-node start)");
        return null;
    }

    private String log() {
        File folder = new File(socket).getParentFile();
        return new File(folder, "daemon.log").getPath();
    }

    private File command() {
        String home = System.getProperty("ssi.home", System.getenv("SSI_HOME"));
        File bin;
        if (home != null && !home.isEmpty()) {
            bin = new File(home, "bin");
        } else {
            // ssi-agent/target/ssi-agent.jar of a build, or lib/ssi-agent.jar of an installation.
            File folder = new File(jar).getAbsoluteFile().getParentFile();
            bin = new File(folder.getParentFile(), "bin");
            if (!new File(bin, "ssi-node").canExecute() && folder.getParentFile().getParentFile() != null) {
                bin = new File(folder.getParentFile().getParentFile(), "bin");
            }
        }
        File command = new File(bin, "ssi-node");
        return command.canExecute() ? command : null;
    }
}
