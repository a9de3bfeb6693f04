package io.ssi.migrate.client;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;

/** Tells whether a thread that is blocked entering a monitor in a method will stop at a poll as soon as it has got it. */
final class EntryPolls {
    private final AgentPort port;
    private final FrameCopies copies;
    /** By class: names of its methods that poll next wherever they enter a monitor. */
    private final Map<Class<?>, Set<String>> polling = new HashMap<>();

    EntryPolls(AgentPort port, FrameCopies copies) {
        this.port = port;
        this.copies = copies;
    }

    boolean follow(Class<?> type, String method) {
        FrameCopies.Copy copy = copies.of(type, method);
        return !Jdk.isJdk(type) && polling.computeIfAbsent(type, this::read).contains(copy == null ? method : copy.method());
    }

    private Set<String> read(Class<?> type) {
        byte[] bytes = port.wovenBytes(type);
        if (bytes == null) {
            return Set.of();
        }
        ClassNode node = new ClassNode();
        new ClassReader(bytes).accept(node, ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
        Set<String> names = new HashSet<>();
        Set<String> others = new HashSet<>(); // an overloaded name is known only as one
        for (MethodNode method : node.methods) {
            (pollsNext(method) ? names : others).add(method.name);
        }
        names.removeAll(others);
        return names;
    }

    private static boolean pollsNext(MethodNode method) {
        boolean entered = (method.access & Opcodes.ACC_SYNCHRONIZED) != 0;
        for (AbstractInsnNode insn : method.instructions) {
            if (insn.getOpcode() >= 0) {
                if (entered && !isPoll(insn)) {
                    return false;
                }
                entered = insn.getOpcode() == Opcodes.MONITORENTER;
            }
        }
        return !entered;
    }

    private static boolean isPoll(AbstractInsnNode insn) {
        return insn instanceof MethodInsnNode call && call.owner.equals("java/lang/SsiHook") && call.name.equals("poll");
    }
}
