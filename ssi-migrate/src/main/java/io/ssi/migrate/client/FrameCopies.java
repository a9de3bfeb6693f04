package io.ssi.migrate.client;

import java.lang.instrument.ClassFileTransformer;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * The copies of methods by which frames of this JVM were entered again: private static methods of the class of the original.
 * As a transformer it puts them into their classes, each time one is transformed.
 */
final class FrameCopies implements ClassFileTransformer {
    /** Of every copy: takes the frame, gives the result boxed. */
    static final String DESCRIPTOR = "(Ljava/lang/SsiResume;)Ljava/lang/Object;";
    /** Slots in front of the original's locals: the SsiResume. */
    static final int SHIFT = 1;

    /**
     * @param asFactory see {@link FrameState}
     * @param calls for each call of the copy, in order, the call of the original it stands for; -1 for none
     */
    record Copy(String method, String descriptor, boolean asFactory, int[] calls) {}

    /** The copies of one class: by name, and a class file that has them (and nothing else that counts). */
    private static final class OfClass {
        final Map<String, Copy> byName = new HashMap<>();
        final List<byte[]> files = new ArrayList<>();
    }

    private final Map<Class<?>, OfClass> classes = new ConcurrentHashMap<>();
    /** Set by {@link #transform}, which runs inside a retransformation and cannot throw. */
    private volatile Throwable failure;

    /** Before the class is transformed. */
    void add(Class<?> type, Map<String, Copy> copies, byte[] file) {
        OfClass one = classes.computeIfAbsent(type, t -> new OfClass());
        one.byName.putAll(copies);
        one.files.add(file);
    }

    /** The copy of that name; null for a method that is none. */
    Copy of(Class<?> type, String method) {
        OfClass one = classes.get(type);
        return one == null ? null : one.byName.get(method);
    }

    /** What went wrong in the last retransformation, or null. */
    Throwable failure() {
        return failure;
    }

    /** For SsiTraces. */
    Map<Class<?>, Map<String, String>> descriptors() {
        Map<Class<?>, Map<String, String>> all = new HashMap<>();
        classes.forEach((type, one) -> {
            Map<String, String> names = new HashMap<>();
            one.byName.forEach((name, copy) -> names.put(name, copy.descriptor()));
            all.put(type, names);
        });
        return all;
    }

    /** The class with its copies; the same bytes if it has none. */
    byte[] with(Class<?> type, byte[] bytes) {
        OfClass one = classes.get(type);
        if (one == null || bytes == null) {
            return bytes;
        }
        ClassReader reader = new ClassReader(bytes);
        ClassWriter writer = new ClassWriter(reader, 0);
        reader.accept(new ClassVisitor(Opcodes.ASM9, writer) {
            @Override
            public void visitEnd() {
                for (byte[] file : one.files) {
                    new ClassReader(file).accept(new ClassVisitor(Opcodes.ASM9) {
                        @Override
                        public MethodVisitor visitMethod(int access, String name, String descriptor, String signature, String[] thrown) {
                            return writer.visitMethod(access, name, descriptor, signature, thrown);
                        }
                    }, 0);
                }
                super.visitEnd();
            }
        }, 0);
        return writer.toByteArray();
    }

    @Override
    public byte[] transform(ClassLoader loader, String name, Class<?> redefined, ProtectionDomain domain, byte[] bytes) {
        if (redefined == null || !classes.containsKey(redefined)) {
            return null;
        }
        try {
            return with(redefined, bytes);
        } catch (Throwable e) {
            failure = e;
            return null;
        }
    }

    @Override
    public String toString() {
        return Arrays.toString(classes.keySet().toArray());
    }
}
