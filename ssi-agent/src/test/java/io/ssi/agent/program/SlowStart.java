package io.ssi.agent.program;

/** Another agent, that takes its time before main. */
public final class SlowStart {
    private static final long MILLIS = 2_000;

    private SlowStart() {}

    public static void premain(String arguments) throws InterruptedException {
        Thread.sleep(MILLIS);
    }
}
