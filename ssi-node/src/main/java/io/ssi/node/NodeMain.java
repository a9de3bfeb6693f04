package io.ssi.node;

import io.ssi.core.config.NodeConfig;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.vproc.node.Posix;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.slf4j.LoggerFactory;

/**
 * The daemon's process: {@code [--background] [--keep] [--config FILE] [-o KEY=VALUE]...}, as {@code ssi-node start} calls it. What keeps
 * it from starting is one sentence on standard error and exit code 1 or 2.
 */
public final class NodeMain {
    static final int JAVA = 25;
    private static boolean logsToFile;

    private NodeMain() {}

    public static void main(String[] arguments) {
        try {
            if (Runtime.version().feature() != JAVA) {
                throw new SsiException(ErrorCode.WRONG_JDK, "a node daemon needs JDK " + JAVA + ", this is " + Runtime.version() + " at "
                        + System.getProperty("java.home") + "; set JAVA_HOME");
            }
            run(List.of(arguments));
        } catch (SsiException e) {
            System.err.println("ssi-node: " + e.getMessage());
            if (logsToFile) {
                LoggerFactory.getLogger(NodeMain.class).error("the daemon cannot start: {}", e.getMessage());
                LoggerFactory.getLogger(NodeMain.class).debug("at", e);
                Logging.stop();
            }
            Runtime.getRuntime().halt(e.code().exitCode());
        }
    }

    private static String value(List<String> arguments, int index) {
        if (index == arguments.size()) {
            throw new SsiException(ErrorCode.BAD_ARGUMENT, "behind " + arguments.getLast() + " its value is missing");
        }
        return arguments.get(index);
    }

    private static void run(List<String> arguments) {
        Path file = null;
        List<String> overrides = new ArrayList<>();
        boolean background = false;
        boolean keep = false;
        for (int i = 0; i < arguments.size(); i++) {
            switch (arguments.get(i)) {
                case "--background" -> background = true;
                case "--keep" -> keep = true;
                case "--config" -> file = Path.of(value(arguments, ++i));
                case "-o" -> overrides.add(value(arguments, ++i));
                default -> throw new SsiException(ErrorCode.BAD_ARGUMENT, "the daemon does not know '" + arguments.get(i) + "'");
            }
        }
        NodeConfig config = NodeConfig.load(file, overrides);
        if (background) {
            Posix.setsid();
        }
        Logging.start(config, !background);
        logsToFile = background;
        CountDownLatch stop = new CountDownLatch(1);
        boolean first = !Files.exists(config.stateDir().resolve("cluster"));
        NodeDaemon daemon = new NodeDaemon(config, stop::countDown);
        if (first || keep) {
            config.keep(file, overrides);
        }
        if (!background) {
            System.err.println("ssi-node: " + config.name() + " listens at " + config.address() + ":" + config.port() + ", socket " + config.socket()
                    + "; end it with Ctrl-C");
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            daemon.stopInOrder();
            Logging.stop();
        }, "ssi-stop"));
        try {
            stop.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        System.exit(0);
    }
}
