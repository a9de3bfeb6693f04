package io.ssi.migrate.client;

import org.objectweb.asm.ClassWriter;

/** Finds common superclasses by the loaded classes, initialising none. */
final class HierarchyWriter extends ClassWriter {
    private final ClassLoader loader;

    HierarchyWriter(int flags, ClassLoader loader) {
        super(flags);
        this.loader = loader;
    }

    @Override
    protected String getCommonSuperClass(String one, String other) {
        try {
            Class<?> a = Class.forName(one.replace('/', '.'), false, loader);
            Class<?> b = Class.forName(other.replace('/', '.'), false, loader);
            if (a.isAssignableFrom(b)) {
                return one;
            }
            if (b.isAssignableFrom(a)) {
                return other;
            }
            while (!a.isInterface() && !a.isAssignableFrom(b)) {
                a = a.getSuperclass();
            }
            return a.isInterface() || b.isInterface() ? "java/lang/Object" : a.getName().replace('.', '/');
        } catch (ClassNotFoundException e) {
            throw new TypeNotPresentException(e.getMessage(), e);
        }
    }
}
