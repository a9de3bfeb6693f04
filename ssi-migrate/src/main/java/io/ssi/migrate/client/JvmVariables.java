package io.ssi.migrate.client;

import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Environment variables that every JVM takes options from, and says so on standard error. A landing JVM gets the options on
 * its command line already, so these variables travel under another name; the program finds them under their own.
 */
final class JvmVariables {
    private static final List<String> NAMES = List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");
    private static final String ASIDE = "SSI_ASIDE_";

    private JvmVariables() {}

    /** The environment as KEY=VALUE for a landing JVM. */
    static List<String> setAside(Map<String, String> environment) {
        List<String> variables = new ArrayList<>();
        for (Map.Entry<String, String> variable : environment.entrySet()) {
            variables.add((NAMES.contains(variable.getKey()) ? ASIDE : "") + variable.getKey() + "=" + variable.getValue());
        }
        return variables;
    }

    /** In the landing JVM, before the program runs: System.getenv and the environment of children are as they were. */
    static void putBack(Jdk jdk) {
        try {
            Class<?> environment = Class.forName("java.lang.ProcessEnvironment");
            Class<?> variable = Class.forName("java.lang.ProcessEnvironment$Variable");
            Class<?> value = Class.forName("java.lang.ProcessEnvironment$Value");
            MethodHandle variableOf = jdk.statically(variable, "valueOf", variable, String.class);
            MethodHandle valueOf = jdk.statically(value, "valueOf", value, String.class);
            Map<String, String> now = System.getenv();
            @SuppressWarnings("unchecked")
            Map<Object, Object> entries = (Map<Object, Object>) jdk.getStatic(environment, "theEnvironment");
            for (String name : NAMES) {
                String aside = now.get(ASIDE + name);
                if (aside != null) {
                    entries.put(variableOf.invoke(name), valueOf.invoke(aside));
                    entries.remove(variableOf.invoke(ASIDE + name));
                }
            }
        } catch (Throwable e) {
            throw Jdk.failed("ProcessEnvironment", e);
        }
    }
}
