package io.ssi.migrate.client;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.charset.StandardCharsets;
import jdk.internal.misc.Unsafe;

/**
 * The table that libjvm has for debuggers, which names its own layout. Source: hotspot/share/runtime/vmStructs.hpp. Made with
 * {@link Jdk#withNativeAccess}.
 */
final class VmStructs {
    private static final Unsafe U = Unsafe.getUnsafe();

    private final SymbolLookup jvm = SymbolLookup.libraryLookup(System.getProperty("java.home") + "/lib/server/libjvm.so", Arena.global());

    /** Where the object is that stands for a class in the JVM, seen from its Class. */
    long klass() {
        return U.getInt(field("java_lang_Class", "_klass_offset", true));
    }

    /** Address of a switch. */
    long flag(String name) {
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
    long field(String type, String name, boolean isStatic) {
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

    /** Value of a constant. */
    int constant(String name) {
        return U.getInt(entry("gHotSpotVMIntConstant", "Name", name) + number("gHotSpotVMIntConstantEntryValueOffset"));
    }

    private long sizeOf(String type) {
        return U.getLong(entry("gHotSpotVMType", "TypeName", type) + number("gHotSpotVMTypeEntrySizeOffset"));
    }

    private long entry(String table, String key, String name) {
        long stride = number(table + "EntryArrayStride");
        long nameOffset = number(table + "Entry" + key + "Offset");
        for (long entry = number(table + "s"); U.getAddress(entry + nameOffset) != 0; entry += stride) {
            if (isText(U.getAddress(entry + nameOffset), name)) {
                return entry;
            }
        }
        throw Jdk.failed("table entry " + name, null);
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
