package io.ssi.agent.input;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both ends of standard input and a network that loses, doubles and delays, while the process moves about; by a seed. */
class InputSimulationTest {
    private static final int RUNS = 2000;
    private static final int STEPS = 300;
    private static final int END = -1;

    private record Message(int host, boolean want, long position, int max, byte[] bytes) {}

    private final List<Message> network = new ArrayList<>();
    private final List<Integer> typed = new ArrayList<>();
    private final List<Integer> got = new ArrayList<>();
    private SplittableRandom random;
    private InputLog program;
    private InputFeed feed;
    private int reading;
    private int host;
    /** Of a move under way, else null. */
    private byte[] image;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void everyByteAndEveryEndComesOnceAndInOrder(long seed) {
        for (int run = 0; run < RUNS; run++) {
            begin(seed * RUNS + run);
            for (int step = 0; step < STEPS; step++) {
                step();
                assertThat(got).as("run %d of seed %d, step %d", run, seed, step).isEqualTo(typed.subList(0, got.size()));
            }
            settle();
            assertThat(got).as("run %d of seed %d", run, seed).hasSize(typed.size());
        }
    }

    private void begin(long seed) {
        random = new SplittableRandom(seed);
        network.clear();
        typed.clear();
        got.clear();
        program = new InputLog(0);
        feed = new InputFeed(new InputLog(0));
        reading = 0;
        host = 1;
        image = null;
    }

    private void step() {
        switch (random.nextInt(12)) {
            case 0, 1, 2 -> ask();
            case 3, 4, 5, 6 -> deliver(random.nextInt(4) == 0, random.nextInt(4) == 0);
            case 7, 8 -> type();
            case 9 -> program();
            case 10 -> move();
            default -> feed = exec();
        }
    }

    private void ask() {
        if (image == null) {
            network.add(new Message(host, true, program.end(), 1 + random.nextInt(6), null));
        }
    }

    private void deliver(boolean lost, boolean doubled) {
        if (network.isEmpty()) {
            return;
        }
        int at = random.nextInt(network.size());
        Message message = doubled ? network.get(at) : network.remove(at);
        if (lost) {
            return;
        }
        if (message.want) {
            perform(message.host, feed.wanted(message.position, message.max));
        } else if (message.host == host) {
            program.addAt(message.position, message.bytes);
        }
    }

    private void perform(int to, InputFeed.Act act) {
        if (act instanceof InputFeed.Act.Read read) {
            reading = read.max();
        } else if (act instanceof InputFeed.Act.Send send) {
            network.add(new Message(to, false, send.position(), 0, send.bytes()));
        }
    }

    private void type() {
        if (reading == 0) {
            return;
        }
        byte[] piece = new byte[random.nextInt(4) == 0 ? 0 : 1 + random.nextInt(reading)];
        for (int i = 0; i < piece.length; i++) {
            piece[i] = (byte) random.nextInt(100);
            typed.add((int) piece[i]);
        }
        if (piece.length == 0) {
            typed.add(END);
        }
        reading = 0;
        // The daemon of the deputy sends it to the host that asked last, which may have been left.
        perform(Math.max(1, host - random.nextInt(2)), feed.read(piece));
    }

    private void program() {
        byte[] to = new byte[1 + random.nextInt(6)];
        int count = image == null ? program.take(to, 0, to.length) : 0;
        for (int i = 0; i < count; i++) {
            got.add((int) to[i]);
        }
        if (count < 0) {
            got.add(END);
        }
    }

    /** Begins a move, or ends it: half of them are called off. */
    private void move() {
        if (image == null) {
            image = program.encode();
            return;
        }
        if (random.nextBoolean()) {
            program = InputLog.decode(image);
            host++;
        }
        image = null;
    }

    private InputFeed exec() {
        reading = 0;
        return new InputFeed(InputLog.decode(feed.rest().encode()));
    }

    private void settle() {
        image = null;
        for (int i = 0; i < 10_000 && got.size() < typed.size(); i++) {
            network.clear();
            ask();
            deliver(false, false);
            deliver(false, false);
            program();
        }
    }
}
