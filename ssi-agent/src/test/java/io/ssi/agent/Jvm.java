package io.ssi.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Starts JVMs as a user does. */
final class Jvm {
    record Result(int status, String out, String err) {}

    static final String AGENT = System.getProperty("ssi.agent.jar");
    private static final long SECONDS_MAX = 40;

    private Jvm() {}

    static List<String> command(String agentOption, Class<?> main) {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        if (agentOption != null) {
            command.add("-javaagent:" + AGENT + (agentOption.isEmpty() ? "" : "=" + agentOption));
        }
        command.addAll(List.of("-cp", Path.of("target", "test-classes").toString(), main.getName()));
        return command;
    }

    static Result run(List<String> command, String input) throws IOException, InterruptedException {
        return run(command, input, Map.of());
    }

    /** With more in its environment. */
    static Result run(List<String> command, String input, Map<String, String> environment) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("ssi-agent-it");
        try {
            Path in = Files.writeString(folder.resolve("in"), input);
            Path out = folder.resolve("out");
            Path err = folder.resolve("err");
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.environment().keySet().removeIf(name -> name.startsWith("SSI_") || name.endsWith("_OPTIONS"));
            builder.environment().putAll(environment);
            Process process = builder.redirectInput(in.toFile()).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
            if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(command + " did not end: " + Files.readString(out) + Files.readString(err));
            }
            return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
        } finally {
            for (String name : new String[] {"in", "out", "err"}) {
                Files.deleteIfExists(folder.resolve(name));
            }
            Files.delete(folder);
        }
    }
}
