package io.ssi.agent.weave;

import static org.assertj.core.api.Assertions.assertThat;

import io.ssi.agent.rule.JdkRules;
import io.ssi.agent.rule.Rule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.TypePath;
import org.objectweb.asm.util.Printer;
import org.objectweb.asm.util.Textifier;
import org.objectweb.asm.util.TraceMethodVisitor;

/** What is put into code by hand, against what ASM makes of the same: instructions, frames, tables, lines and variables. */
class SpliceTest {
    @ParameterizedTest
    @ValueSource(strings = {"java/util", "java/text", "sun/security/ssl", "jdk/internal/classfile/impl"})
    void pollsAreWhereAsmPutsThem(String folder) throws IOException {
        LeftAloneList leftAlone = new LeftAloneList();
        Weaver weaver = new Weaver(null, leftAlone);
        int compared = 0;
        for (Path file : classes(folder)) {
            byte[] bytes = Files.readAllBytes(file);
            byte[] woven = weaver.weave(file.toString(), LoaderKind.APPLICATION, bytes);
            if (woven != null) {
                assertThat(text(woven)).as(file.toString()).isEqualTo(text(byAsm(bytes)));
                compared++;
            }
        }
        assertThat(leftAlone.entries()).isEmpty();
        assertThat(compared).isPositive();
    }

    @Test
    void everyWovenClassOfTheJdkIsVerified() throws IOException {
        Weaver weaver = new Weaver(name -> false, new LeftAloneList());
        for (Rule[] rules : new Rule[][] {JdkRules.table(), JdkRules.landing()}) {
            for (Rule rule : rules) {
                byte[] bytes = Files.readAllBytes(module(rule.owner().contains("/management/") ? "java.management" : "java.base")
                        .resolve(rule.owner() + ".class"));
                WeaverTest.verify(weaver.weave(rule.owner(), LoaderKind.JDK, bytes));
            }
        }
    }

    private static byte[] byAsm(byte[] bytes) {
        ClassReader reader = new ClassReader(bytes);
        ClassWriter writer = new ClassWriter(reader, 0);
        boolean extendsOther = !"java/lang/Object".equals(reader.getSuperName());
        boolean[] recursive = Cycles.of(ClassScan.of(bytes));
        reader.accept(new ClassVisitor(Opcodes.ASM9, writer) {
            private int method;

            @Override
            public MethodVisitor visitMethod(int access, String name, String descriptor, String signature, String[] exceptions) {
                boolean isRecursive = recursive != null && recursive[method];
                method++;
                MethodVisitor polls = new Polls(super.visitMethod(access, name, descriptor, signature, exceptions),
                        isRecursive || (access & Opcodes.ACC_SYNCHRONIZED) != 0 && (access & Opcodes.ACC_NATIVE) == 0);
                return extendsOther && (name + descriptor).equals("run()V") && (access & Opcodes.ACC_STATIC) == 0
                        ? new LeaveIf(polls, "java/lang/SsiEntry", "entering", "(Ljava/lang/Object;)Z", true) : polls;
            }
        }, 0);
        return writer.toByteArray();
    }

    /** All code of a class. */
    private static List<String> text(byte[] bytes) {
        List<String> text = new ArrayList<>();
        new ClassReader(bytes).accept(new ClassVisitor(Opcodes.ASM9) {
            @Override
            public MethodVisitor visitMethod(int access, String name, String descriptor, String signature, String[] exceptions) {
                return new TraceMethodVisitor(null, new Lines(name + descriptor, text));
            }
        }, 0);
        return text;
    }

    /** One line for each instruction, frame and table entry, without annotations of instructions. */
    private static final class Lines extends Textifier {
        private final String method;
        private final List<String> lines;

        Lines(String method, List<String> lines) {
            super(Opcodes.ASM9);
            this.method = method;
            this.lines = lines;
        }

        @Override
        public Printer visitInsnAnnotation(int typeRef, TypePath typePath, String descriptor, boolean visible) {
            return new Textifier();
        }

        @Override
        public Printer visitTryCatchAnnotation(int typeRef, TypePath typePath, String descriptor, boolean visible) {
            return new Textifier();
        }

        @Override
        public Printer visitLocalVariableAnnotation(int typeRef, TypePath typePath, Label[] start, Label[] end, int[] index,
                String descriptor, boolean visible) {
            return new Textifier();
        }

        @Override
        public void visitMethodEnd() {
            for (Object line : getText()) {
                lines.add(method + " " + line.toString().strip());
            }
        }
    }

    private static Path module(String name) {
        return FileSystems.getFileSystem(URI.create("jrt:/")).getPath("modules", name);
    }

    private static List<Path> classes(String folder) {
        try (Stream<Path> files = Files.walk(module("java.base").resolve(folder))) {
            return files.filter(file -> file.toString().endsWith(".class")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
