import java.lang.instrument.Instrumentation;

/** An agent that does nothing: what any -javaagent costs. Like a real one it comes from its jar, and takes what agents take. */
public final class EmptyAgent {
    private EmptyAgent() {}

    public static void premain(String options, Instrumentation instrumentation) {
        // Nothing.
    }
}
