/** An agent that does nothing: what any -javaagent costs. */
public final class EmptyAgent {
    private EmptyAgent() {}

    public static void premain(String options) {
        // Nothing.
    }
}
