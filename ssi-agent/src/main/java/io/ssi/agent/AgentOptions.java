package io.ssi.agent;

/** What stands behind {@code -javaagent:ssi-agent.jar=}: words and KEY=VALUE, with commas between them. */
final class AgentOptions {
    /** No daemon is looked for; for tests of the weaving alone. */
    final boolean detached;
    /** This JVM is started for a process to move into. */
    final boolean landing;
    /** This landing is the OS process that the program was started as: its token as a deputy; else 0. */
    final long home;
    /** Where what that process remembers is, see Remains; else -1. */
    final int remains;
    /** What a landing JVM proves itself with to its daemon; else 0. */
    final long token;
    /** Null for the usual one. */
    final String socket;

    private AgentOptions(boolean detached, boolean landing, long home, int remains, long token, String socket) {
        this.detached = detached;
        this.landing = landing;
        this.home = home;
        this.remains = remains;
        this.token = token;
        this.socket = socket;
    }

    /** @throws IllegalArgumentException with a sentence for the user */
    static AgentOptions parse(String text) {
        boolean detached = Boolean.getBoolean("ssi.detached");
        boolean landing = false;
        long home = 0;
        int remains = -1;
        long token = 0;
        String socket = null;
        int at = 0;
        while (text != null && at < text.length()) {
            int comma = text.indexOf(',', at);
            String option = text.substring(at, comma < 0 ? text.length() : comma);
            at = comma < 0 ? text.length() : comma + 1;
            if (option.equals("detached")) {
                detached = true;
            } else if (option.startsWith("home=")) {
                home = Long.parseLong(option.substring("home=".length()));
            } else if (option.startsWith("remains=")) {
                remains = Integer.parseInt(option.substring("remains=".length()));
            } else if (option.startsWith("landing=")) {
                landing = true;
                token = Long.parseLong(option.substring("landing=".length()));
            } else if (option.startsWith("socket=")) {
                socket = option.substring("socket=".length());
            } else {
                throw new IllegalArgumentException("the agent has no option '" + option
                        + "'; it knows detached, socket=PATH and, for the daemon, landing=TOKEN, home=TOKEN, remains=DESCRIPTOR");
            }
        }
        return new AgentOptions(detached, landing, home, remains, token, socket);
    }
}
