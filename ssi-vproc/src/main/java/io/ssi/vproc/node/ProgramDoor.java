package io.ssi.vproc.node;

import io.ssi.core.cluster.Consensus;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.VPid;
import io.ssi.core.wire.LinkMessage;
import io.ssi.vproc.ProcessRow;
import io.ssi.vproc.ProcessState;
import io.ssi.vproc.RowCodec;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where programs of this host come in: a new one gets a number, one that knew an earlier life of the daemon is taken in again. */
public final class ProgramDoor {
    private static final long PLACE_CHECK_MILLIS = 2_000;
    private static final Logger LOG = LoggerFactory.getLogger(ProgramDoor.class);

    private final VprocService.Parts parts;
    private final VprocService service;

    public ProgramDoor(VprocService.Parts parts, VprocService service) {
        this.parts = parts;
        this.service = service;
    }

    /**
     * A program connected, for the first time or again. May block while numbers are fetched.
     *
     * @return the answer to send; after it a JVM that is undecided waits to be told the outcome of its move
     * @throws SsiException NO_QUORUM, LIMIT, NOT_PERMITTED or STALE_INCARNATION: refuse the connection with it
     */
    public LinkMessage.Welcome hello(LinkMessage.Hello hello, HostLink link) {
        ProcessRow row;
        if (hello.vpid() == 0) {
            row = born(hello, link);
            service.born(row, link);
            LOG.info("process {} started: {} (host OS pid {}, user {})", row.vpid(), row.command(), row.osPid(), row.user());
        } else {
            row = returned(hello, link);
            if (hello.undecided() == 0) {
                refuseStale(row.vpid(), row.incarnation());
            }
            service.returned(row, link, hello.undecided() != 0);
            LOG.info("process {} is connected again{}: {} (host OS pid {}, user {})", row.vpid(), hello.undecided() == 0 ? "" : ", undecided",
                    row.command(), row.osPid(), row.user());
        }
        return new LinkMessage.Welcome(row.vpid().value(), parts.self().number(), parts.nodeName(), row.incarnation(), RowCodec.encode(row),
                parts.kept().toString());
    }

    private ProcessRow born(LinkMessage.Hello hello, HostLink link) {
        if (service.count() >= VprocService.PROCESSES_MAX) {
            throw new SsiException(ErrorCode.LIMIT, "node " + parts.self() + " runs " + VprocService.PROCESSES_MAX
                    + " processes, the limit; end some or use another node");
        }
        return fresh(parts.pool().next(number -> service.row(new VPid(number)).isPresent()), 1, hello, link);
    }

    private ProcessRow fresh(VPid vpid, int incarnation, LinkMessage.Hello hello, HostLink link) {
        String command = hello.arguments().isEmpty() ? hello.command() : hello.command() + " " + String.join(" ", hello.arguments());
        return new ProcessRow(vpid, incarnation, liveParent(hello.parentVPid()), parts.self(), link.osPid(), link.peerUser(), ProcessState.RUNNING,
                ProcessRow.Usage.NONE, hello.startMillis(), command, hello.workDir(), 0, Optional.empty());
    }

    /**
     * What the JVM kept for us, or if it has nothing what the cluster still knows, with what cannot be forged put right. Whether its parent has
     * ended meanwhile is looked at later: it may only be out of reach.
     */
    private ProcessRow returned(LinkMessage.Hello hello, HostLink link) {
        VPid vpid = new VPid(hello.vpid());
        int incarnation = Math.max(1, hello.incarnation());
        Optional<ProcessRow> told = service.row(vpid);
        if (told.isPresent() && !told.get().user().equals(link.peerUser())) {
            throw new SsiException(ErrorCode.NOT_PERMITTED, "process " + vpid + " belongs to " + told.get().user() + ", not to " + link.peerUser());
        }
        Optional<ProcessRow> kept = hello.row().length == 0 ? told : Optional.of(RowCodec.decode(hello.row()));
        return kept.filter(row -> row.vpid().equals(vpid) && row.incarnation() == incarnation)
                .map(row -> new ProcessRow(vpid, incarnation, row.parent(), parts.self(), link.osPid(), link.peerUser(),
                        ProcessState.RUNNING, row.usage(), row.startMillis(), row.command(), row.workDir(), row.deputyNode(), Optional.empty()))
                .orElseGet(() -> fresh(vpid, incarnation, hello, link));
    }

    /** One without a row may be out of reach, or about to connect again; whether it has ended is looked at later. */
    private int liveParent(int parent) {
        return parent > 0 && service.row(new VPid(parent)).filter(ProcessRow::isZombie).isEmpty() ? parent : 0;
    }

    /** A JVM that was away may have been replaced meanwhile. Without a quorum nothing can have replaced it just now, so it may go on. */
    private void refuseStale(VPid vpid, int incarnation) {
        Optional<Consensus.Place> place;
        try {
            place = parts.consensus().place(vpid).get(PLACE_CHECK_MILLIS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.info("process {} is adopted without a look at its place: {}", vpid, e.toString());
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        if (place.isPresent() && (place.get().incarnation() != incarnation || !place.get().node().equals(parts.self()))) {
            throw VprocService.stale(vpid, incarnation, place.get().incarnation(), place.get().node());
        }
    }
}
