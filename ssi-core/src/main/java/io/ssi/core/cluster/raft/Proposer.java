package io.ssi.core.cluster.raft;

import io.ssi.core.cluster.sys.SysAnswer;
import io.ssi.core.cluster.sys.SysCodec;
import io.ssi.core.cluster.sys.SysCommand;
import io.ssi.core.env.Env;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.OutcomeUnknownException;
import io.ssi.core.error.SsiException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Has commands decided from any node: finds the leader, asks it, and asks again with the same request id until the deadline. Repeating
 * is safe because an answered request id changes nothing. A member hears from its leader who leads; a node outside of the group
 * asks the others, lowest number first because the first nodes vote, and keeps what it was told. Thread-safe, never blocks.
 */
final class Proposer {
    private static final Duration RETRY = Duration.ofMillis(40);
    private static final int ATTEMPT_MILLIS_MAX = 1500;
    static final int PENDING_MAX = 10_000;

    private final int self;
    private final RaftPeer peer;
    private final RaftLinks links;
    private final Env env;
    private final Duration deadline;
    private final AtomicInteger pending = new AtomicInteger();
    /** Who leads as another node told, 0 when none did; only asked outside of the group. */
    private volatile int told;

    Proposer(int self, RaftPeer peer, RaftLinks links, Env env, Duration deadline) {
        this.self = self;
        this.peer = peer;
        this.links = links;
        this.env = env;
        this.deadline = deadline;
    }

    /**
     * Fails with the code of a refusal; NO_QUORUM when surely nothing was done; OutcomeUnknownException when it may have been; LIMIT
     * when {@value #PENDING_MAX} wait already.
     */
    CompletableFuture<SysAnswer> propose(SysCommand command) {
        if (pending.incrementAndGet() > PENDING_MAX) {
            pending.decrementAndGet();
            return CompletableFuture.failedFuture(new SsiException(ErrorCode.LIMIT, PENDING_MAX + " decisions wait for the Raft group already; try again later"));
        }
        Attempt attempt = new Attempt(command);
        attempt.run();
        return attempt.done.whenComplete((_, _) -> pending.decrementAndGet());
    }

    /** The leader as far as this node knows; 0 when it knows none. */
    int leader() {
        int known = peer.leader();
        return known != 0 || peer.isMember() ? known : told;
    }

    private final class Attempt implements Runnable {
        final CompletableFuture<SysAnswer> done = new CompletableFuture<>();
        private final byte[] bytes;
        private final boolean read;
        private final long endNanos = env.time().nanos() + deadline.toNanos();
        private volatile boolean maybeDone; // attempts follow each other, on whatever thread answered the last
        private volatile boolean underWay;
        private volatile int searched;

        Attempt(SysCommand command) {
            bytes = SysCodec.encode(command);
            read = command.isRead();
            env.timers().after(deadline, this::expire);
        }

        @Override
        public void run() {
            if (done.isDone()) {
                return;
            }
            int leader = target();
            if (leader == 0) {
                env.timers().after(RETRY, this);
                return;
            }
            int waitMillis = Math.clamp((endNanos - env.time().nanos()) / 1_000_000, 1, ATTEMPT_MILLIS_MAX);
            underWay = !read;
            CompletableFuture<Proposal> asking = leader == self ? peer.propose(bytes, read) : links.propose(leader, bytes, waitMillis);
            asking.whenComplete((proposal, failure) -> answered(leader, failure == null ? proposal : Proposal.not(Proposal.Outcome.UNKNOWN, 0)));
        }

        private int target() {
            int known = leader();
            if (known == self || (known != 0 && links.isUp(known))) {
                return known;
            }
            List<Integer> others = peer.isMember() ? List.of() : links.others().stream().filter(links::isUp).toList();
            return others.isEmpty() ? 0 : others.get(searched++ % others.size());
        }

        private void answered(int asked, Proposal proposal) {
            underWay = false;
            boolean searching = asked != told;
            switch (proposal.outcome()) {
                case DECIDED -> {
                    told = asked;
                    decided(SysCodec.answer(proposal.answer()));
                    return;
                }
                case NOT_LEADER -> told = searching ? proposal.leader() : 0;
                case BUSY -> told = asked;
                case UNKNOWN -> {
                    told = searching ? told : 0;
                    maybeDone |= !read;
                }
            }
            // Only a search goes on at once: nodes that name each other shall not be asked in a circle.
            boolean found = proposal.outcome() == Proposal.Outcome.NOT_LEADER && searching && told != 0 && !peer.isMember();
            env.timers().after(found ? Duration.ZERO : RETRY, this);
        }

        private void decided(SysAnswer answer) {
            if (answer instanceof SysAnswer.Refused refused) {
                done.completeExceptionally(new SsiException(refused.code(), refused.message()));
            } else {
                done.complete(answer);
            }
        }

        private void expire() {
            if (done.isDone()) {
                return;
            }
            String why = describe();
            done.completeExceptionally(maybeDone || underWay
                    ? new OutcomeUnknownException("the Raft group did not answer within " + deadline.toMillis() + " ms and may have decided: " + why
                            + "; ask again with the same request id", null)
                    : new SsiException(ErrorCode.NO_QUORUM, "the cluster cannot decide: " + why));
        }
    }

    /** Who is missing, as a sentence's end. */
    private String describe() {
        if (!peer.isMember()) {
            return "node " + self + " does not vote, and none of the nodes it reaches " + links.others().stream().filter(links::isUp).toList()
                    + " knows a leader; start more nodes or repair the network";
        }
        List<Integer> voters = peer.voters();
        List<Integer> missing = voters.stream().filter(voter -> voter != self && !links.isUp(voter)).toList();
        int needed = voters.size() / 2 + 1;
        if (voters.size() - missing.size() < needed) {
            return needed + " of the " + voters.size() + " voting nodes " + voters + " are needed and " + missing
                    + (missing.size() == 1 ? " is" : " are") + " not reachable from node " + self + "; start them or repair the network";
        }
        return "no leader answered, though enough of the voting nodes " + voters + " are reachable from node " + self + "; try again";
    }
}
