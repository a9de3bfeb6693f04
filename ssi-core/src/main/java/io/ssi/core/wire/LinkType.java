package io.ssi.core.wire;

/** Number of each message on the wire. A number is never changed or reused; new messages go to the end. */
final class LinkType {
    static final int HELLO = 1;
    static final int WELCOME = 2;
    static final int REFUSED = 3;
    static final int REPORT = 4;
    static final int EXITING = 5;
    static final int PREPARE = 6;
    static final int PREPARED = 7;
    static final int FREEZE = 8;
    static final int EXPLAIN = 9;
    static final int EXPLAINED = 10;
    static final int IMAGE_CHUNK = 11;
    static final int IMAGE_END = 12;
    static final int CANNOT = 13;
    static final int RESUME = 14;
    static final int RESUMED = 15;
    static final int DEPART = 16;
    static final int LAND = 17;
    static final int LAND_READY = 18;
    static final int BUILT = 19;
    static final int GO = 20;
    static final int RUNNING = 21;
    static final int SELF_MOVE = 22;
    static final int SELF_MOVE_REFUSED = 23;
    static final int STDIO = 24;
    static final int STDIO_ACK = 25;
    static final int STDIN_WANT = 26;
    static final int SIGNAL = 27;
    static final int EXIT = 28;
    static final int BECOME_LANDING = 29;
    static final int ADMIN_REQUEST = 30;
    static final int ADMIN_PROGRESS = 31;
    static final int ADMIN_REPLY = 32;
    static final int STDIN = 33;
    static final int STDIO_BROKEN = 34;

    private LinkType() {}
}
