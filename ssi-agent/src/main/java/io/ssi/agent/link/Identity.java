package io.ssi.agent.link;

import io.ssi.core.wire.LinkMessage;
import io.ssi.migrate.JdkBuild;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What this JVM says of itself when it meets a daemon. Immutable. */
public final class Identity {
    private final LinkMessage.Role role;
    private final long token;
    private final long osPid;
    private final long startMillis;

    public Identity(LinkMessage.Role role, long token, long osPid, long startMillis) {
        this.role = role;
        this.token = token;
        this.osPid = osPid;
        this.startMillis = startMillis;
    }

    /** The number the host's kernel has for this JVM; ProcessHandle would start threads to say it. */
    public static long osPid() throws IOException {
        return Long.parseLong(new File(new File("/proc/self").getCanonicalPath()).getName());
    }

    /** The first message of a connection. */
    public LinkMessage.Hello hello(int vpid, int incarnation, long undecided, byte[] row) {
        String whole = System.getProperty("sun.java.command", "");
        List<String> words = words(whole);
        String command = words.isEmpty() ? whole : words.get(0);
        List<String> arguments = words.size() < 2 ? List.of() : words.subList(1, words.size());
        return new LinkMessage.Hello(LinkMessage.PROTOCOL, role, token, osPid, parent(), JdkBuild.name(), command, arguments,
                System.getProperty("user.name", ""), System.getProperty("user.dir", ""), startMillis, vpid, incarnation,
                undecided, row);
    }

    private static int parent() {
        String parent = System.getenv("SSI_PARENT");
        try {
            return parent == null ? 0 : Integer.parseInt(parent);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** Main class or jar, and the arguments as they were: the kernel has them whole, the property only joined by blanks. */
    private static List<String> words(String joined) {
        List<String> all = new ArrayList<>();
        try (FileInputStream in = new FileInputStream("/proc/self/cmdline")) {
            byte[] bytes = in.readAllBytes();
            int start = 0;
            for (int i = 0; i < bytes.length; i++) {
                if (bytes[i] == 0) {
                    all.add(new String(bytes, start, i - start));
                    start = i + 1;
                }
            }
        } catch (IOException e) {
            return List.of(joined);
        }
        String tail = "";
        for (int i = all.size() - 1; i > 0; i--) {
            tail = tail.isEmpty() ? all.get(i) : all.get(i) + " " + tail;
            if (tail.equals(joined)) {
                return all.subList(i, all.size());
            }
        }
        return List.of(joined);
    }
}
