package io.ssi.migrate.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.analysis.BasicValue;
import org.objectweb.asm.tree.analysis.Frame;

/**
 * Copies of methods nobody here wrote, each stopped in one of its calls, are verified by the JVM. By default of some jars of the tests'
 * class path; of others by {@code -Dcopier.jars=}, separated by colons, with more calls of each method by {@code -Dcopier.calls=}.
 */
class FrameCopierTest {
    private static final String DEFAULT_JARS = "asm-tree|asm-analysis|assertj-core|junit-jupiter-engine|logback-core|slf4j-api";
    private static final int CALLS = Integer.getInteger("copier.calls", 1);
    private final Random random = new Random(20_251);
    private final List<String> failures = new ArrayList<>();
    private int verified;

    /** Gives a class again, with its copies in it only. */
    private static final class Again extends ClassLoader {
        Again(ClassLoader parent) {
            super(parent);
        }

        Class<?> define(String name, byte[] file) {
            return defineClass(name, file, 0, file.length);
        }
    }

    private static byte[] bytes(Class<?> type) {
        try (InputStream in = type.getResourceAsStream("/" + type.getName().replace('.', '/') + ".class")) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void verify(Class<?> type) {
        ClassNode node = new ClassNode();
        new ClassReader(bytes(type)).accept(node, ClassReader.SKIP_FRAMES);
        AgentPort port = (AgentPort) Proxy.newProxyInstance(AgentPort.class.getClassLoader(), new Class<?>[] {AgentPort.class},
                (proxy, method, arguments) -> bytes(type));
        for (MethodNode method : node.methods) {
            List<AbstractInsnNode> calls = new ArrayList<>();
            method.instructions.forEach(insn -> {
                if (Positions.isCounted(insn)) {
                    calls.add(insn);
                }
            });
            for (int i = 0; i < CALLS && !calls.isEmpty() && !method.name.equals("<clinit>"); i++) {
                int call = random.nextInt(calls.size());
                try {
                    verify(type, node, method, call, method.instructions.indexOf(calls.get(call)), port);
                } catch (IllegalAccessError e) {
                    // its superclass is for its own package, and the class given again has another loader
                } catch (Exception | LinkageError e) {
                    if (e instanceof VerifyError && e.getMessage().contains("not assignable to '" + node.name + "'")) {
                        continue; // its subclasses are of the class itself, not of the one given again
                    }
                    failures.add(type.getName() + "." + method.name + method.desc + " at call " + call + ": " + e);
                }
            }
        }
    }

    private void verify(Class<?> type, ClassNode node, MethodNode method, int call, int at, AgentPort port) throws Exception {
        Frame<BasicValue>[] frames = FrameTypes.of(node.name, node.superName, type.isInterface(), method, type.getClassLoader());
        if (frames[at] == null || method.name.equals("<init>") && new Constructors(port).isBeforeSuper(type, method.desc, call)) {
            return; // never reached, or refused
        }
        List<AbstractInsnNode> held = FrameTypes.held(frames[at]);
        int monitors = (held == null ? 0 : held.size()) + ((method.access & Opcodes.ACC_SYNCHRONIZED) != 0 ? 1 : 0);
        FrameCopier copier = new FrameCopier(null, port, new FrameCopies(), null);
        copier.make(new FrameState(type, method.name, method.desc, call, false,
                new RawFrame(type, method.name, method.desc, 0, new Object[0], new long[0], new Object[0], new long[0], new Object[monitors])));
        new Again(type.getClassLoader()).define(type.getName(), copier.file(type)).getDeclaredConstructors(); // links, and so verifies
        verified++;
    }

    @Test
    void copiesAreVerified() throws Exception {
        List<Path> jars = new ArrayList<>();
        for (String element : System.getProperty("copier.jars", System.getProperty("java.class.path")).split(File.pathSeparator)) {
            if (System.getProperty("copier.jars") != null || element.matches(".*/(" + DEFAULT_JARS + ")-[^/]*\\.jar")) {
                jars.add(Path.of(element));
            }
        }
        URL[] urls = new URL[jars.size()];
        for (int i = 0; i < urls.length; i++) {
            urls[i] = jars.get(i).toUri().toURL();
        }
        try (URLClassLoader loader = new URLClassLoader(urls, FrameCopierTest.class.getClassLoader())) {
            for (Path jar : jars) {
                try (JarFile file = new JarFile(jar.toFile())) {
                    for (String name : file.stream().map(entry -> entry.getName()).filter(entry -> entry.matches("[^-]*\\.class")).toList()) {
                        Class<?> type;
                        try {
                            type = Class.forName(name.substring(0, name.length() - ".class".length()).replace('/', '.'), false, loader);
                            type.getDeclaredMethods();
                        } catch (ClassNotFoundException | LinkageError e) {
                            continue; // wants a library that is not there
                        }
                        verify(type);
                    }
                }
            }
        }
        assertThat(failures).as(failures.size() + " of " + (verified + failures.size())).isEmpty();
        assertThat(verified).isGreaterThan(1_000);
    }
}
