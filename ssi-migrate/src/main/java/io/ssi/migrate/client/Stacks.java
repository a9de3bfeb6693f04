package io.ssi.migrate.client;

import jdk.internal.misc.VM;

/**
 * Starts moved threads with room for what their stacks hold: a frame that is entered again is not compiled yet and lies on
 * frames of the entry's, so that it takes several times the room it had. What the program finds asked for ({@code stackSize}) stays what it was.
 */
final class Stacks {
    /** Below this the room that every thread has is enough. */
    private static final int FRAMES_MIN = 200;
    /** Of one frame and its entry, beside its values. */
    private static final int FRAME_BYTES = 1 << 10;
    /** Where the command line does not say: at least what HotSpot takes. */
    private static final long DEFAULT_BYTES = 2 << 20;

    private final Jdk jdk;

    Stacks(Jdk jdk) {
        this.jdk = jdk;
    }

    void start(StoppedThread stopped) {
        if (stopped.states.size() < FRAMES_MIN) {
            stopped.thread.start();
            return;
        }
        Object holder = jdk.get(stopped.thread, "holder");
        long field = Jdk.U.objectFieldOffset(jdk.field(holder.getClass(), "stackSize"));
        long asked = Jdk.U.getLong(holder, field);
        long room = asked > 0 ? asked : usual();
        for (FrameState frame : stopped.states) {
            room += FRAME_BYTES + Long.BYTES * (frame.values().localRefs().length + frame.values().stackRefs().length);
        }
        Jdk.U.putLong(holder, field, room);
        try {
            stopped.thread.start(); // the JVM reads it here
        } finally {
            Jdk.U.putLong(holder, field, asked);
        }
    }

    private static long usual() {
        long usual = DEFAULT_BYTES;
        for (String argument : VM.getRuntimeArguments()) {
            if (argument.startsWith("-Xss")) {
                usual = Math.max(usual, bytes(argument.substring(4), 1));
            } else if (argument.startsWith("-XX:ThreadStackSize=")) {
                usual = Math.max(usual, bytes(argument.substring(argument.indexOf('=') + 1), 1 << 10));
            }
        }
        return usual;
    }

    /** The JVM has taken this number already, with or without one of the letters k, m, g. */
    private static long bytes(String number, long unit) {
        int last = number.length() - 1;
        long factor = switch (Character.toLowerCase(number.charAt(last))) {
            case 'k' -> 1 << 10;
            case 'm' -> 1 << 20;
            case 'g' -> 1 << 30;
            default -> unit;
        };
        return Long.parseLong(Character.isDigit(number.charAt(last)) ? number : number.substring(0, last)) * factor;
    }
}
