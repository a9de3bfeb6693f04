package io.ssi.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A JVM as its user started it: what is typed goes to its standard input, what it prints is kept. */
final class Program implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    final Process process;
    private final StringBuffer out = new StringBuffer();
    private final StringBuffer err = new StringBuffer();
    private final OutputStream keyboard;
    private final List<Thread> readers;

    /** @param socket of the daemon it starts under; null for a plain JVM */
    Program(Path socket, Path classes, List<String> jvm, String main, String... arguments) throws IOException {
        this(socket, classes.toFile().isDirectory() ? classes : classes.getParent(), Map.of(), options(jvm, "-cp", classes.toString(), main), arguments);
    }

    /** With a class path among the options, and these variables in its environment. */
    Program(Path socket, Path workFolder, Map<String, String> environment, List<String> options, String... arguments) throws IOException {
        this(workFolder, environment, command(socket, options, arguments));
    }

    /** Started by a shell that ignores these signals, as nohup does. */
    static Program ignoring(String signals, Path socket, Path classes, String main) throws IOException {
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", "trap '' " + signals + "; exec \"$@\"", "sh"));
        command.addAll(command(socket, List.of("-cp", classes.toString(), main)));
        return new Program(classes, Map.of(), command);
    }

    private static List<String> command(Path socket, List<String> options, String... arguments) {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx64m", "-XX:+UseSerialGC"));
        if (socket != null) {
            command.add("-javaagent:" + System.getProperty("ssi.agent.jar") + "=socket=" + socket);
        }
        command.addAll(options);
        command.addAll(List.of(arguments));
        return command;
    }

    private Program(Path workFolder, Map<String, String> environment, List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(workFolder.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("SSI_"));
        builder.environment().putAll(environment);
        process = builder.start();
        keyboard = process.getOutputStream();
        readers = List.of(Thread.startVirtualThread(() -> keep(process.getInputStream(), out)),
                Thread.startVirtualThread(() -> keep(process.getErrorStream(), err)));
    }

    private static List<String> options(List<String> jvm, String... more) {
        List<String> all = new ArrayList<>(jvm);
        all.addAll(List.of(more));
        return all;
    }

    private static void keep(InputStream from, StringBuffer to) {
        byte[] buffer = new byte[4096];
        try {
            for (int n = from.read(buffer); n > 0; n = from.read(buffer)) {
                to.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
            }
        } catch (IOException e) {
            // It was ended.
        }
    }

    void type(String line) {
        try {
            keyboard.write((line + "\n").getBytes(StandardCharsets.ISO_8859_1));
            keyboard.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(this + " does not read any more; it said: " + err, e);
        }
    }

    /** As a user does by kill(1). */
    void signal(String name) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).inheritIO().start().waitFor()).isZero();
    }

    /** Nobody reads its standard output any more, as when {@code head} has seen enough; one line that is on its way may still be read. */
    void hangUp() throws IOException {
        process.getInputStream().close();
    }

    void endOfInput() throws IOException {
        keyboard.close();
    }

    String out() {
        return out.toString();
    }

    String err() {
        return err.toString();
    }

    /** Types a line and waits for what the program answers to it, which is one line. */
    String answer(String line) {
        int before = out.length();
        type(line);
        await().pollInterval(Duration.ofMillis(20)).atMost(PATIENCE)
                .untilAsserted(() -> assertThat(out.substring(before)).as("answer to %s; standard error: %s", line, err).endsWith("\n"));
        return out.substring(before).strip();
    }

    void awaitOut(String text) {
        await().pollInterval(Duration.ofMillis(20)).atMost(PATIENCE).untilAsserted(() -> assertThat(out()).as("standard error: %s", err).contains(text));
    }

    /** Waits for its end, of the OS process that was started, and for the last of its output. */
    int exitCode() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).as("%s ends; it said: %s %s", this, out, err).isTrue();
        for (Thread reader : readers) {
            assertThat(reader.join(PATIENCE)).isTrue();
        }
        return process.exitValue();
    }

    @Override
    public String toString() {
        return "program with host OS pid " + process.pid();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
