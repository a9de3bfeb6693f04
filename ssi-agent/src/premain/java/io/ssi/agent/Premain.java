package io.ssi.agent;

import java.lang.instrument.Instrumentation;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/**
 * What {@code -javaagent:ssi-agent.jar} enters, and the main class of the JVMs the agent starts itself ({@code landing} and
 * {@code deputy}). Has no state: it checks the JDK and hands over to the agent proper, which lives in its own class loader.
 * Compiled for old JVMs, so that those can still say what they lack.
 */
public final class Premain {
    private static final String WANTED = "25";

    private Premain() {}

    public static void premain(String options, Instrumentation instrumentation) throws Throwable {
        requireJdk();
        call("io.ssi.agent.Agent", "start", new Class<?>[] {String[].class, Instrumentation.class},
                new String[] {options, PremainLoader.jar()}, instrumentation);
    }

    public static void main(String[] arguments) throws Throwable {
        requireJdk();
        String what = arguments.length == 0 ? "" : arguments[0];
        if (what.equals("landing")) {
            call("io.ssi.agent.Landing", "main", new Class<?>[0]);
        } else if (what.equals("deputy")) {
            call("io.ssi.agent.deputy.Deputy", "main", new Class<?>[] {String[].class}, (Object) arguments);
        } else {
            System.err.println("ssi: this jar is an agent; start your program with: java -javaagent:" + PremainLoader.jar()
                    + " -jar YOUR.jar");
            System.exit(2);
        }
    }

    private static void requireJdk() {
        String found = System.getProperty("java.specification.version");
        if (!WANTED.equals(found)) {
            System.err.println("ssi: this agent needs JDK " + WANTED + ", and this is Java " + System.getProperty("java.version") + " at "
                    + System.getProperty("java.home") + "; start the program with the java of a JDK " + WANTED
                    + " (https://adoptium.net), or without -javaagent");
            System.exit(1);
        }
    }

    private static void call(String type, String name, Class<?>[] types, Object... arguments) throws Throwable {
        Method method = PremainLoader.instance().loadClass(type).getMethod(name, types);
        try {
            method.invoke(null, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
