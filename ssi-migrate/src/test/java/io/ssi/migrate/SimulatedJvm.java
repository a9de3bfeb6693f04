package io.ssi.migrate;

import io.ssi.core.wire.LinkMessage;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** One JVM of the process: the source of its first move, or a landing; with the machine that real ones have. */
final class SimulatedJvm {
    private final MoveSimulation world;
    final int node;
    final JvmMove move;
    final Deque<Runnable> inbox;
    final Deque<Runnable> outbox;
    final long landing;
    int from;
    int fromIncarnation;
    int incarnation;
    boolean alive = true;
    boolean killed;
    boolean running;
    MoveSimulation.Daemon daemon;
    int life;
    int connection;
    MoveSimulation.Run listener;
    /** The one thread for moves is at work on a freeze; messages wait. */
    private boolean busy;
    private final List<Runnable> waiting = new ArrayList<>();

    SimulatedJvm(MoveSimulation world, int node, long landing) {
        this.world = world;
        this.node = node;
        this.inbox = world.channel();
        this.outbox = world.channel();
        this.landing = landing;
        this.move = new JvmMove(landing != 0);
        world.jvms.add(this);
    }

    void connect(MoveSimulation.Daemon to) {
        daemon = to;
        life = to.life;
        connection++;
    }

    void disconnected(MoveSimulation.Daemon by) {
        if (daemon == by) {
            daemon = null;
            connection++;
            if (alive && move.disconnected()) {
                die(false);
            }
        }
    }

    void die(boolean byKill) {
        world.note(this + (byKill ? " is killed" : " ends"));
        killed |= byKill;
        boolean was = alive;
        alive = false;
        running = false;
        MoveSimulation.Run told = listener;
        if (was && told != null) {
            world.loose.add(() -> told.on(new MoveEvent.JvmGone("ended")));
        }
    }

    void say(LinkMessage message) {
        MoveSimulation.Run to = listener;
        int now = connection;
        outbox.add(() -> {
            if (to != null && connection == now && to == listener) {
                to.on(new MoveEvent.JvmSaid(message));
            }
        });
    }

    void take(LinkMessage message) {
        take(message, move.connection());
    }

    private void take(LinkMessage message, int orderedBy) {
        if (busy) {
            waiting.add(() -> take(message, orderedBy));
            return;
        }
        world.note(this + " takes " + message);
        switch (message) {
            case LinkMessage.Prepare m -> say(new LinkMessage.Prepared(m.migration(), "", List.of(), List.of(), "", List.of(), "", 0, 0, List.of()));
            case LinkMessage.Freeze m -> freeze(m.migration(), orderedBy);
            case LinkMessage.Resume m -> {
                if (move.isFrozen(m.migration())) {
                    move.running();
                    running = true;
                }
                say(new LinkMessage.Resumed(m.migration()));
            }
            case LinkMessage.Depart m -> {
                if (move.isFrozen(m.migration())) {
                    alive = false;
                }
            }
            case LinkMessage.Land m -> say(new LinkMessage.LandReady(m.migration()));
            case LinkMessage.ImageEnd m -> world.loose.add(() -> {
                if (alive && move.built(m.migration())) {
                    say(new LinkMessage.Built(m.migration(), 0));
                } else if (alive) {
                    die(false);
                }
            });
            case LinkMessage.Go m -> {
                move.running();
                incarnation = m.incarnation();
                running = true;
                say(new LinkMessage.Running(m.migration()));
            }
            case LinkMessage.Cannot m -> die(false);
            default -> throw new IllegalStateException(message.toString());
        }
    }

    private void freeze(long migration, int orderedBy) {
        if (!move.stopping(migration, orderedBy)) {
            return;
        }
        running = false;
        busy = true;
        boolean pinned = world.random.nextInt(10) == 0;
        world.loose.add(() -> {
            if (alive) {
                image(migration, pinned);
                busy = false;
                List<Runnable> late = List.copyOf(waiting);
                waiting.clear();
                late.forEach(Runnable::run);
            }
        });
    }

    private void image(long migration, boolean pinned) {
        if (!pinned && move.frozen()) {
            say(new LinkMessage.ImageEnd(migration, 0, 0, 0, 0, 0, 0, 0));
            return;
        }
        move.running();
        running = true;
        if (pinned) {
            say(new LinkMessage.Cannot(migration, 0, List.of("pinned")));
        }
    }

    @Override
    public String toString() {
        return "JVM on " + node + " (incarnation " + incarnation + ", landing " + landing + ")";
    }
}
