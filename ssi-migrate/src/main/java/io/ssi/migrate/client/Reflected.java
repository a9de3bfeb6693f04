package io.ssi.migrate.client;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;

/**
 * Members that a program reflects on: HotSpot finds what they stand for by a number ({@code slot}) that depends on where each JVM has the
 * names in its memory. Source: hotspot/share/oops/method.cpp, Method::sort_methods.
 */
final class Reflected {
    private final Jdk jdk;
    private final MethodHandle methods;
    private final MethodHandle constructors;

    Reflected(Jdk jdk) {
        this.jdk = jdk;
        methods = jdk.virtual(Class.class, "getDeclaredMethods0", Method[].class, boolean.class);
        constructors = jdk.virtual(Class.class, "getDeclaredConstructors0", Constructor[].class, boolean.class);
    }

    static boolean isOne(Class<?> type) {
        return type == Method.class || type == Constructor.class || type == Field.class;
    }

    /** Gives each the number it has in this JVM. */
    void numberAgain(List<Object> members) throws IOException {
        for (Object member : members) {
            long slot = Jdk.U.objectFieldOffset(jdk.field(member.getClass(), "slot"));
            Jdk.U.putInt(member, slot, Jdk.U.getInt(here(member), slot));
        }
    }

    private Object here(Object member) throws IOException {
        if (member instanceof Field field) {
            for (Field candidate : jdk.declaredFields(field.getDeclaringClass())) {
                if (candidate.getName().equals(field.getName()) && candidate.getType() == field.getType()) {
                    return candidate;
                }
            }
        } else {
            Executable executable = (Executable) member;
            for (Executable candidate : declared(executable)) {
                if (candidate.getName().equals(executable.getName()) && result(candidate) == result(executable)
                        && Arrays.equals(candidate.getParameterTypes(), executable.getParameterTypes())) {
                    return candidate;
                }
            }
        }
        throw new IOException(member + " is not in the class as it is here");
    }

    private Executable[] declared(Executable executable) {
        try {
            return executable instanceof Method ? (Method[]) methods.invokeExact((Class<?>) executable.getDeclaringClass(), false)
                    : (Constructor<?>[]) constructors.invokeExact((Class<?>) executable.getDeclaringClass(), false);
        } catch (Throwable e) {
            throw Jdk.failed("members of " + executable.getDeclaringClass().getName(), e);
        }
    }

    private static Class<?> result(Executable executable) {
        return executable instanceof Method method ? method.getReturnType() : void.class;
    }
}
