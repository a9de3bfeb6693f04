package io.ssi.agent.weave;

import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.commons.JSRInlinerAdapter;

/**
 * Puts the subroutines that compilers before Java 6 made of finally blocks (jsr, ret) where they are called: a thread that stands in
 * one has a return address in a local variable, which no other JVM can be given.
 */
final class Subroutines {
    /** Class files from here on may not have any. */
    static final int FORBIDDEN = Opcodes.V1_7;

    private Subroutines() {}

    /** @throws RuntimeException of any kind if it cannot be done, for example because the code gets too large */
    static byte[] inline(byte[] bytes) {
        ClassReader reader = new ClassReader(bytes);
        ClassWriter writer = new ClassWriter(reader, 0);
        reader.accept(new ClassVisitor(Opcodes.ASM9, writer) {
            @Override
            public MethodVisitor visitMethod(int access, String name, String descriptor, String signature, String[] exceptions) {
                return new JSRInlinerAdapter(super.visitMethod(access, name, descriptor, signature, exceptions), access, name, descriptor, signature,
                        exceptions);
            }
        }, 0);
        return writer.toByteArray();
    }
}
