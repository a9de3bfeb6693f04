package io.ssi.core.cluster.sys;

import static org.assertj.core.api.Assertions.assertThat;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.id.VPid;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SysStateTest {
    private final SysState state = new SysState(SysListener.NONE);
    private long index;
    private long request = 1000;

    private SysAnswer apply(SysCommand command) {
        return state.apply(++index, command);
    }

    private int register(long uuid, String address) {
        return ((SysAnswer.Number) apply(new SysCommand.RegisterNode(++request, new UUID(0, uuid), "n", address))).value();
    }

    @Test
    void aUuidKeepsItsNumberAndANumberIsNotGivenAgain() {
        assertThat(register(7, "a:1")).isEqualTo(1);
        assertThat(register(8, "b:1")).isEqualTo(2);
        assertThat(register(7, "c:1")).isEqualTo(1);
        assertThat(state.nodes().get(1).address()).isEqualTo("c:1");
        apply(new SysCommand.RemoveNode(++request, 2));
        assertThat(register(8, "b:1")).isEqualTo(3);
    }

    @Test
    void aRepeatedRequestChangesNothing() {
        register(7, "a:1");
        SysCommand block = new SysCommand.VPidBlock(5, 1, 100);
        assertThat(apply(block)).isEqualTo(new SysAnswer.Number(1));
        assertThat(apply(block)).isEqualTo(new SysAnswer.Number(1));
        assertThat(apply(new SysCommand.VPidBlock(6, 1, 100))).isEqualTo(new SysAnswer.Number(101));
    }

    @Test
    void oneOfTwoMovesWinsAndIsKnownAfterItsAnswerWasForgotten() {
        register(7, "a:1");
        register(8, "b:1");
        register(9, "c:1");
        int vpid = VPid.PER_NODE + 1;
        apply(new SysCommand.PlaceBorn(1, vpid, 1, 1));
        SysCommand first = new SysCommand.PlaceMove(2, vpid, 1, 1, 0, 2);
        assertThat(apply(first)).isEqualTo(new SysAnswer.Decided(true));
        assertThat(apply(new SysCommand.PlaceMove(3, vpid, 1, 1, 0, 3))).isEqualTo(new SysAnswer.Decided(false));
        for (int i = 0; i <= SysState.ANSWERED_MAX; i++) {
            apply(new SysCommand.PlaceGone(++request, VPid.PER_NODE + 2, 1));
        }
        assertThat(apply(first)).isEqualTo(new SysAnswer.Decided(true));
        apply(new SysCommand.PlaceGone(++request, vpid, 1));
        assertThat(apply(new SysCommand.ReadPlace(vpid))).isEqualTo(new SysAnswer.PlaceRow(vpid, 2, 2, 0, 2));
        apply(new SysCommand.PlaceGone(++request, vpid, 2));
        assertThat(apply(new SysCommand.ReadPlace(vpid))).isEqualTo(new SysAnswer.Done());
    }

    @Test
    void aVetoVoidsTheMovesThatBeganBeforeIt() {
        register(7, "a:1");
        register(8, "b:1");
        int vpid = VPid.PER_NODE + 1;
        apply(new SysCommand.PlaceBorn(1, vpid, 1, 1));
        assertThat(apply(new SysCommand.PlaceVeto(2, vpid, 1, 1))).isEqualTo(new SysAnswer.PlaceRow(vpid, 1, 1, 1, 1));
        assertThat(apply(new SysCommand.PlaceMove(3, vpid, 1, 1, 0, 2))).isEqualTo(new SysAnswer.Decided(false));
        assertThat(apply(new SysCommand.PlaceMove(4, vpid, 1, 1, 1, 2))).isEqualTo(new SysAnswer.Decided(true));
        // Too late: it says where the process went, and changes nothing.
        assertThat(apply(new SysCommand.PlaceVeto(5, vpid, 1, 1))).isEqualTo(new SysAnswer.PlaceRow(vpid, 2, 2, 0, 4));
        assertThat(apply(new SysCommand.PlaceMove(6, vpid, 2, 2, 0, 1))).isEqualTo(new SysAnswer.Decided(true));
        apply(new SysCommand.PlaceGone(7, vpid, 3));
        assertThat(apply(new SysCommand.PlaceVeto(8, vpid, 1, 3))).isEqualTo(new SysAnswer.Done());
    }

    @Test
    void aFenceOnlyGrows() {
        SysAnswer.Fenced made = (SysAnswer.Fenced) apply(new SysCommand.SetKey(++request, "mount/a", 0, new byte[] {1}));
        assertThat(made.fence()).isEqualTo(index);
        assertThat(((SysAnswer.Fenced) apply(new SysCommand.SetKey(++request, "mount/a", 0, new byte[] {2}))).yes()).isFalse();
        SysAnswer.Fenced next = (SysAnswer.Fenced) apply(new SysCommand.SetKey(++request, "mount/a", made.fence(), new byte[] {2}));
        assertThat(next.fence()).isGreaterThan(made.fence());
    }

    @Test
    void blocksOfAnUnknownNodeAreRefused() {
        assertThat(apply(new SysCommand.VPidBlock(++request, 9, 10))).isInstanceOfSatisfying(SysAnswer.Refused.class,
                refused -> assertThat(refused.code()).isEqualTo(ErrorCode.NO_SUCH_NODE));
    }

    @Test
    void afterTheLastNumberTheCountStartsAgainPastTheLiving() {
        register(7, "a:1");
        apply(new SysCommand.PlaceBorn(++request, VPid.PER_NODE + 5, 1, 1));
        int count = VPid.PER_NODE / 10;
        int blocks = 0;
        Set<Integer> firsts = new HashSet<>();
        while (blocks++ < 8) {
            firsts.add(((SysAnswer.Number) apply(new SysCommand.VPidBlock(++request, 1, count))).value());
        }
        assertThat(firsts).hasSize(8).doesNotContain(1);
        assertThat(apply(new SysCommand.VPidBlock(++request, 1, count))).isEqualTo(new SysAnswer.Number(1 + count));
    }

    /** Random commands: two copies, one of which is restored from a snapshot again and again, stay byte for byte equal. */
    @Test
    void isTheSameEverywhereAndAfterASnapshot() {
        SplittableRandom random = new SplittableRandom(42);
        Map<Integer, SysState.PlaceState> heard = new HashMap<>();
        SysState other = new SysState(new SysListener() {
            @Override
            public void node(int number, SysState.NodeRow node) { }

            @Override
            public void place(int vpid, SysState.PlaceState place) {
                if (place == null) {
                    heard.remove(vpid);
                } else {
                    heard.put(vpid, place);
                }
            }
        });
        for (int i = 0; i < 5000; i++) {
            SysCommand command = random(random);
            SysCommand decoded = SysCodec.command(SysCodec.encode(command));
            SysAnswer answer = apply(command);
            // A member that was away may only get the snapshot.
            if (random.nextInt(50) == 0) {
                other.restore(state.snapshot());
            } else {
                assertThat(SysCodec.encode(other.apply(index, decoded))).isEqualTo(SysCodec.encode(answer));
            }
        }
        assertThat(other.snapshot()).isEqualTo(state.snapshot());
        assertThat(heard).isEqualTo(state.places());
    }

    private SysCommand random(SplittableRandom random) {
        long id = random.nextInt(10) == 0 ? request : ++request;
        int vpid = VPid.PER_NODE + 1 + random.nextInt(20);
        int node = 1 + random.nextInt(4);
        return switch (random.nextInt(9)) {
            case 0 -> new SysCommand.RegisterNode(id, new UUID(0, random.nextInt(5)), "n", "a:" + random.nextInt(3));
            case 1 -> new SysCommand.VPidBlock(id, node, 1 + random.nextInt(100));
            case 2 -> new SysCommand.PlaceBorn(id, vpid, node, 1);
            case 3 -> new SysCommand.PlaceMove(id, vpid, node, 1 + random.nextInt(3), random.nextInt(2), 1 + random.nextInt(4));
            case 4 -> new SysCommand.PlaceGone(id, vpid, 1 + random.nextInt(3));
            case 5 -> new SysCommand.SetKey(id, "k" + random.nextInt(3), random.nextInt(2) == 0 ? 0 : random.nextLong(index + 1), new byte[random.nextInt(3)]);
            case 6 -> new SysCommand.ReadNodes();
            case 7 -> new SysCommand.PlaceVeto(id, vpid, node, 1 + random.nextInt(3));
            default -> new SysCommand.NoOperation();
        };
    }
}
