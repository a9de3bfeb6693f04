package io.ssi.migrate.client;

import jdk.internal.misc.Unsafe;

/**
 * Lets loaded classes get private static methods for a moment: HotSpot has a switch for it (AllowRedefinitionToAddDeleteMethods).
 * Source: hotspot/share/runtime/flags/jvmFlag.hpp, oops/instanceKlass.hpp.
 */
final class MethodAdding {
    private static final Unsafe U = Unsafe.getUnsafe();

    private static final String SWITCH = "AllowRedefinitionToAddDeleteMethods";

    private final long onOff;
    private final long klass;
    private final long methods;
    private final long numbersGiven;

    /** @throws IllegalStateException if this JVM has no such switch */
    MethodAdding() {
        VmStructs structs = new VmStructs();
        onOff = structs.flag(SWITCH);
        klass = structs.klass();
        methods = structs.field("InstanceKlass", "_methods", false);
        numbersGiven = structs.field("InstanceKlass", "_idnum_allocated_count", false);
    }

    /** Until {@link #forbid}, these classes may be retransformed with more methods. */
    void allow(Iterable<Class<?>> types) {
        for (Class<?> type : types) {
            number(type);
        }
        U.putByte(onOff, (byte) 1);
    }

    void forbid() {
        U.putByte(onOff, (byte) 0);
    }

    /**
     * Methods are numbered on behind the last. A method that was changed before took such a number for its old code, and then the last
     * methods would be numbered higher than there are methods, where HotSpot does not find them for the lines of a stack trace.
     */
    private void number(Class<?> type) {
        long at = U.getLong(type, klass);
        int count = U.getInt(U.getAddress(at + methods)); // Array begins with its length
        int given = U.getShort(at + numbersGiven) & 0xFFFF;
        if (count <= 0 || count > given) {
            throw Jdk.failed("table of methods: " + type.getName() + " has " + count + ", numbered up to " + given, null);
        }
        U.putShort(at + numbersGiven, (short) count);
    }
}
