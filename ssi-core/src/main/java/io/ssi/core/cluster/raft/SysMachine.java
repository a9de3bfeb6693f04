package io.ssi.core.cluster.raft;

import io.microraft.statemachine.StateMachine;
import io.ssi.core.cluster.sys.SysCodec;
import io.ssi.core.cluster.sys.SysCommand;
import io.ssi.core.cluster.sys.SysState;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** Hands committed commands to the pure state, and its snapshot in chunks to the group. */
final class SysMachine implements StateMachine {
    private static final int CHUNK_BYTES_MAX = 256 * 1024;

    private final SysState state;

    SysMachine(SysState state) {
        this.state = state;
    }

    @Override
    public Object runOperation(long commitIndex, Object operation) {
        return SysCodec.encode(state.apply(commitIndex, SysCodec.command((byte[]) operation)));
    }

    @Override
    public void takeSnapshot(long commitIndex, Consumer<Object> chunks) {
        byte[] bytes = state.snapshot();
        for (int at = 0; at < bytes.length; at += CHUNK_BYTES_MAX) {
            chunks.accept(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + CHUNK_BYTES_MAX)));
        }
    }

    @Override
    public void installSnapshot(long commitIndex, List<Object> chunks) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        chunks.forEach(chunk -> bytes.writeBytes((byte[]) chunk));
        state.restore(bytes.toByteArray());
        if (state.commitIndex() > commitIndex) {
            throw new SsiException(ErrorCode.INTERNAL, "a snapshot at " + commitIndex + " holds commit " + state.commitIndex());
        }
    }

    @Override
    public Object getNewTermOperation() {
        return SysCodec.encode(new SysCommand.NoOperation());
    }
}
