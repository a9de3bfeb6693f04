package io.ssi.core.net.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** The pure parts of a link: admission, windows, turns, and the watch over the peer's host. */
class LinkPartsTest {
    @Example
    void freshRequestsWaitAndNestedOnesRun() {
        Admission admission = new Admission(2, 1, 1);
        assertThat(admission.arrive(false)).isEqualTo(Admission.Verdict.RUN);
        assertThat(admission.arrive(false)).isEqualTo(Admission.Verdict.RUN);
        assertThat(admission.arrive(false)).isEqualTo(Admission.Verdict.WAIT);
        assertThat(admission.arrive(false)).isEqualTo(Admission.Verdict.REFUSE);
        assertThat(admission.arrive(true)).isEqualTo(Admission.Verdict.RUN);
        assertThat(admission.arrive(true)).isEqualTo(Admission.Verdict.REFUSE);
        assertThat(admission.finish(true)).as("a nested one makes no room for fresh ones").isFalse();
        assertThat(admission.finish(false)).isTrue();
        assertThat(admission.waiting()).isZero();
        assertThat(admission.running()).isEqualTo(2);
        assertThat(admission.finish(false)).isFalse();
        assertThat(admission.finish(false)).isFalse();
        assertThat(admission.running()).isZero();
    }

    /** Whatever sizes are written and read, a sender that waits has a reader with unread bytes: nobody waits for ever. */
    @Property(tries = 500)
    void windowsNeverOverflowAndNeverStall(@ForAll @Size(min = 1, max = 200) List<@IntRange(min = 1, max = 300_000) Integer> sizes) {
        SendWindow sender = new SendWindow();
        ReceiveWindow receiver = new ReceiveWindow();
        int unread = 0;
        boolean write = true;
        for (int size : sizes) {
            int taken = write ? sender.take(size) : 0;
            assertThat(taken).isBetween(0, Frame.DATA_MAX);
            receiver.arrived(taken);
            unread += taken;
            if (write && taken == 0) {
                assertThat(unread).isPositive();
            }
            int read = Math.min(write ? 0 : size, unread);
            unread -= read;
            int credit = receiver.consumed(read);
            if (credit > 0) {
                sender.granted(credit);
            }
            write = !write || taken > 0 && size % 3 == 0;
        }
        int credit = receiver.consumed(unread);
        if (credit > 0) {
            sender.granted(credit);
        }
        assertThat(sender.available()).isPositive();
    }

    @Example
    void peersThatIgnoreTheWindowAreCaught() {
        ReceiveWindow receiver = new ReceiveWindow();
        receiver.arrived(ReceiveWindow.BYTES);
        assertThatThrownBy(() -> receiver.arrived(1)).isInstanceOf(BadFrameException.class);
        SendWindow sender = new SendWindow();
        sender.take(10);
        assertThatThrownBy(() -> sender.granted(11)).isInstanceOf(BadFrameException.class);
        assertThatThrownBy(() -> sender.granted(0)).isInstanceOf(BadFrameException.class);
        sender.granted(10);
    }

    @Example
    void streamsTakeTurns() {
        FairQueue queue = new FairQueue();
        for (int i = 0; i < 3; i++) {
            queue.add(1, new Frame.Credit(1, i));
        }
        queue.add(3, new Frame.Credit(3, 0));
        queue.add(3, new Frame.Credit(3, 1));
        queue.add(5, new Frame.Credit(5, 0));
        List<String> order = new ArrayList<>();
        for (Frame frame = queue.poll(); frame != null; frame = queue.poll()) {
            Frame.Credit credit = (Frame.Credit) frame;
            order.add(credit.stream() + "." + credit.bytes());
        }
        assertThat(order).containsExactly("1.0", "3.0", "5.0", "1.1", "3.1", "1.2");
        assertThat(queue.isEmpty()).isTrue();
    }

    @Example
    void aDeadHostIsToldFromAPausedProcess() {
        HostWatch dead = new HostWatch(1000);
        assertThat(dead.gone(3, 0, 150, 900)).isFalse();
        assertThat(dead.gone(4, 0, 180, 1100)).as("first look").isFalse();
        assertThat(dead.gone(4, 0, 180, 1300)).isTrue();

        HostWatch pausedWithFullBuffer = new HostWatch(1000);
        for (int look = 0; look < 20; look++) {
            // Dropped data is sent again now and then, and each time acknowledged as not taken.
            assertThat(pausedWithFullBuffer.gone(4, 1, 1200, 1200)).isFalse();
        }

        HostWatch afterOwnPause = new HostWatch(1000);
        assertThat(afterOwnPause.gone(1, 0, 0, 5000)).isFalse();
        assertThat(afterOwnPause.gone(1, 0, 0, 20)).isFalse();
        assertThat(afterOwnPause.gone(1, 0, 0, 1001)).isFalse();

        HostWatch deadWithClosedWindow = new HostWatch(1000);
        assertThat(deadWithClosedWindow.gone(0, 2, 3000, 2500)).isFalse();
        assertThat(deadWithClosedWindow.gone(0, 2, 3200, 2700)).isTrue();
    }

    @Example
    void aFullLaneRefuses() {
        List<Runnable> held = new ArrayList<>();
        SerialLane lane = new SerialLane(held::add, 2);
        List<Integer> done = new ArrayList<>();
        assertThat(lane.offer(() -> done.add(1))).isTrue();
        assertThat(lane.offer(() -> done.add(2))).isTrue();
        assertThat(lane.offer(() -> done.add(3))).isFalse();
        assertThat(held).hasSize(1);
        held.removeFirst().run();
        assertThat(done).containsExactly(1, 2);
        assertThat(lane.offer(() -> done.add(4))).isTrue();
        assertThat(held).hasSize(1);
    }
}
