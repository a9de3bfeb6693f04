package io.ssi.core.cluster.raft;

import java.util.Collection;
import java.util.List;
import java.util.function.IntPredicate;

/** Which nodes vote and which learn, as a pure function: one step at a time, so that the group's old and new majorities overlap. */
final class MemberPlan {
    enum Kind {
        ADD("added"), PROMOTE("promoted"), REMOVE("removed");

        final String done;

        Kind(String done) {
            this.done = done;
        }
    }

    record Step(Kind kind, int node) {}

    private MemberPlan() {}

    /** So many of the registered nodes vote: all up to three, then three, from five on five. */
    static int votersWanted(int registered) {
        return registered <= 3 ? registered : registered < 5 ? 3 : 5;
    }

    /** Null when all is as it should be or nothing can be done now. */
    static Step next(Collection<Integer> registered, List<Integer> voters, List<Integer> members, IntPredicate up, IntPredicate caughtUp) {
        if (registered.isEmpty()) {
            return null;
        }
        for (int member : members) {
            if (!registered.contains(member) && members.size() > 1) {
                return new Step(Kind.REMOVE, member);
            }
        }
        if (voters.size() < votersWanted(registered.size())) {
            for (int member : members) {
                if (!voters.contains(member) && up.test(member) && caughtUp.test(member)) {
                    return new Step(Kind.PROMOTE, member);
                }
            }
        }
        if (members.size() - voters.size() < RaftPeer.LEARNERS_MAX) {
            for (int node : registered.stream().sorted().toList()) {
                if (!members.contains(node) && up.test(node)) {
                    return new Step(Kind.ADD, node);
                }
            }
        }
        return null;
    }
}
