package io.ssi.agent.handler;

import io.ssi.agent.input.DescriptorReader;
import java.io.IOException;

/** Standard input where the program's terminal is: file descriptor 0. */
public final class LocalInput implements StandardInput.Source, DescriptorReader.Sink {
    private final SsiStandardInput stream;
    private final DescriptorReader reader;
    private StandardInput target;

    public LocalInput(SsiStandardInput stream, DescriptorReader.Descriptor descriptor) {
        this.stream = stream;
        this.reader = new DescriptorReader(descriptor, this);
    }

    /** Once, before the first read. */
    public void target(StandardInput input) {
        target = input;
    }

    @Override
    public int readNow(byte[] to, int offset, int length) throws IOException {
        int ready = availableNow();
        return ready == 0 ? 0 : Math.max(0, stream.readHere(to, offset, Math.min(length, ready)));
    }

    @Override
    public int availableNow() throws IOException {
        return stream.availableHere();
    }

    @Override
    public void want(long position, int max) {
        reader.want(max);
    }

    @Override
    public void stop() {
        reader.stop();
    }

    @Override
    public boolean close(long position) {
        try {
            stream.closeHere();
        } catch (IOException e) {
            // The program itself has closed it, then.
        }
        return true;
    }

    @Override
    public void read(byte[] piece) {
        target.arrived(piece);
    }

    @Override
    public void failed(IOException cause) {
        target.failed(cause);
    }
}
