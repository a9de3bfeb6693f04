package io.ssi.migrate.client;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Field;

/** Handles of methods and fields, found in this JVM by what the image tells of them. */
final class Handles {
    private Handles() {}

    static MethodHandle of(Jdk jdk, int kind, Class<?> owner, String name, MethodType type) throws ReflectiveOperationException {
        MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(owner, jdk.trusted());
        return switch (kind) {
            case MethodHandleInfo.REF_invokeStatic -> lookup.findStatic(clock(owner, name), name, type);
            case MethodHandleInfo.REF_newInvokeSpecial -> lookup.findConstructor(owner, type);
            case MethodHandleInfo.REF_invokeSpecial -> lookup.findSpecial(owner, name, type, owner);
            case MethodHandleInfo.REF_invokeVirtual, MethodHandleInfo.REF_invokeInterface -> lookup.findVirtual(owner, name, type);
            case MethodHandleInfo.REF_getField -> lookup.findGetter(owner, name, type.returnType());
            case MethodHandleInfo.REF_getStatic -> lookup.findStaticGetter(owner, name, type.returnType());
            case MethodHandleInfo.REF_putField -> lookup.findSetter(owner, name, type.parameterType(0));
            default -> lookup.findStaticSetter(owner, name, type.parameterType(0));
        };
    }

    static VarHandle ofField(Jdk jdk, Class<?> owner, String name) throws ReflectiveOperationException {
        Field field = jdk.field(owner, name);
        MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(owner, jdk.trusted());
        return Jdk.isStatic(field) ? lookup.findStaticVarHandle(owner, name, field.getType())
                : lookup.findVarHandle(owner, name, field.getType());
    }

    /** What a lambda calls. */
    static MethodHandle ofLambda(MethodHandles.Lookup caller, int kind, Class<?> owner, String name, MethodType type)
            throws ReflectiveOperationException {
        return switch (kind) {
            case MethodHandleInfo.REF_invokeStatic -> caller.findStatic(clock(owner, name), name, type);
            case MethodHandleInfo.REF_newInvokeSpecial -> caller.findConstructor(owner, type);
            case MethodHandleInfo.REF_invokeSpecial -> caller.findSpecial(owner, name, type, caller.lookupClass());
            default -> caller.findVirtual(owner, name, type);
        };
    }

    /** As woven code has it: a moved program has its own System.nanoTime. */
    private static Class<?> clock(Class<?> owner, String name) {
        return owner == System.class && name.equals("nanoTime") ? SsiClock.class : owner;
    }
}
