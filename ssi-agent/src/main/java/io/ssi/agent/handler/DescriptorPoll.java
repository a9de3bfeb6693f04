package io.ssi.agent.handler;

import io.ssi.agent.input.DescriptorReader;
import java.io.FileDescriptor;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;

/** Standard input of this JVM: waits by poll(2), as the JDK's own sockets use it. */
public final class DescriptorPoll implements DescriptorReader.Descriptor {
    private static final int POLLIN = 1;
    /** It cannot be interrupted, so it ends now and then by itself. */
    private static final long MILLIS = 60_000;

    /** Of sun.nio.ch.Net; found at the first wait, since most programs never wait. */
    private MethodHandle poll;

    private final Services services;
    private final SsiStandardInput stream;

    public DescriptorPoll(Services services, SsiStandardInput stream) {
        this.services = services;
        this.stream = stream;
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

    @Override
    public int read(byte[] to) throws IOException {
        return stream.readHere(to, 0, to.length);
    }

    @Override
    public void close() throws IOException {
        stream.closeHere();
    }
}
