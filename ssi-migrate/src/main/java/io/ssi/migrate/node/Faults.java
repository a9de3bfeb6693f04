package io.ssi.migrate.node;

import io.ssi.migrate.MoveEffect;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * For tests: something dies just before a named step of a move. The folder named by the environment variable {@code SSI_FAULTS}
 * holds, for node N, a file {@code N} with a step ({@code source Propose}, {@code target ToPeer.Built}) and an action: {@code halt}
 * the daemon, {@code kill} its JVM of the move, {@code cut} the stream between the daemons, {@code hang-up} on the JVM, {@code hold}
 * the step until the test has removed the file {@code N.held}, so that it can do to others what it likes. It happens once. Without
 * the variable nothing is ever looked at.
 */
final class Faults {
    private static final String FOLDER = System.getenv("SSI_FAULTS");
    private static final Logger LOG = LoggerFactory.getLogger(Faults.class);

    private Faults() {}

    static void before(MoveEffect effect, MoveRun run) {
        if (FOLDER == null) {
            return;
        }
        Path file = Path.of(FOLDER, run.parts.self().toString());
        try {
            String[] words = Files.exists(file) ? Files.readString(file).split("\\s+") : new String[0];
            if (words.length == 3 && words[0].equals(run.side()) && words[1].equals(step(effect))) {
                LOG.warn("a test asks for {} before {} {}", words[2], words[0], words[1]);
                if (words[2].equals("hold")) {
                    hold(file, file.resolveSibling(file.getFileName() + ".held"));
                } else {
                    Files.delete(file);
                    strike(words[2], run);
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("the fault in " + file + " cannot be read", e);
        }
    }

    private static String step(MoveEffect effect) {
        return switch (effect) {
            case MoveEffect.ToJvm to -> "ToJvm." + to.message().getClass().getSimpleName();
            case MoveEffect.ToPeer to -> "ToPeer." + to.message().getClass().getSimpleName();
            default -> effect.getClass().getSimpleName();
        };
    }

    private static void hold(Path file, Path held) throws IOException {
        Files.move(file, held, StandardCopyOption.ATOMIC_MOVE);
        while (Files.exists(held)) {
            LockSupport.parkNanos(10_000_000);
        }
    }

    private static void strike(String action, MoveRun run) {
        switch (action) {
            case "halt" -> Runtime.getRuntime().halt(137);
            case "kill" -> ProcessHandle.of(run.jvmPid()).ifPresent(jvm -> {
                jvm.destroyForcibly();
                jvm.onExit().join();
            });
            case "cut" -> run.cut();
            case "hang-up" -> run.hangUp();
            default -> throw new IllegalStateException("there is no action " + action);
        }
    }
}
