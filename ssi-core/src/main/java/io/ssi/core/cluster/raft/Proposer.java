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
 * is safe because an answered request id changes nothing. Thread-safe, never blocks.
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

    private final class Attempt implements Runnable {
        final CompletableFuture<SysAnswer> done = new CompletableFuture<>();
        private final byte[] bytes;
        private final boolean read;
        private final long endNanos = env.time().nanos() + deadline.toNanos();
        private volatile boolean maybeDone; // attempts follow each other, on whatever thread answered the last
        private volatile boolean underWay;
        private volatile int hint;
        private volatile int asked;

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
            asking.whenComplete((proposal, failure) -> answered(failure == null ? proposal : Proposal.not(Proposal.Outcome.UNKNOWN, 0)));
        }

        private int target() {
            int known = peer.leader();
            if (known == 0) {
                known = hint;
            }
            hint = 0;
            if (known == self || (known != 0 && links.isUp(known))) {
                return known;
            }
            // A node outside the group knows no leader: any other node that answers may tell.
            List<Integer> others = links.others().stream().filter(links::isUp).toList();
            return known != 0 || others.isEmpty() || peer.members().contains(self) ? 0 : others.get(asked++ % others.size());
        }

        private void answered(Proposal proposal) {
            underWay = false;
            switch (proposal.outcome()) {
                case DECIDED -> decided(SysCodec.answer(proposal.answer()));
                case NOT_LEADER -> {
                    hint = proposal.leader();
                    env.timers().after(RETRY, this);
                }
                case BUSY -> env.timers().after(RETRY, this);
                case UNKNOWN -> {
                    maybeDone |= !read;
                    env.timers().after(RETRY, this);
                }
            }
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
