package io.ssi.migrate.client;

import java.lang.invoke.VarHandle;
import java.lang.reflect.Field;

/** Finds the field behind a VarHandle by the class and offset it holds. */
final class VarHandles {
    private VarHandles() {}

    /** The field, or null if the handle is not a plain one of a field. */
    static Field fieldOf(Jdk jdk, VarHandle handle) {
        String type = handle.getClass().getName();
        boolean instance = type.contains("$FieldInstance");
        if (!instance && !type.contains("$FieldStatic")) {
            return null;
        }
        Class<?> holder = (Class<?>) jdk.get(handle, instance ? "receiverType" : "declaringClass");
        long offset = Jdk.U.getLong(handle, Jdk.U.objectFieldOffset(jdk.field(handle.getClass(), "fieldOffset")));
        for (Class<?> c = holder; c != null; c = c.getSuperclass()) {
            for (Field field : jdk.declaredFields(c)) {
                if (Jdk.isStatic(field) != instance
                        && offset == (instance ? Jdk.U.objectFieldOffset(field) : Jdk.U.staticFieldOffset(field))
                        && field.getType() == handle.varType()) {
                    return field;
                }
            }
        }
        return null;
    }
}
