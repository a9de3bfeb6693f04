package io.ssi.core.net.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Two nodes that dial each other at any moment, over connections that deliver in order but not in step, end with one and the same link. */
class LinkChoiceTest {
    private enum Event { HELLO, REPLY, CONFIRM, CLOSED }

    /** Messages towards each end, in order. */
    private static final class Wire {
        final Node dialler;
        final ArrayDeque<Event> toDialler = new ArrayDeque<>();
        final ArrayDeque<Event> toAcceptor = new ArrayDeque<>();

        Wire(Node dialler) {
            this.dialler = dialler;
        }
    }

    private static final class Node {
        final int number;
        final UUID instance;
        Wire current;
        Wire dialling;
        final Set<Wire> unconfirmed = new HashSet<>();
        final Set<Wire> closed = new HashSet<>();

        Node(int number) {
            this.number = number;
            instance = new UUID(0, number);
        }

        LinkChoice.Seen seen(Node peer) {
            return current == null ? null : new LinkChoice.Seen(peer.instance, current.dialler == this);
        }

        void close(Wire wire) {
            if (closed.add(wire)) {
                (wire.dialler == this ? wire.toAcceptor : wire.toDialler).add(Event.CLOSED);
                lost(wire);
            }
        }

        void lost(Wire wire) {
            closed.add(wire);
            unconfirmed.remove(wire);
            dialling = dialling == wire ? null : dialling;
            current = current == wire ? null : current;
        }

        void take(Wire wire) {
            Wire old = current;
            current = wire;
            unconfirmed.remove(wire);
            if (old != null) {
                close(old);
            }
        }

        void on(Wire wire, Event event, Node peer) {
            if (closed.contains(wire)) {
                return;
            }
            switch (event) {
                case HELLO -> {
                    unconfirmed.add(wire);
                    wire.toDialler.add(Event.REPLY);
                }
                case REPLY -> {
                    if (LinkChoice.confirm(number, peer.number, seen(peer), peer.instance, !unconfirmed.isEmpty())) {
                        wire.toAcceptor.add(Event.CONFIRM);
                        take(wire);
                        dialling = null;
                    } else {
                        close(wire);
                    }
                }
                case CONFIRM -> {
                    if (LinkChoice.take(number, peer.number, seen(peer), peer.instance)) {
                        take(wire);
                    } else {
                        close(wire);
                    }
                }
                case CLOSED -> lost(wire);
            }
        }
    }

    @Property(tries = 20_000)
    void bothSidesKeepTheSameConnection(@ForAll long seed) {
        Random random = new Random(seed);
        Node one = new Node(1);
        Node two = new Node(2);
        List<Wire> wires = new ArrayList<>();
        int breaks = random.nextInt(3);
        for (int step = 0; step < 400; step++) {
            Node node = random.nextBoolean() ? one : two;
            if (random.nextInt(4) == 0 && node.current == null && node.dialling == null) {
                node.dialling = new Wire(node);
                node.dialling.toAcceptor.add(Event.HELLO);
                wires.add(node.dialling);
            } else if (breaks > 0 && node.current != null && random.nextInt(20) == 0) {
                breaks--;
                node.close(node.current); // one side loses it; the other does not know yet
            } else if (!wires.isEmpty()) {
                deliver(wires.get(random.nextInt(wires.size())), one, two, random.nextBoolean());
            }
        }
        settle(wires, one, two);
        assertThat(one.current).isNotNull().isSameAs(two.current);
        assertThat(one.unconfirmed).isEmpty();
        assertThat(two.unconfirmed).isEmpty();
    }

    private static boolean deliver(Wire wire, Node one, Node two, boolean toDialler) {
        Event event = (toDialler ? wire.toDialler : wire.toAcceptor).poll();
        if (event != null) {
            Node other = wire.dialler == one ? two : one;
            (toDialler ? wire.dialler : other).on(wire, event, toDialler ? other : wire.dialler);
        }
        return event != null;
    }

    /** Everything on its way arrives, and who has no link dials again, one at a time. */
    private static void settle(List<Wire> wires, Node one, Node two) {
        for (int round = 0; round < 10; round++) {
            boolean moved = true;
            while (moved) {
                moved = false;
                for (Wire wire : List.copyOf(wires)) {
                    moved |= deliver(wire, one, two, true) | deliver(wire, one, two, false);
                }
            }
            Node idle = one.current == null ? one : two;
            if (idle.current == null && idle.dialling == null) {
                idle.dialling = new Wire(idle);
                idle.dialling.toAcceptor.add(Event.HELLO);
                wires.add(idle.dialling);
            }
        }
    }
}
