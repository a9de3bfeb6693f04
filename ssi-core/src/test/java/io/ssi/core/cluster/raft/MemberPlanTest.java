package io.ssi.core.cluster.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MemberPlanTest {
    private static MemberPlan.Step next(List<Integer> registered, List<Integer> voters, List<Integer> members) {
        return MemberPlan.next(registered, voters, members, _ -> true, _ -> true);
    }

    @Test
    void aNewNodeLearnsFirstAndThenVotes() {
        assertThat(next(List.of(1, 2), List.of(1), List.of(1))).isEqualTo(new MemberPlan.Step(MemberPlan.Kind.ADD, 2));
        assertThat(next(List.of(1, 2), List.of(1), List.of(1, 2))).isEqualTo(new MemberPlan.Step(MemberPlan.Kind.PROMOTE, 2));
        assertThat(next(List.of(1, 2), List.of(1, 2), List.of(1, 2))).isNull();
    }

    @Test
    void fourNodesHaveThreeVotersFiveHaveFive() {
        assertThat(next(List.of(1, 2, 3, 4), List.of(1, 2, 3), List.of(1, 2, 3, 4))).isNull();
        assertThat(next(List.of(1, 2, 3, 4, 5), List.of(1, 2, 3), List.of(1, 2, 3, 4, 5))).isEqualTo(new MemberPlan.Step(MemberPlan.Kind.PROMOTE, 4));
    }

    @Test
    void atMostTwoLearnAndNobodyWhoIsDownIsAdded() {
        assertThat(next(List.of(1, 2, 3, 4, 5, 6, 7, 8), List.of(1, 2, 3, 4, 5), List.of(1, 2, 3, 4, 5, 6, 7))).isNull();
        assertThat(MemberPlan.next(List.of(1, 2), List.of(1), List.of(1), _ -> false, _ -> true)).isNull();
        assertThat(MemberPlan.next(List.of(1, 2), List.of(1), List.of(1, 2), _ -> true, _ -> false)).isNull();
    }

    @Test
    void aNodeThatWasRemovedLeavesTheGroup() {
        assertThat(next(List.of(1, 3), List.of(1, 2, 3), List.of(1, 2, 3))).isEqualTo(new MemberPlan.Step(MemberPlan.Kind.REMOVE, 2));
    }
}
