package io.ssi.agent;

import io.ssi.agent.rule.JdkRules;
import io.ssi.agent.rule.Rule;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.util.ArrayList;
import java.util.HashMap;

/** Puts the weaving in place: for classes to come, and for those of the JDK that are loaded already. */
final class Weaving {
    private Weaving() {}

    static void start(AgentRuntime runtime, Instrumentation instrumentation, boolean landing) throws UnmodifiableClassException {
        instrumentation.addTransformer(runtime.transformer(), true);
        ArrayList<Class<?>> loaded = new ArrayList<>(16);
        long lengths = lengths(JdkRules.table()) | lengths(JdkRules.landing());
        for (String clocked : JdkRules.clocked()) {
            lengths |= landing ? 1L << clocked.length() : 0;
        }
        for (Class<?> type : instrumentation.getAllLoadedClasses()) {
            String name = type.getName();
            // Hundreds of classes, all interpreted: look at their length first.
            if ((lengths >>> name.length() & 1) != 0 && type.getClassLoader() == null
                    && JdkRules.concerns(name.replace('.', '/'), landing)) {
                loaded.add(type);
            }
        }
        // Not woven, only forgotten: any -javaagent makes the JVM build its module graph anew, by hash maps, and what keys it saw there
        // stays in their profile. Programs with maps of their own keys ran up to 30 % slower for that.
        loaded.add(HashMap.class);
        instrumentation.retransformClasses(loaded.toArray(new Class<?>[0]));
    }

    /** Bit n (modulo 64) is set if some rule's class has a name of n characters. */
    private static long lengths(Rule[] rules) {
        long lengths = 0;
        for (Rule rule : rules) {
            lengths |= 1L << rule.owner().length();
        }
        return lengths;
    }
}
