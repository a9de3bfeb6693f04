package io.ssi.migrate;

import io.ssi.core.wire.LinkMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One process on three nodes that is moved again and again while JVMs and daemons are killed, streams and connections break and
 * the group's answers are late or lost; all from one seed. The machines are the real ones, everything around them is modelled.
 */
final class MoveSimulation {
    private static final int NODES = 3;
    private static final int STEPS = 600;
    private static final int FAULTS_MAX = 4;
    private static final int CALM_STEPS_MAX = 100_000;
    /** Events told of a failure; the seed gives them all. */
    private static final int HISTORY_MAX = 60;
    private static final long LONG_MILLIS = 5_000;

    final SplittableRandom random;
    private final List<String> log = new ArrayList<>();
    private final Daemon[] daemons = new Daemon[NODES + 1];
    final List<SimulatedJvm> jvms = new ArrayList<>();
    private final List<Deque<Runnable>> channels = new ArrayList<>();
    final List<Runnable> loose = new ArrayList<>();
    private final List<Runnable> timers = new ArrayList<>();
    private final List<Runnable> longTimers = new ArrayList<>();
    private final PlaceModel group = new PlaceModel();
    private long migrations;
    private int faults;

    MoveSimulation(long seed) {
        random = new SplittableRandom(seed);
        for (int node = 1; node <= NODES; node++) {
            daemons[node] = new Daemon(node);
        }
        SimulatedJvm first = new SimulatedJvm(this, 1, 0);
        first.incarnation = 1;
        first.running = true;
        daemons[1].hosted = first;
        first.connect(daemons[1]);
    }

    /** Applied some time, perhaps; answered some time after it, perhaps, or not and then the caller hears of a time-out. */
    private <T> void ask(Supplier<T> command, Function<T, MoveEvent> event, Consumer<MoveEvent> answer) {
        boolean[] told = new boolean[1];
        boolean lost = faults < FAULTS_MAX && random.nextInt(10) == 0;
        loose.add(() -> {
            T value = command.get();
            if (!lost) {
                loose.add(() -> {
                    if (!told[0]) {
                        told[0] = true;
                        answer.accept(event.apply(value));
                    }
                });
            }
        });
        longTimers.add(() -> {
            if (!told[0]) {
                told[0] = true;
                answer.accept(new MoveEvent.Unanswered("late"));
            }
        });
    }

    Deque<Runnable> channel() {
        Deque<Runnable> channel = new ArrayDeque<>();
        channels.add(channel);
        return channel;
    }

    /** A stream between two daemons. */
    private final class Stream {
        final Run[] ends = new Run[2];
        final List<Deque<Runnable>> ways = List.of(channel(), channel());
        boolean broken;

        void send(Run from, LinkMessage message) {
            Run to = from == ends[0] ? ends[1] : ends[0];
            ways.get(from == ends[0] ? 0 : 1).add(() -> {
                if (!broken) {
                    to.on(new MoveEvent.PeerSaid(message));
                }
            });
        }

        /** What was sent before still arrives. */
        void close(Run from) {
            Run to = from == ends[0] ? ends[1] : ends[0];
            ways.get(from == ends[0] ? 0 : 1).add(() -> {
                if (!broken) {
                    to.on(new MoveEvent.PeerGone("closed"));
                }
            });
        }

        void breakUp() {
            if (!broken) {
                broken = true;
                for (Run end : ends) {
                    loose.add(() -> end.on(new MoveEvent.PeerGone("broke")));
                }
            }
        }
    }

    /** One machine in one life of a daemon. */
    final class Run {
        final Daemon daemon;
        final int life;
        final long migration;
        final int from;
        final int incarnation;
        int attempt;
        Stream stream;
        SimulatedJvm jvm;
        /** Messages go to the connection that was there when the run began to talk to it, or nowhere. */
        int connection;
        Function<MoveEvent, List<MoveEffect>> machine;
        boolean over;
        Runnable afterwards = () -> { };
        int timer;

        Run(Daemon daemon, long migration, int from, int incarnation) {
            this.daemon = daemon;
            this.life = daemon.life;
            this.migration = migration;
            this.from = from;
            this.incarnation = incarnation;
            daemon.runs.put(migration, this);
        }

        void talkTo(SimulatedJvm to) {
            jvm = to;
            connection = to.connection;
            to.listener = this;
        }

        boolean lives() {
            return daemon.up && daemon.life == life && !over;
        }

        void on(MoveEvent event) {
            if (lives()) {
                note("node " + daemon.node + ": " + event);
                perform(machine.apply(event));
            }
        }

        void perform(List<MoveEffect> effects) {
            for (MoveEffect effect : effects) {
                note("node " + daemon.node + " -> " + effect);
                switch (effect) {
                    case MoveEffect.ToJvm to -> daemon.tell(this, to.message());
                    case MoveEffect.ToPeer to -> {
                        if (stream != null) {
                            stream.send(this, to.message());
                        }
                    }
                    case MoveEffect.StartJvm start -> {
                        SimulatedJvm started = new SimulatedJvm(MoveSimulation.this, daemon.node, migration);
                        started.connect(daemon);
                        talkTo(started);
                        jvm.from = from;
                        jvm.fromIncarnation = incarnation;
                        loose.add(() -> on(new MoveEvent.JvmUp(List.of())));
                    }
                    case MoveEffect.KillJvm kill -> {
                        daemon.tell(this, new LinkMessage.Cannot(migration, 0, List.of()));
                        if (jvm != null && random.nextBoolean()) {
                            jvm.die(false);
                        }
                    }
                    case MoveEffect.Propose propose -> {
                        int to = stream.ends[0] == this ? stream.ends[1].daemon.node : 0;
                        ask(() -> group.propose(from, incarnation, attempt, to, migration), MoveEvent.Proposed::new, this::on);
                    }
                    case MoveEffect.Veto veto -> ask(() -> group.veto(from, incarnation, migration), MoveEvent.Vetoed::new, this::on);
                    case MoveEffect.HandOver handOver -> {
                        daemon.release(jvm);
                        daemon.tell(this, new LinkMessage.Depart(migration, 1));
                    }
                    case MoveEffect.Adopt adopt -> {
                        daemon.hosted = jvm;
                        loose.add(() -> on(new MoveEvent.Adopted(incarnation + 1, new byte[0])));
                    }
                    case MoveEffect.Wait wait -> {
                        int mine = ++timer;
                        if (wait.millis() == 0) {
                            continue;
                        }
                        (wait.millis() > LONG_MILLIS ? longTimers : timers).add(() -> {
                            if (timer == mine) {
                                on(new MoveEvent.Timeout());
                            }
                        });
                    }
                    case MoveEffect.Undecided undecided -> { }
                    case MoveEffect.Tell tell -> { }
                    case MoveEffect.End end -> {
                        over = true;
                        daemon.runs.remove(migration, this);
                        if (daemon.moving == this) {
                            daemon.moving = null;
                        }
                        if (stream != null) {
                            stream.close(this);
                        }
                        afterwards.run();
                    }
                }
            }
        }
    }

    final class Daemon {
        final int node;
        boolean up = true;
        int life = 1;
        final Map<Long, Run> runs = new LinkedHashMap<>();
        SimulatedJvm hosted;
        Run moving;

        Daemon(int node) {
            this.node = node;
        }

        void tell(Run run, LinkMessage message) {
            SimulatedJvm jvm = run.jvm;
            if (jvm != null && jvm.daemon == this && jvm.life == life) {
                jvm.inbox.add(() -> {
                    if (jvm.alive && jvm.connection == run.connection) {
                        jvm.take(message);
                    }
                });
            }
        }

        void release(SimulatedJvm jvm) {
            if (hosted == jvm) {
                hosted = null;
            }
        }

        void die() {
            note("daemon " + node + " dies");
            up = false;
            life++;
            for (Run run : List.copyOf(runs.values())) {
                if (run.stream != null) {
                    run.stream.breakUp();
                }
            }
            runs.clear();
            hosted = null;
            moving = null;
            jvms.stream().filter(jvm -> jvm.daemon == this).forEach(jvm -> loose.add(() -> jvm.disconnected(this)));
        }

        /** Hello of a JVM that knew an earlier connection. */
        void welcome(SimulatedJvm jvm) {
            jvm.connect(this);
            long undecided = jvm.move.undecided();
            note("node " + node + " welcomes " + jvm + " undecided " + undecided);
            if (jvm.incarnation > 0) {
                if (undecided == 0) {
                    if (group.node != node || group.incarnation != jvm.incarnation) {
                        throw new IllegalStateException("a running copy is stale: " + jvm);
                    }
                    hosted = jvm;
                    return;
                }
                afterwards(undecided, jvm, () -> {
                    Run run = new Run(this, undecided, node, jvm.incarnation);
                    run.talkTo(jvm);
                    hosted = jvm;
                    moving = run;
                    SourceMove machine = new SourceMove("p", "t", undecided, jvm.incarnation, 0);
                    run.machine = machine::on;
                    run.perform(machine.recover());
                });
            } else if (undecided != 0) {
                afterwards(undecided, jvm, () -> {
                    Run run = new Run(this, undecided, jvm.from, jvm.fromIncarnation);
                    run.talkTo(jvm);
                    TargetMove machine = new TargetMove("p", undecided, new byte[0]);
                    run.machine = machine::on;
                    run.perform(machine.recover());
                });
            } else {
                jvm.die(false);
            }
        }

        /** If only the connection broke, the move is still under way here; its end comes first. */
        private void afterwards(long migration, SimulatedJvm jvm, Runnable recovery) {
            Run active = runs.get(migration);
            int connection = jvm.connection;
            Runnable unlessLostAgain = () -> {
                if (jvm.alive && jvm.connection == connection) {
                    recovery.run();
                }
            };
            if (active != null) {
                active.afterwards = unlessLostAgain;
            } else {
                unlessLostAgain.run();
            }
        }
    }

    void note(String event) {
        log.add(event);
    }

    private void startMove() {
        Daemon source = daemons[group.node];
        SimulatedJvm jvm = source.hosted;
        if (!source.up || source.moving != null || jvm == null || !jvm.alive || !jvm.running || jvm.daemon != source || jvm.incarnation != group.incarnation) {
            return;
        }
        Daemon target = daemons[1 + (source.node + random.nextInt(NODES - 1)) % NODES];
        if (!target.up || target == source) {
            return;
        }
        long migration = ++migrations;
        Run leaving = new Run(source, migration, source.node, jvm.incarnation);
        Run coming = new Run(target, migration, source.node, jvm.incarnation);
        leaving.attempt = group.attempt;
        leaving.talkTo(jvm);
        source.moving = leaving;
        Stream stream = new Stream();
        stream.ends[0] = leaving;
        stream.ends[1] = coming;
        leaving.stream = stream;
        coming.stream = stream;
        SourceMove departure = new SourceMove("p", "t", migration, jvm.incarnation, 0);
        TargetMove arrival = new TargetMove("p", migration, new byte[0]);
        leaving.machine = departure::on;
        coming.machine = arrival::on;
        note("move " + migration + " from " + source.node + " to " + target.node);
        leaving.perform(departure.begin());
    }

    private void fault() {
        faults++;
        switch (random.nextInt(5)) {
            case 0 -> pick(jvms.stream().filter(jvm -> jvm.alive).toList(), jvm -> jvm.die(true));
            case 1, 2 -> pick(List.of(daemons[1], daemons[2], daemons[3]).stream().filter(daemon -> daemon.up).toList(), Daemon::die);
            case 3 -> pick(List.of(daemons[1], daemons[2], daemons[3]), daemon -> pick(List.copyOf(daemon.runs.values()), run -> {
                if (run.stream != null) {
                    note("stream of move " + run.migration + " breaks");
                    run.stream.breakUp();
                }
            }));
            default -> pick(jvms.stream().filter(jvm -> jvm.alive && jvm.daemon != null).toList(), jvm -> {
                note("connection of " + jvm + " breaks");
                Run told = jvm.listener;
                jvm.disconnected(jvm.daemon);
                if (told != null) {
                    loose.add(() -> told.on(new MoveEvent.JvmGone("lost its connection")));
                }
            });
        }
    }

    private <T> void pick(List<T> from, Consumer<T> action) {
        if (!from.isEmpty()) {
            action.accept(from.get(random.nextInt(from.size())));
        }
    }

    /** Daemons start again, and JVMs without a connection find theirs. */
    private boolean recoverSome(boolean all) {
        boolean did = false;
        for (int node = 1; node <= NODES; node++) {
            if (!daemons[node].up && (all || random.nextInt(20) == 0)) {
                note("daemon " + node + " starts again");
                daemons[node].up = true;
                did = true;
            }
        }
        for (SimulatedJvm jvm : List.copyOf(jvms)) {
            if (jvm.alive && jvm.daemon == null && daemons[jvm.node].up && (all || random.nextInt(5) == 0)) {
                daemons[jvm.node].welcome(jvm);
                did = true;
            }
        }
        return did;
    }

    private boolean step(boolean calm) {
        List<Runnable> ready = new ArrayList<>();
        for (Deque<Runnable> channel : channels) {
            if (!channel.isEmpty()) {
                ready.add(() -> channel.poll().run());
            }
        }
        for (List<Runnable> list : List.of(loose, timers)) {
            list.forEach(action -> ready.add(() -> {
                list.remove(action);
                action.run();
            }));
        }
        boolean late = !longTimers.isEmpty() && (ready.isEmpty() || !calm && random.nextInt(100) == 0);
        if (late) {
            longTimers.remove(random.nextInt(longTimers.size())).run();
        } else if (!ready.isEmpty()) {
            ready.get(random.nextInt(ready.size())).run();
        } else {
            return false;
        }
        return true;
    }

    /** Returns how many moves were committed. */
    int run() {
        for (int i = 0; i < STEPS; i++) {
            if (random.nextInt(10) == 0) {
                startMove();
            }
            if (faults < FAULTS_MAX && random.nextInt(60) == 0) {
                fault();
            }
            recoverSome(false);
            step(false);
            check();
        }
        faults = FAULTS_MAX;
        note("calm");
        for (int i = 0; recoverSome(true) | step(true); i++) {
            check();
            if (i > CALM_STEPS_MAX) {
                throw new IllegalStateException("it never comes to rest" + history());
            }
        }
        long running = jvms.stream().filter(jvm -> jvm.running).count();
        SimulatedJvm owner = jvms.stream().filter(jvm -> group.incarnation == 1 ? jvm.landing == 0 : jvm.landing == group.move).findAny().orElseThrow();
        if (running == 0 && !owner.killed) {
            throw new IllegalStateException("no copy runs, and nobody killed " + owner + history());
        }
        if (running == 1 && !owner.running) {
            throw new IllegalStateException("the wrong copy runs; right is " + owner + history());
        }
        jvms.stream().filter(jvm -> jvm.alive && !jvm.running).findAny().ifPresent(left -> {
            throw new IllegalStateException(left + " was left over" + history());
        });
        return group.incarnation - 1;
    }

    private void check() {
        if (jvms.stream().filter(jvm -> jvm.running).count() > 1) {
            throw new IllegalStateException("two copies run" + history());
        }
    }

    private String history() {
        return ":\n" + String.join("\n", log.subList(Math.max(0, log.size() - HISTORY_MAX), log.size()));
    }
}
