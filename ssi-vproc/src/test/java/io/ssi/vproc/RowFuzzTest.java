package io.ssi.vproc;

import static org.assertj.core.api.Assertions.assertThat;

import io.ssi.core.Fuzz;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.id.VPid;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rows of the process table, as other nodes wrote them. */
@Timeout(600)
class RowFuzzTest {
    private static ProcessRow row(Optional<ExitStatus> exit) {
        return new ProcessRow(new VPid(1000001), 2, 1000000, new NodeId(1), 4711, "user", ProcessState.UNDECIDED, new ProcessRow.Usage(7, 100, 200), 5,
                "Main grüße", "/", 3, exit);
    }

    @Test
    void rows() {
        Fuzz.run(List.of(RowCodec.encode(row(Optional.empty())), RowCodec.encode(row(Optional.of(ExitStatus.killed(9))))),
                e -> e instanceof SsiException refused && refused.code() == ErrorCode.BAD_FRAME,
                input -> assertThat(RowCodec.decode(RowCodec.encode(RowCodec.decode(input)))).isNotNull());
    }
}
