package io.ssi.agent;

import io.ssi.agent.rule.JdkRules;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.util.ArrayList;

/** Puts the weaving in place: for classes to come, and for those of the JDK that are loaded already. */
final class Weaving {
    private Weaving() {}

    static void start(AgentRuntime runtime, Instrumentation instrumentation, boolean landing) throws UnmodifiableClassException {
        instrumentation.addTransformer(runtime.transformer(), true);
        ArrayList<Class<?>> loaded = new ArrayList<>(16);
        for (Class<?> type : instrumentation.getAllLoadedClasses()) {
            if (type.getClassLoader() == null && !type.isArray() && JdkRules.concerns(type.getName().replace('.', '/'), landing)) {
                loaded.add(type);
            }
        }
        instrumentation.retransformClasses(loaded.toArray(new Class<?>[0]));
    }
}
