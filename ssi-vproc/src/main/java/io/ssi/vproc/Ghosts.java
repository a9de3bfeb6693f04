package io.ssi.vproc;

import io.ssi.core.cluster.Membership;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Which rows no daemon stands for any more. One survivor removes them, so that not all do at once; if it dies too, the next does. */
public final class Ghosts {
    private Ghosts() {}

    /** VPids of the rows that this node has to remove, by number. */
    public static Set<Integer> toRemove(int self, List<Membership.Node> nodes, Map<Integer, HostEvent.Claim> claims) {
        Set<Integer> present = nodes.stream()
                .filter(node -> node.state() != Membership.State.DOWN && node.state() != Membership.State.LEFT)
                .map(node -> node.id().number())
                .collect(Collectors.toCollection(TreeSet::new));
        Set<Integer> ghosts = new TreeSet<>();
        int sweeper = nodes.stream().filter(node -> node.state() == Membership.State.UP).mapToInt(node -> node.id().number()).min().orElse(self);
        if (sweeper == self) {
            claims.forEach((vpid, claim) -> {
                if (claim.owner() != self && !present.contains(claim.owner())) {
                    ghosts.add(vpid);
                }
            });
        }
        return ghosts;
    }
}
