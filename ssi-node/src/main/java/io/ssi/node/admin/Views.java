package io.ssi.node.admin;

import io.ssi.core.cluster.Membership;
import io.ssi.core.id.VPid;
import io.ssi.core.json.Json;
import io.ssi.core.net.Transport;
import io.ssi.vproc.ExitStatus;
import io.ssi.vproc.ProcessRow;
import io.ssi.vproc.node.VprocService;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The state of the cluster as JSON values. Field names are the commands' interface: they are added to, never changed. */
public final class Views {
    /** So long after the start of the daemon its view is waited for. */
    private static final long KNOWN_MILLIS_MAX = 6_000;
    /** Programs look for the daemon of their host twice a second, and the group is asked for the place of each. */
    private static final long RETURN_MILLIS = 1_500;
    private static final long LOOK_MILLIS = 50;

    private final Membership membership;
    private final VprocService processes;
    private final NodeStats stats;
    private final Transport transport;
    private final long returnMillis;
    private final long startedNanos = System.nanoTime();

    /** @param again whether an earlier life of this daemon had programs, perhaps */
    public Views(Membership membership, VprocService processes, NodeStats stats, Transport transport, boolean again) {
        this.returnMillis = again ? RETURN_MILLIS : 0;
        this.membership = membership;
        this.processes = processes;
        this.stats = stats;
        this.transport = transport;
    }

    public List<Object> nodes() {
        Map<Integer, Integer> counts = new HashMap<>();
        for (ProcessRow row : processes.rows()) {
            if (!row.isZombie()) {
                counts.merge(row.node().number(), 1, Integer::sum);
            }
        }
        long now = System.currentTimeMillis();
        List<Object> nodes = new ArrayList<>();
        for (Membership.Node node : membership.nodes()) {
            boolean alive = node.state() == Membership.State.UP || node.state() == Membership.State.SUSPECT;
            Optional<NodeStats.Stats> told = alive ? stats.of(node.id()) : Optional.empty();
            nodes.add(Json.object("node", node.id().number(), "name", node.name(), "address", node.address(), "state", node.state().name(),
                    "sinceMillis", node.sinceMillis(), "uptimeMillis", told.map(known -> (Object) (now - known.startedMillis())).orElse(null),
                    "load", told.filter(known -> known.load() >= 0).map(known -> (Object) hundredths(known.load())).orElse(null),
                    "cores", told.map(known -> (Object) known.cores()).orElse(null), "processes", alive ? (Object) counts.getOrDefault(node.id().number(), 0) : null,
                    "self", node.id().equals(membership.self())));
        }
        return nodes;
    }

    private static double hundredths(double value) {
        return Math.round(value * 100) / 100.0;
    }

    public List<Object> refusals() {
        List<Object> refusals = new ArrayList<>();
        for (Transport.Refusal refusal : transport.refusals()) {
            refusals.add(Json.object("atMillis", refusal.atMillis(), "address", refusal.address(), "reason", refusal.reason()));
        }
        return refusals;
    }

    public List<Object> history() {
        List<Object> history = new ArrayList<>();
        for (Membership.Change change : membership.history()) {
            history.add(Json.object("atMillis", change.atMillis(), "node", change.node().number(), "from",
                    change.from() == null ? null : change.from().name(), "to", change.to().name(), "cause", change.cause()));
        }
        return history;
    }

    /** All processes as far as they are known. Blocks for some seconds while that is not all, because this daemon has just started. */
    public List<Object> processesOnceKnown() {
        while (upMillis() < KNOWN_MILLIS_MAX && !isComplete() && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS));
        }
        return processes();
    }

    /** The programs of this host are back, and each node that is there has been heard. */
    private boolean isComplete() {
        return upMillis() >= returnMillis && membership.nodes().stream().allMatch(node -> switch (node.state()) {
            case UP, SUSPECT -> stats.of(node.id()).isPresent();
            case JOINING -> false;
            case DOWN, LEFT -> true;
        });
    }

    private long upMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNanos);
    }

    private List<Object> processes() {
        List<Object> rows = new ArrayList<>();
        processes.rows().forEach(row -> rows.add(process(row)));
        return rows;
    }

    public List<ProcessRow> rows() {
        return processes.rows();
    }

    public Optional<ProcessRow> row(VPid vpid) {
        return processes.row(vpid);
    }

    public static Map<String, Object> process(ProcessRow row) {
        Map<String, Object> object = Json.object("vpid", row.vpid().value(), "parent", row.parent(), "node", row.node().number(), "origin",
                row.vpid().origin().number(), "osPid", row.osPid(), "user", row.user(), "state", row.state().name(), "threads", row.usage().threads(),
                "cpuMillis", row.usage().cpuMillis(), "heapBytes", row.usage().heapBytes(), "startMillis", row.startMillis(), "command", row.command(),
                "incarnation", row.incarnation(), "workDir", row.workDir(), "deputyNode", row.deputyNode() == 0 ? null : row.deputyNode());
        row.exit().ifPresent(exit -> object.put("exit", exit(exit)));
        return object;
    }

    public static Map<String, Object> exit(ExitStatus exit) {
        return Json.object("status", exit.status(), "signal", exit.signal(), "cause", exit.cause());
    }
}
