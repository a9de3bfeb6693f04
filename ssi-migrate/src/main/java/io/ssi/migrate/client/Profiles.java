package io.ssi.migrate.client;

import java.lang.instrument.Instrumentation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Has the JVM forget what it saw methods of the JDK do for the agent. The compiler leaves out branches that were never taken and calls
 * directly what was the only receiver: while an image is read and frames are made, the agent boxes numbers, fills maps and builds strings as
 * the program perhaps never does, and code that is compiled for the program afterwards would carry that for ever. A class that is
 * transformed anew, into the same, begins without a profile.
 */
final class Profiles {
    /** What programs call in hot code and the agent calls as well, with values and types of its own. */
    static final Set<String> SHARED = Set.of("java.lang.AbstractStringBuilder", "java.lang.Byte", "java.lang.Character", "java.lang.CharacterDataLatin1",
            "java.lang.Enum", "java.lang.Integer", "java.lang.Long", "java.lang.Short", "java.lang.String", "java.lang.StringBuilder", "java.lang.StringLatin1",
            "java.util.AbstractCollection", "java.util.AbstractList", "java.util.AbstractMap", "java.util.AbstractSet", "java.util.ArrayDeque",
            "java.util.ArrayList", "java.util.ArrayList$Itr", "java.util.Arrays", "java.util.BitSet", "java.util.Collections", "java.util.HashMap",
            "java.util.HashMap$HashIterator", "java.util.HashSet", "java.util.IdentityHashMap", "java.util.IdentityHashMap$IdentityHashMapIterator",
            "java.util.ImmutableCollections$ListN", "java.util.ImmutableCollections$MapN", "java.util.ImmutableCollections$SetN",
            "java.util.LinkedHashMap", "java.util.Map", "java.util.Objects", "java.util.Optional", "java.util.WeakHashMap",
            "java.util.concurrent.ConcurrentHashMap", "java.util.stream.AbstractPipeline");

    private Profiles() {}

    /**
     * Those to transform anew, in a list of its own: together with the classes that get copies of frames, which is the last that the agent does
     * before the program's threads are there. Not later: an exception forgets the lines of methods that are replaced before it is asked for them.
     */
    static List<Class<?>> shared(Instrumentation instrumentation) {
        List<Class<?>> shared = new ArrayList<>();
        for (Class<?> type : instrumentation.getAllLoadedClasses()) {
            if (type.getClassLoader() == null && SHARED.contains(type.getName())) {
                shared.add(type);
            }
        }
        return shared;
    }
}
