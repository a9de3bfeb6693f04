package io.ssi.migrate.client;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.function.Supplier;
import jdk.internal.misc.Unsafe;

/** The JDK's inner members that capture and resume need, found once by the trusted lookup. */
final class Jdk {
    static final Unsafe U = Unsafe.getUnsafe();

    private final MethodHandles.Lookup trusted;
    private final MethodHandle declaredFields;
    private final MethodHandle allThreads;

    Jdk(MethodHandles.Lookup trusted) {
        this.trusted = trusted;
        this.declaredFields = virtual(Class.class, "getDeclaredFields0", Field[].class, boolean.class);
        this.allThreads = statically(Thread.class, "getAllThreads", Thread[].class);
    }

    /**
     * Runs something that makes foreign function handles, without a warning on the program's standard error and without
     * allowing the program itself anything: all unnamed modules share one flag, which is put back.
     */
    <T> T withNativeAccess(Supplier<T> action) {
        Object unnamed = getStatic(Module.class, "ALL_UNNAMED_MODULE");
        long flag = U.objectFieldOffset(field(Module.class, "enableNativeAccess"));
        boolean before = U.getBooleanVolatile(unnamed, flag);
        U.putBooleanVolatile(unnamed, flag, true);
        try {
            return action.get();
        } finally {
            U.putBooleanVolatile(unnamed, flag, before);
        }
    }

    MethodHandles.Lookup trusted() {
        return trusted;
    }

    /** All fields the class itself declares, including those reflection filters out. */
    Field[] declaredFields(Class<?> type) {
        try {
            return (Field[]) declaredFields.invokeExact(type, false);
        } catch (Throwable e) {
            throw failed("fields of " + type.getName(), e);
        }
    }

    Thread[] allThreads() {
        try {
            return (Thread[]) allThreads.invokeExact();
        } catch (Throwable e) {
            throw failed("threads", e);
        }
    }

    MethodHandle virtual(Class<?> owner, String name, Class<?> result, Class<?>... parameters) {
        try {
            return trusted.findVirtual(owner, name, MethodType.methodType(result, parameters));
        } catch (ReflectiveOperationException e) {
            throw failed(owner.getName() + "." + name, e);
        }
    }

    MethodHandle statically(Class<?> owner, String name, Class<?> result, Class<?>... parameters) {
        try {
            return trusted.findStatic(owner, name, MethodType.methodType(result, parameters));
        } catch (ReflectiveOperationException e) {
            throw failed(owner.getName() + "." + name, e);
        }
    }

    /** The named field of the class or the nearest superclass that declares it. */
    Field field(Class<?> type, String name) {
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            for (Field field : declaredFields(c)) {
                if (field.getName().equals(name)) {
                    return field;
                }
            }
        }
        throw failed(type.getName() + "." + name, new NoSuchFieldException(name));
    }

    Object get(Object holder, String name) {
        return U.getReference(holder, U.objectFieldOffset(field(holder.getClass(), name)));
    }

    int getInt(Object holder, String name) {
        return U.getInt(holder, U.objectFieldOffset(field(holder.getClass(), name)));
    }

    boolean getBoolean(Object holder, String name) {
        return U.getBoolean(holder, U.objectFieldOffset(field(holder.getClass(), name)));
    }

    void put(Object holder, String name, Object value) {
        U.putReference(holder, U.objectFieldOffset(field(holder.getClass(), name)), value);
    }

    Object getStatic(Class<?> type, String name) {
        Field field = field(type, name);
        return U.getReference(U.staticFieldBase(field), U.staticFieldOffset(field));
    }

    boolean getStaticBoolean(Class<?> type, String name) {
        Field field = field(type, name);
        return U.getBooleanVolatile(U.staticFieldBase(field), U.staticFieldOffset(field));
    }

    /** An object no constructor has run for. */
    Object allocate(Class<?> type) {
        try {
            return U.allocateInstance(type);
        } catch (InstantiationException e) {
            throw failed("allocation of " + type.getName(), e);
        }
    }

    static boolean isStatic(Field field) {
        return Modifier.isStatic(field.getModifiers());
    }

    static boolean isInitialised(Class<?> type) {
        return !U.shouldBeInitialized(type);
    }

    /** A class of the JDK: of the boot or platform loader. */
    static boolean isJdk(Class<?> type) {
        ClassLoader loader = type.getClassLoader();
        return loader == null || loader == ClassLoader.getPlatformClassLoader();
    }

    static IllegalStateException failed(String what, Throwable cause) {
        return new IllegalStateException("this JDK " + Runtime.version() + " has no usable " + what, cause);
    }
}
