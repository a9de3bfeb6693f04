package io.ssi.migrate.client;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import jdk.internal.misc.Unsafe;

/**
 * Instance fields of a class, superclasses first, by Unsafe offset. Names and order come from the class files, which are the
 * same on both sides; offsets are each JVM's own.
 */
final class Layout {
    private static final Unsafe U = Unsafe.getUnsafe();

    /** Per field: one of the descriptor letters I J B S C Z F D, L for any reference, or {@link #SKIPPED}. */
    final char[] kinds;
    final long[] offsets;
    final String[] names;

    /** A reference that belongs to the JVM and is left null: it is made again when needed. */
    static final char SKIPPED = '-';

    private Layout(List<Field> fields) {
        kinds = new char[fields.size()];
        offsets = new long[fields.size()];
        names = new String[fields.size()];
        for (int i = 0; i < kinds.length; i++) {
            Field field = fields.get(i);
            kinds[i] = JdkState.isRebuilt(field) ? SKIPPED : kind(field.getType());
            offsets[i] = Jdk.isStatic(field) ? U.staticFieldOffset(field) : U.objectFieldOffset(field);
            names[i] = field.getName();
        }
    }

    static Layout ofInstances(Jdk jdk, Class<?> type) {
        List<Class<?>> chain = new ArrayList<>();
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            chain.add(c);
        }
        List<Field> fields = new ArrayList<>();
        for (int i = chain.size() - 1; i >= 0; i--) {
            for (Field field : jdk.declaredFields(chain.get(i))) {
                if (!Jdk.isStatic(field)) {
                    fields.add(field);
                }
            }
        }
        return new Layout(fields);
    }

    static Layout ofStatics(Jdk jdk, Class<?> type) {
        List<Field> fields = new ArrayList<>();
        for (Field field : jdk.declaredFields(type)) {
            if (Jdk.isStatic(field)) {
                fields.add(field);
            }
        }
        return new Layout(fields);
    }

    /** Where the statics of the class are; null if it has none. */
    static Object staticBase(Jdk jdk, Class<?> type) {
        for (Field field : jdk.declaredFields(type)) {
            if (Jdk.isStatic(field)) {
                return U.staticFieldBase(field);
            }
        }
        return null;
    }

    static char kind(Class<?> type) {
        return type.isPrimitive() ? type.descriptorString().charAt(0) : 'L';
    }
}
