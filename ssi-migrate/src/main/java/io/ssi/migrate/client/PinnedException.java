package io.ssi.migrate.client;

import java.util.List;

/** Something cannot move now; each reason names what, where and what to do. */
final class PinnedException extends Exception {
    private static final long serialVersionUID = 1;
    private final transient List<String> reasons;
    private final boolean passing;

    /** @param passing true when the cause may go away by itself soon (a frame that returns, a monitor that is given free) */
    PinnedException(boolean passing, List<String> reasons) {
        super(reasons.isEmpty() ? "pinned" : reasons.get(0), null, false, false);
        this.reasons = List.copyOf(reasons);
        this.passing = passing;
    }

    PinnedException(boolean passing, String reason) {
        this(passing, List.of(reason));
    }

    List<String> reasons() {
        return reasons;
    }

    boolean passing() {
        return passing;
    }
}
