package io.ssi.agent.build;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Marks methods that are called by reflection once, at every program's start. Method.invoke makes method handles, whose code is
 * spun anew in each JVM (11 ms of processor time were seen), unless the method has the varargs flag and no array as last
 * parameter: then the JDK calls it natively (MethodHandleAccessorFactory.useNativeAccessor). The compiler cannot write that.
 */
public final class MarkReflective {
    private MarkReflective() {}

    /** Arguments: the folder to write to; then, for each class, the folder it is in, its file there, and the method. */
    public static void main(String[] arguments) throws IOException {
        Path to = Paths.get(arguments[0]);
        for (int i = 1; i < arguments.length; i += 3) {
            Path file = to.resolve(arguments[i + 1]);
            Files.createDirectories(file.getParent());
            Files.write(file, marked(Files.readAllBytes(Paths.get(arguments[i], arguments[i + 1])), arguments[i + 2]));
        }
    }

    private static byte[] marked(byte[] bytes, String method) {
        ClassReader reader = new ClassReader(bytes);
        ClassWriter writer = new ClassWriter(reader, 0);
        reader.accept(new ClassVisitor(Opcodes.ASM9, writer) {
            @Override
            public MethodVisitor visitMethod(int access, String name, String descriptor, String signature, String[] exceptions) {
                int flags = name.equals(method) ? access | Opcodes.ACC_VARARGS : access;
                return super.visitMethod(flags, name, descriptor, signature, exceptions);
            }
        }, 0);
        return writer.toByteArray();
    }
}
