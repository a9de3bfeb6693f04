package io.ssi.migrate.client;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.charset.StandardCharsets;
import jdk.internal.misc.Unsafe;

/**
 * Lets loaded classes get private static methods for a moment: HotSpot has a switch for it (AllowRedefinitionToAddDeleteMethods).
 * The switch, and where classes are, is found by the table that libjvm has for debuggers, which names its own layout. Source:
 * hotspot/share/runtime/vmStructs.hpp, flags/jvmFlag.hpp, oops/instanceKlass.hpp.
 */
final class MethodAdding {
    private static final Unsafe U = Unsafe.getUnsafe();

    private static final String SWITCH = "AllowRedefinitionToAddDeleteMethods";

    private final SymbolLookup jvm;
    private final long onOff;
    private final long klass;
    private final long methods;
    private final long numbersGiven;

    /** @throws IllegalStateException if this JVM has no such switch */
    MethodAdding() {
        jvm = SymbolLookup.libraryLookup(System.getProperty("java.home") + "/lib/server/libjvm.so", Arena.global());
        onOff = flag(SWITCH);
        klass = U.getInt(field("java_lang_Class", "_klass_offset", true));
        methods = field("InstanceKlass", "_methods", false);
        numbersGiven = field("InstanceKlass", "_idnum_allocated_count", false);
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

    private long flag(String name) {
        long flags = U.getAddress(field("JVMFlag", "flags", true));
        long count = U.getLong(field("JVMFlag", "numFlags", true));
        long nameOffset = field("JVMFlag", "_name", false);
        long addressOffset = field("JVMFlag", "_addr", false);
        long size = sizeOf("JVMFlag");
        for (long i = 0; i < count; i++) {
            long flag = flags + i * size;
            if (isText(U.getAddress(flag + nameOffset), name)) {
                return U.getAddress(flag + addressOffset);
            }
        }
        throw Jdk.failed("switch " + name, null);
    }

    /** Address of a static field, offset of another. */
    private long field(String type, String name, boolean isStatic) {
        long stride = number("gHotSpotVMStructEntryArrayStride");
        long typeName = number("gHotSpotVMStructEntryTypeNameOffset");
        long fieldName = number("gHotSpotVMStructEntryFieldNameOffset");
        long value = number(isStatic ? "gHotSpotVMStructEntryAddressOffset" : "gHotSpotVMStructEntryOffsetOffset");
        for (long entry = number("gHotSpotVMStructs"); U.getAddress(entry + typeName) != 0; entry += stride) {
            if (isText(U.getAddress(entry + typeName), type) && isText(U.getAddress(entry + fieldName), name)) {
                return U.getLong(entry + value);
            }
        }
        throw Jdk.failed("table entry " + type + "." + name, null);
    }

    private long sizeOf(String type) {
        long stride = number("gHotSpotVMTypeEntryArrayStride");
        long name = number("gHotSpotVMTypeEntryTypeNameOffset");
        for (long entry = number("gHotSpotVMTypes"); U.getAddress(entry + name) != 0; entry += stride) {
            if (isText(U.getAddress(entry + name), type)) {
                return U.getLong(entry + number("gHotSpotVMTypeEntrySizeOffset"));
            }
        }
        throw Jdk.failed("table entry " + type, null);
    }

    private long number(String symbol) {
        return U.getLong(jvm.find(symbol).orElseThrow(() -> Jdk.failed("symbol " + symbol, null)).address());
    }

    private static boolean isText(long at, String text) {
        byte[] wanted = text.getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < wanted.length; i++) {
            if (at == 0 || U.getByte(at + i) != wanted[i]) {
                return false;
            }
        }
        return U.getByte(at + wanted.length) == 0;
    }
}
