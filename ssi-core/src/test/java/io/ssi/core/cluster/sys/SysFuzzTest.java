package io.ssi.core.cluster.sys;

import io.ssi.core.Fuzz;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Commands to the group, its answers, and its state as a new member gets it. */
@Timeout(600)
class SysFuzzTest {
    private static final List<SysCommand> COMMANDS = List.of(new SysCommand.RegisterNode(1, new UUID(1, 2), "n1", "10.0.0.1:7700"),
            new SysCommand.VPidBlock(2, 1, 100), new SysCommand.PlaceBorn(3, 1_000_001, 1, 1), new SysCommand.PlaceMove(4, 1_000_001, 1, 1, 0, 2),
            new SysCommand.PlaceVeto(5, 1_000_001, 2, 2), new SysCommand.SetKey(6, "key", 0, new byte[] {1, 2, 3}), new SysCommand.ReadNodes());

    private static Predicate<Throwable> refused(ErrorCode code) {
        return e -> e instanceof SsiException refused && refused.code() == code;
    }

    @Test
    void commands() {
        Fuzz.run(COMMANDS.stream().map(SysCodec::encode).toList(), refused(ErrorCode.BAD_FRAME), SysCodec::command);
    }

    @Test
    void answers() {
        var nodes = new TreeMap<Integer, SysState.NodeRow>();
        nodes.put(1, new SysState.NodeRow(new UUID(1, 2), "n1", "10.0.0.1:7700"));
        Fuzz.run(Stream.<SysAnswer>of(new SysAnswer.Number(5), new SysAnswer.PlaceRow(1_000_001, 1, 1, 0, 4), new SysAnswer.Fenced(true, 7, new byte[] {1}),
                new SysAnswer.Refused(ErrorCode.LIMIT, "full"), new SysAnswer.Nodes(nodes)).map(SysCodec::encode).toList(), refused(ErrorCode.BAD_FRAME),
                SysCodec::answer);
    }

    @Test
    void snapshots() {
        SysState state = new SysState(SysListener.NONE);
        for (SysCommand command : COMMANDS) {
            state.apply(state.commitIndex + 1, command);
        }
        Fuzz.run(List.of(SysSnapshot.write(state)), refused(ErrorCode.BAD_CONFIG), input -> SysSnapshot.read(input, new SysState(SysListener.NONE)));
    }
}
