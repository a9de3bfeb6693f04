package io.ssi.core.cluster.raft;

import io.microraft.RaftEndpoint;

/** A member of the group is named by its node number: a node that lost its state folder has another number and so is another member. */
record NodeEndpoint(int number) implements RaftEndpoint {
    @Override
    public Object getId() {
        return number;
    }

    static int number(RaftEndpoint endpoint) {
        return endpoint == null ? 0 : (Integer) endpoint.getId();
    }

    static NodeEndpoint of(int number) {
        return number == 0 ? null : new NodeEndpoint(number);
    }
}
