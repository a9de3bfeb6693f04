package io.ssi.agent;

import io.ssi.agent.deputy.Remains;
import io.ssi.agent.deputy.Terminal;
import io.ssi.agent.handler.DescriptorPoll;
import io.ssi.agent.handler.HookHandler;
import io.ssi.agent.handler.LocalInput;
import io.ssi.agent.handler.RemoteInput;
import io.ssi.agent.handler.StandardInput;
import io.ssi.agent.link.DaemonLink;
import io.ssi.agent.link.DaemonStarter;
import io.ssi.agent.link.Identity;
import io.ssi.core.wire.LinkMessage.Role;
import io.ssi.migrate.client.ThreadIds;
import java.io.BufferedInputStream;
import java.io.FileDescriptor;
import java.io.FilterInputStream;
import java.lang.instrument.Instrumentation;

/** Starts the agent in a JVM: opens java.base, weaves, connects. Everything that can wait is left to the link's thread. */
public final class Agent {
    private static String jar;
    private static AgentRuntime runtime;

    private Agent() {}

    /** Entered by the premain class, on the main thread, before the program; with the agent's options and the path of its jar. */
    public static void start(String[] given, Instrumentation instrumentation) {
        long startMillis = System.currentTimeMillis();
        jar = given[1];
        try {
            AgentOptions options = AgentOptions.parse(given[0]);
            JavaBase.open(instrumentation);
            JavaBase.defineHooks();
            runtime = Assembly.start(options, jar, instrumentation, startMillis);
        } catch (Throwable e) {
            refuse(e);
        }
    }

    /** After {@link #start}. */
    static AgentRuntime runtime() {
        return runtime;
    }

    static String jar() {
        return jar;
    }

    private static void refuse(Throwable e) {
        System.err.println("ssi: the agent cannot start: " + (e.getMessage() == null ? e.toString() : e.getMessage()));
        System.err.println("ssi: on Java " + System.getProperty("java.runtime.version") + " of " + System.getProperty("java.vendor")
                + ", agent " + jar);
        System.err.println("ssi: start the program without -javaagent to run it outside the cluster");
        Runtime.getRuntime().halt(1);
    }

    /** Apart, because its code refers to hook classes, which must exist before it is verified. */
    private static final class Assembly {
        static AgentRuntime start(AgentOptions options, String jar, Instrumentation instrumentation, long startMillis) throws Exception {
            if (options.landing) {
                ThreadIds.moveAway(JavaBase.trusted());
            }
            AgentRuntime runtime = new AgentRuntime(options, instrumentation, startMillis);
            long osPid = Identity.osPid();
            DaemonLink link = null;
            if (!options.detached) {
                link = new DaemonLink(options.socket,
                        new Identity(options.landing ? Role.LANDING : Role.APP, options.token, osPid, startMillis), runtime,
                        options.landing ? null : new DaemonStarter(jar));
            }
            SsiStandardInput stream = new SsiStandardInput(FileDescriptor.in);
            DescriptorPoll descriptor = new DescriptorPoll(runtime, stream);
            StandardInput input;
            if (options.landing && options.home == 0) {
                input = new StandardInput(new RemoteInput(runtime));
            } else {
                LocalInput local = new LocalInput(stream, descriptor);
                input = new StandardInput(local);
                local.target(input);
            }
            runtime.connect(input, link);
            if (options.landing && options.home == 0) {
                runtime.outputs().hold();
            }
            if (options.home != 0) {
                Remains remains = Remains.take(options.remains);
                runtime.standIn(new Terminal(remains, descriptor, runtime), remains.signals());
            }
            SsiProcess.install(osPid);
            HookHandler handler = new HookHandler(runtime, input);
            SsiHook.install(handler);
            if (System.in.getClass() == BufferedInputStream.class) {
                JavaBase.set(FilterInputStream.class, "in", System.in, stream);
            }
            Weaving.start(runtime, instrumentation, options.landing);
            SelfCheck.run(handler, runtime.unexpected());
            if (link != null) {
                link.start();
            }
            return runtime;
        }
    }
}
