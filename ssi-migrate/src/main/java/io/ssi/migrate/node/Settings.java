package io.ssi.migrate.node;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.id.VPid;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What a move needs to know of this node.
 *
 * @param java the java executable landing JVMs are started with, of the same JDK as the daemon
 * @param agentJar the agent they are started with
 * @param socket the daemon's Unix socket
 * @param classPaths finds class path entries here, and keeps what was fetched
 * @param imageBytesMax a larger image is refused, as source and as target
 * @param freezeMillisMax a user may not ask for more time to come to a stop
 */
public record Settings(Path java, Path agentJar, Path socket, ClassPathCache classPaths, long imageBytesMax, int freezeMillisMax) {
    /** @throws SsiException LIMIT when the image of a process is too large for this node */
    void checkImage(VPid vpid, long bytes, NodeId self) {
        if (bytes > imageBytesMax) {
            throw new SsiException(ErrorCode.LIMIT, "the image of process " + vpid + " is larger than the " + imageBytesMax
                    + " bytes that node " + self + " allows; raise image-bytes-max there");
        }
    }

    /** @throws SsiException LIMIT when more time is asked for than this node grants */
    void checkWait(Duration wait, NodeId self) {
        if (wait.toMillis() > freezeMillisMax) {
            throw new SsiException(ErrorCode.LIMIT, "a wait of " + wait.toMillis() + " ms is longer than the " + freezeMillisMax
                    + " ms that node " + self + " allows; ask for less, or raise freeze-millis-max there");
        }
    }
}
