package io.ssi.node.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/** Runs commands inside the test's JVM and keeps what the last one printed. */
public final class CommandRunner {
    private StringWriter out = new StringWriter();
    private StringWriter err = new StringWriter();

    public int run(String... arguments) {
        out = new StringWriter();
        err = new StringWriter();
        return Main.run(arguments, new PrintWriter(out), new PrintWriter(err));
    }

    public String out() {
        return out.toString();
    }

    public String err() {
        return err.toString();
    }
}
