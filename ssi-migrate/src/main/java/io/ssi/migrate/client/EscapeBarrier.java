package io.ssi.migrate.client;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Makes HotSpot give back objects that C2 keeps in registers (scalar replacement) in every thread's frames, so that a stack
 * walk sees them. Any JVMTI heap function does that first; FollowReferences with a callback that aborts at the first
 * reference does nothing else. JVMTI is reached through JNI_GetCreatedJavaVMs, which answers only after start-up, so an
 * instance is made at the first prepare, not in premain. Source: hotspot/share/runtime/escapeBarrier.hpp, jvmti.h.
 */
final class EscapeBarrier {
    private static final long LOOK_NANOS = 5_000_000;
    private static final int LOOKS_MAX = 2_000;
    private static final int JVMTI_VERSION = 0x30010200;
    /** Slots in JNIInvokeInterface_ and jvmtiInterface_1_ (the latter counts from 1 in the specification). */
    private static final int JNI_GET_ENV = 6;
    private static final int JVMTI_ADD_CAPABILITIES = 142 - 1;
    private static final int JVMTI_FOLLOW_REFERENCES = 115 - 1;
    /** jvmtiHeapCallbacks.heap_reference_callback is the second of 16 pointers. */
    private static final int CALLBACKS = 16;
    private static final int HEAP_REFERENCE_CALLBACK = 1;
    /** The JVM has begun to end. */
    private static final int JVMTI_ERROR_WRONG_PHASE = 112;
    private static final int PROT_READ_WRITE_EXEC = 7;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
    /** return JVMTI_VISIT_ABORT (0x8000): it runs inside a VM operation, where no Java can. */
    private static final byte[] ABORT_X64 = {(byte) 0xB8, 0, (byte) 0x80, 0, 0, (byte) 0xC3};
    private static final byte[] ABORT_AARCH64 = {0, 0, (byte) 0x90, 0x52, (byte) 0xC0, 0x03, 0x5F, (byte) 0xD6};

    private final MemorySegment env;
    private final MemorySegment callbacks;
    private final MethodHandle followReferences;
    private final AtomicLong asked = new AtomicLong();
    /** Threads that asked before the last call began. Guarded by this. */
    private long served;

    EscapeBarrier() {
        try {
            Arena arena = Arena.global();
            Linker linker = Linker.nativeLinker();
            SymbolLookup jvm = SymbolLookup.libraryLookup(System.getProperty("java.home") + "/lib/server/libjvm.so", arena);
            MethodHandle createdVms = linker.downcallHandle(jvm.find("JNI_GetCreatedJavaVMs").orElseThrow(),
                    descriptor(ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
            MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
            MemorySegment count = arena.allocate(ValueLayout.JAVA_INT);
            check("JNI_GetCreatedJavaVMs", (int) createdVms.invoke(out, 1, count));
            // Until all agents' premain are done the JVM does not name itself.
            for (int looks = 0; count.get(ValueLayout.JAVA_INT, 0) == 0; looks++) {
                if (looks == LOOKS_MAX) {
                    throw new IllegalStateException("the JVM is still starting after " + LOOKS_MAX * LOOK_NANOS / 1_000_000_000 + " s; try again");
                }
                LockSupport.parkNanos(LOOK_NANOS);
                check("JNI_GetCreatedJavaVMs", (int) createdVms.invoke(out, 1, count));
            }
            MemorySegment vm = out.get(table(1), 0);
            MethodHandle getEnv = function(linker, vm, JNI_GET_ENV,
                    descriptor(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
            check("GetEnv", (int) getEnv.invoke(vm, out, JVMTI_VERSION));
            env = out.get(table(1), 0);
            MemorySegment capabilities = arena.allocate(16);
            capabilities.set(ValueLayout.JAVA_BYTE, 0, (byte) 1); // can_tag_objects
            MethodHandle add = function(linker, env, JVMTI_ADD_CAPABILITIES,
                    descriptor(ValueLayout.ADDRESS, ValueLayout.ADDRESS));
            check("AddCapabilities", (int) add.invoke(env, capabilities));
            followReferences = function(linker, env, JVMTI_FOLLOW_REFERENCES, descriptor(ValueLayout.ADDRESS,
                    ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
            callbacks = arena.allocate(MemoryLayout.sequenceLayout(CALLBACKS, ValueLayout.ADDRESS));
            callbacks.setAtIndex(ValueLayout.ADDRESS, HEAP_REFERENCE_CALLBACK, abortStub(linker));
        } catch (Throwable e) {
            throw Jdk.failed("JVMTI FollowReferences", e);
        }
    }

    /**
     * Afterwards the frames of the calling thread have their objects; 0.2 ms, and more with the number of threads, since it looks at all of them.
     * So one call serves every thread that had asked before it began. Does not return when the JVM has begun to end.
     */
    void raise() {
        long number = asked.incrementAndGet();
        int error = 0;
        synchronized (this) {
            if (served < number) {
                long all = asked.get();
                error = followReferences();
                served = all;
            }
        }
        while (error == JVMTI_ERROR_WRONG_PHASE) {
            LockSupport.park(this);
        }
        check("FollowReferences", error);
    }

    private int followReferences() {
        try {
            return (int) followReferences.invoke(env, 0, MemorySegment.NULL, MemorySegment.NULL, callbacks, MemorySegment.NULL);
        } catch (Throwable e) {
            throw Jdk.failed("JVMTI FollowReferences", e);
        }
    }

    private static MemorySegment abortStub(Linker linker) throws Throwable {
        byte[] code = switch (System.getProperty("os.arch")) {
            case "amd64" -> ABORT_X64;
            case "aarch64" -> ABORT_AARCH64;
            default -> throw new IllegalStateException("processor " + System.getProperty("os.arch") + ", not amd64 or aarch64");
        };
        MethodHandle mmap = linker.downcallHandle(linker.defaultLookup().find("mmap").orElseThrow(),
                FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
        long page = (long) mmap.invoke(0L, 4096L, PROT_READ_WRITE_EXEC, MAP_PRIVATE_ANONYMOUS, -1, 0L);
        if (page == -1) {
            throw new IllegalStateException("mmap of an executable page failed");
        }
        MemorySegment segment = MemorySegment.ofAddress(page).reinterpret(4096);
        segment.copyFrom(MemorySegment.ofArray(code));
        return segment;
    }

    private static AddressLayout table(int pointers) {
        return ValueLayout.ADDRESS.withTargetLayout(MemoryLayout.sequenceLayout(pointers, ValueLayout.ADDRESS));
    }

    private static MethodHandle function(Linker linker, MemorySegment object, int slot, FunctionDescriptor type) {
        MemorySegment functions = object.get(table(slot + 1), 0);
        return linker.downcallHandle(functions.getAtIndex(ValueLayout.ADDRESS, slot), type);
    }

    private static FunctionDescriptor descriptor(MemoryLayout... arguments) {
        return FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments);
    }

    private static void check(String what, int error) {
        if (error != 0) {
            throw new IllegalStateException(what + " answered error " + error);
        }
    }
}
