package io.ssi.migrate.client;

import java.lang.StackWalker.Option;
import java.lang.StackWalker.StackFrame;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** Reads the frames of the calling thread with java.lang.LiveStackFrame: locals, operand stack and monitors of each. */
final class FrameReader {
    private final StackWalker walker;
    private final MethodHandle locals;
    private final MethodHandle stack;
    private final MethodHandle monitors;
    private final Class<?> primitive;
    private final MethodHandle longValue;
    private final long name;

    FrameReader(Jdk jdk) {
        try {
            Class<?> frame = Class.forName("java.lang.LiveStackFrame");
            name = Jdk.U.objectFieldOffset(jdk.field(Class.forName("java.lang.StackFrameInfo"), "name"));
            primitive = Class.forName("java.lang.LiveStackFrame$PrimitiveSlot");
            MethodHandle make = jdk.statically(frame, "getStackWalker", StackWalker.class, Set.class);
            walker = (StackWalker) make.invoke(Set.of(Option.SHOW_HIDDEN_FRAMES, Option.RETAIN_CLASS_REFERENCE));
            MethodType values = MethodType.methodType(Object[].class, Object.class);
            locals = jdk.virtual(frame, "getLocals", Object[].class).asType(values);
            stack = jdk.virtual(frame, "getStack", Object[].class).asType(values);
            monitors = jdk.virtual(frame, "getMonitors", Object[].class).asType(values);
            longValue = jdk.virtual(primitive, "longValue", long.class)
                    .asType(MethodType.methodType(long.class, Object.class));
        } catch (Throwable e) {
            throw Jdk.failed("java.lang.LiveStackFrame", e);
        }
    }

    /** Frames of the calling thread below the lowest frame of the given hook class, top first. */
    List<RawFrame> read(Class<?> hook) {
        List<RawFrame> frames = walker.walk(new Function<Stream<StackFrame>, List<RawFrame>>() {
            @Override
            public List<RawFrame> apply(Stream<StackFrame> stream) {
                List<RawFrame> all = new ArrayList<>();
                stream.forEachOrdered(f -> all.add(raw(f)));
                return all;
            }
        });
        int below = frames.size();
        while (below > 0 && frames.get(below - 1).type() != hook) {
            below--;
        }
        return new ArrayList<>(frames.subList(below, frames.size()));
    }

    private RawFrame raw(StackFrame frame) {
        try {
            Object[] l = (Object[]) locals.invokeExact((Object) frame);
            Object[] s = (Object[]) stack.invokeExact((Object) frame);
            Object[] m = (Object[]) monitors.invokeExact((Object) frame);
            String shown = frame.getMethodName(); // of a copy it is the original's; asking has the JVM fill in the copy's own
            String method = (String) Jdk.U.getReference(frame, name);
            String descriptor = method.equals(shown) ? frame.getDescriptor() : FrameCopies.DESCRIPTOR;
            return new RawFrame(frame.getDeclaringClass(), method, descriptor,
                    frame.getByteCodeIndex(), references(l), primitives(l), references(s), primitives(s), held(m));
        } catch (Throwable e) {
            throw Jdk.failed("frame " + frame, e);
        }
    }

    /** An interpreted frame also shows the places of monitors it has given free. */
    private static Object[] held(Object[] monitors) {
        int n = 0;
        Object[] held = new Object[monitors.length];
        for (Object monitor : monitors) {
            if (monitor != null) {
                held[n++] = monitor;
            }
        }
        return java.util.Arrays.copyOf(held, n);
    }

    private Object[] references(Object[] slots) {
        Object[] refs = new Object[slots.length];
        for (int i = 0; i < slots.length; i++) {
            refs[i] = primitive.isInstance(slots[i]) ? null : slots[i];
        }
        return refs;
    }

    private long[] primitives(Object[] slots) throws Throwable {
        long[] raws = new long[slots.length];
        for (int i = 0; i < slots.length; i++) {
            if (primitive.isInstance(slots[i])) {
                raws[i] = (long) longValue.invokeExact(slots[i]);
            }
        }
        return raws;
    }
}
