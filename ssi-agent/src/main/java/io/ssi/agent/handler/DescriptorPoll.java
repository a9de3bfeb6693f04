package io.ssi.agent.handler;

import java.io.FileDescriptor;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;

/** poll(2) of standard input, as the JDK's own sockets use it. */
public final class DescriptorPoll implements LocalInput.Poll {
    private static final int POLLIN = 1;
    /** It cannot be interrupted, so it ends now and then by itself. */
    private static final long MILLIS = 60_000;

    /** Of sun.nio.ch.Net; found at the first wait, since most programs never wait. */
    private MethodHandle poll;

    private final Services services;

    public DescriptorPoll(Services services) {
        this.services = services;
    }

    @Override
    public void awaitReadable() throws IOException {
        try {
            if (poll == null) {
                poll = services.trusted().findStatic(Class.forName("sun.nio.ch.Net"), "poll",
                        MethodType.methodType(int.class, FileDescriptor.class, int.class, long.class));
            }
            while ((int) poll.invokeExact(FileDescriptor.in, POLLIN, MILLIS) == 0) {
                // Nothing yet.
            }
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException("standard input cannot be waited for on this JDK", e);
        }
    }
}
