package io.ssi.agent.move;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.commons.ClassRemapper;
import org.objectweb.asm.commons.Remapper;

/** Class files as compilers made them long ago, for programs.Old. */
final class OldClasses implements Opcodes {
    private static final String BLOCKS = "programs/Blocks";
    private static final String OUT = "Ljava/io/PrintStream;";

    private OldClasses() {}

    static void make(Path folder) throws IOException {
        Path programs = Files.createDirectories(folder.resolve("programs"));
        Path compiled = Files.createDirectories(folder.resolveSibling(folder.getFileName() + "-8"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            assertThat(compiler.getTask(null, files, null, List.of("--release", "8", "-Xlint:-options", "-proc:none", "-d", compiled.toString(),
                    "-cp", "target/test-classes"), null, files.getJavaFileObjects(Path.of("src/test/java/" + BLOCKS + ".java"))).call()).isTrue();
        }
        for (int version : new int[] {V1_1, V1_4, V1_6, V1_7}) {
            try (DirectoryStream<Path> classes = Files.newDirectoryStream(compiled.resolve("programs"))) {
                for (Path file : classes) {
                    byte[] old = aged(Files.readAllBytes(file), version);
                    Files.write(folder.resolve(new ClassReader(old).getClassName() + ".class"), old);
                }
            }
        }
        Files.write(programs.resolve("Subroutines46.class"), subroutines());
    }

    /** Under another name, and without the tables for the verifier where there were none. */
    private static byte[] aged(byte[] bytes, int version) {
        ClassWriter writer = new ClassWriter(0);
        Remapper names = new Remapper(ASM9) {
            @Override
            public String map(String name) {
                return name.startsWith(BLOCKS) ? BLOCKS + (version & 0xffff) + name.substring(BLOCKS.length()) : name;
            }
        };
        new ClassReader(bytes).accept(new ClassRemapper(new ClassVisitor(ASM9, writer) {
            @Override
            public void visit(int compiled, int access, String name, String signature, String superName, String[] interfaces) {
                super.visit(version, access, name, signature, superName, interfaces);
            }
        }, names), (version & 0xffff) < V1_7 ? ClassReader.SKIP_FRAMES : 0);
        return writer.toByteArray();
    }

    /**
     * A finally block inside another, as subroutines called from two places each: the first has an int in local 2, the second a String.
     * <pre>
     * run() { for (i = 0; i < 2; i++) { n = i; jsr outer; println(n); s = "text"; jsr outer; println(s); }
     *         try { step(); throw new Error("thrown") } finally { outer } ... catch (Error e) println(e.getMessage()) }
     * outer: println("outer"); step(); jsr inner; jsr inner; ret
     * inner: step(); println("inner"); ret
     * </pre>
     */
    private static byte[] subroutines() {
        ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
        writer.visit(V1_2, ACC_PUBLIC | ACC_SUPER, "programs/Subroutines46", null, "java/lang/Object", new String[] {"java/lang/Runnable"});
        MethodVisitor init = writer.visitMethod(ACC_PUBLIC, "<init>", "()V", null, null);
        init.visitCode();
        init.visitVarInsn(ALOAD, 0);
        init.visitMethodInsn(INVOKESPECIAL, "java/lang/Object", "<init>", "()V", false);
        init.visitInsn(RETURN);
        init.visitMaxs(0, 0);
        init.visitEnd();
        MethodVisitor m = writer.visitMethod(ACC_PUBLIC, "run", "()V", null, null);
        m.visitCode();
        Label outer = new Label();
        Label inner = new Label();
        Label loop = new Label();
        Label test = new Label();
        m.visitInsn(ICONST_0);
        m.visitVarInsn(ISTORE, 1);
        m.visitJumpInsn(GOTO, test);
        m.visitLabel(loop);
        m.visitVarInsn(ILOAD, 1);
        m.visitVarInsn(ISTORE, 2);
        m.visitJumpInsn(JSR, outer);
        m.visitFieldInsn(GETSTATIC, "java/lang/System", "out", OUT);
        m.visitVarInsn(ILOAD, 2);
        m.visitMethodInsn(INVOKEVIRTUAL, "java/io/PrintStream", "println", "(I)V", false);
        m.visitLdcInsn("text");
        m.visitVarInsn(ASTORE, 2);
        m.visitJumpInsn(JSR, outer);
        m.visitFieldInsn(GETSTATIC, "java/lang/System", "out", OUT);
        m.visitVarInsn(ALOAD, 2);
        m.visitMethodInsn(INVOKEVIRTUAL, "java/io/PrintStream", "println", "(Ljava/lang/String;)V", false);
        m.visitIincInsn(1, 1);
        m.visitLabel(test);
        m.visitVarInsn(ILOAD, 1);
        m.visitInsn(ICONST_2);
        m.visitJumpInsn(IF_ICMPLT, loop);
        thrown(m, outer);
        subroutine(m, outer, 3, "outer", inner);
        subroutine(m, inner, 4, "inner", null);
        m.visitMaxs(0, 0);
        m.visitEnd();
        writer.visitEnd();
        return writer.toByteArray();
    }

    private static void thrown(MethodVisitor m, Label outer) {
        Label start = new Label();
        Label end = new Label();
        Label after = new Label();
        Label caught = new Label();
        m.visitTryCatchBlock(start, end, end, null);
        m.visitTryCatchBlock(start, after, caught, "java/lang/Error");
        m.visitLabel(start);
        step(m);
        m.visitTypeInsn(NEW, "java/lang/Error");
        m.visitInsn(DUP);
        m.visitLdcInsn("thrown");
        m.visitMethodInsn(INVOKESPECIAL, "java/lang/Error", "<init>", "(Ljava/lang/String;)V", false);
        m.visitInsn(ATHROW);
        m.visitLabel(end);
        m.visitVarInsn(ASTORE, 2);
        m.visitJumpInsn(JSR, outer);
        m.visitVarInsn(ALOAD, 2);
        m.visitInsn(ATHROW);
        m.visitLabel(after);
        m.visitLabel(caught);
        m.visitVarInsn(ASTORE, 2);
        m.visitFieldInsn(GETSTATIC, "java/lang/System", "out", OUT);
        m.visitVarInsn(ALOAD, 2);
        m.visitMethodInsn(INVOKEVIRTUAL, "java/lang/Throwable", "getMessage", "()Ljava/lang/String;", false);
        m.visitMethodInsn(INVOKEVIRTUAL, "java/io/PrintStream", "println", "(Ljava/lang/String;)V", false);
        m.visitInsn(RETURN);
    }

    private static void subroutine(MethodVisitor m, Label start, int local, String says, Label callsTwice) {
        m.visitLabel(start);
        m.visitVarInsn(ASTORE, local);
        m.visitFieldInsn(GETSTATIC, "java/lang/System", "out", OUT);
        m.visitLdcInsn(says);
        m.visitMethodInsn(INVOKEVIRTUAL, "java/io/PrintStream", "println", "(Ljava/lang/String;)V", false);
        step(m);
        for (int i = 0; callsTwice != null && i < 2; i++) {
            m.visitJumpInsn(JSR, callsTwice);
        }
        m.visitVarInsn(RET, local);
    }

    private static void step(MethodVisitor m) {
        m.visitMethodInsn(INVOKESTATIC, "programs/Pace", "step", "()V", false);
    }
}
