package io.ssi.node.admin;

import io.ssi.core.cluster.Membership;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.id.VPid;
import io.ssi.vproc.ProcessRow;
import io.ssi.vproc.node.MigrationService;
import io.ssi.vproc.node.Whereabouts;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Checks what can be known without asking anybody, and passes moves on to migration. For commands and consoles alike. */
public final class Moves {
    static final Duration WAIT_DEFAULT = Duration.ofSeconds(5);

    private final Membership membership;
    private final Whereabouts processes;
    private final MigrationService migrations;

    public Moves(Membership membership, Whereabouts processes, MigrationService migrations) {
        this.membership = membership;
        this.processes = processes;
        this.migrations = migrations;
    }

    /** A live process. @throws SsiException NO_SUCH_PROCESS, or NODE_DOWN when it is out of reach */
    public ProcessRow process(VPid vpid) {
        return processes.live(vpid);
    }

    /** @throws SsiException NO_SUCH_PROCESS, NO_SUCH_NODE, NODE_DOWN or ALREADY_THERE, at once; what is found out later fails the future */
    public CompletableFuture<String> move(VPid vpid, String node, String user, Duration wait, Consumer<String> progress) {
        ProcessRow row = process(vpid);
        NodeId target = upNode(node);
        if (row.node().equals(target)) {
            throw new SsiException(ErrorCode.ALREADY_THERE, "process " + vpid + " is on node " + target + " already");
        }
        return migrations.migrate(vpid, target, user, wait, progress);
    }

    public CompletableFuture<String> explain(VPid vpid, String user, Duration wait) {
        return migrations.explain(process(vpid).vpid(), user, wait);
    }

    /** The migrations of this daemon as a JSON array. */
    public String recent() {
        return migrations.recent();
    }

    /** A node by number or name that is up. */
    private NodeId upNode(String text) {
        List<Membership.Node> named = membership.nodes().stream()
                .filter(node -> node.name().equals(text) || node.id().toString().equals(text)).toList();
        if (named.isEmpty()) {
            throw new SsiException(ErrorCode.NO_SUCH_NODE, "there is no node '" + text + "'; ssi-cluster shows all");
        }
        if (named.size() > 1) {
            throw new SsiException(ErrorCode.BAD_ARGUMENT, named.size() + " nodes are called '" + text + "'; use the number");
        }
        Membership.Node node = named.getFirst();
        if (node.state() != Membership.State.UP) {
            throw new SsiException(ErrorCode.NODE_DOWN, "node " + node.id() + " (" + node.name() + ") is " + node.state()
                    + (node.state() == Membership.State.LEFT ? "; start its daemon again on its host (ssi-node start), or choose another node" : "; see ssi-cluster --history"));
        }
        return node.id();
    }
}
