package io.ssi.migrate.client;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.JumpInsnNode;
import org.objectweb.asm.tree.LookupSwitchInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TableSwitchInsnNode;
import org.objectweb.asm.tree.analysis.AnalyzerException;
import org.objectweb.asm.tree.analysis.BasicValue;
import org.objectweb.asm.tree.analysis.Frame;

/**
 * Finds frames of constructors that have not yet called super(...) or this(...). Only a constructor may make that call (JVMS 4.10.2.4),
 * and the copy of a frame is none, so such a frame cannot be entered again.
 */
final class Constructors {
    private final AgentPort port;

    Constructors(AgentPort port) {
        this.port = port;
    }

    /** True if the constructor, standing at its call of this number, has still to call another constructor for its object. */
    boolean isBeforeSuper(Class<?> type, String descriptor, int call) throws AnalyzerException {
        byte[] bytes = port.wovenBytes(type);
        if (bytes == null) {
            return true; // unknown counts as the worse
        }
        ClassNode source = new ClassNode();
        new ClassReader(bytes).accept(source, ClassReader.SKIP_DEBUG);
        for (MethodNode method : source.methods) {
            if (method.name.equals("<init>") && method.desc.equals(descriptor)) {
                return beforeSuper(source, method, type.getClassLoader()).contains(callOf(method, call));
            }
        }
        return true;
    }

    private static AbstractInsnNode callOf(MethodNode method, int number) {
        int n = 0;
        for (AbstractInsnNode insn : method.instructions) {
            if (Positions.isCounted(insn) && n++ == number) {
                return insn;
            }
        }
        return null;
    }

    /** What can be reached without that call; the call itself is not counted: its frame is done when the callee returns. */
    private static Set<AbstractInsnNode> beforeSuper(ClassNode source, MethodNode method, ClassLoader loader) throws AnalyzerException {
        Frame<BasicValue>[] frames = FrameTypes.of(source.name, source.superName, false, method, loader);
        Set<AbstractInsnNode> reached = new HashSet<>();
        Deque<AbstractInsnNode> open = new ArrayDeque<>();
        open.add(method.instructions.getFirst());
        while (!open.isEmpty()) {
            AbstractInsnNode insn = open.remove();
            Frame<BasicValue> frame = frames[method.instructions.indexOf(insn)];
            if (frame != null && constructsThis(insn, frame) || !reached.add(insn)) {
                continue;
            }
            switch (insn) {
                case JumpInsnNode jump -> open.add(jump.label);
                case TableSwitchInsnNode table -> {
                    open.add(table.dflt);
                    open.addAll(table.labels);
                }
                case LookupSwitchInsnNode lookup -> {
                    open.add(lookup.dflt);
                    open.addAll(lookup.labels);
                }
                default -> { }
            }
            if (insn.getNext() != null && goesOn(insn.getOpcode())) {
                open.add(insn.getNext());
            }
        }
        return reached;
    }

    private static boolean goesOn(int opcode) {
        return opcode != Opcodes.GOTO && opcode != Opcodes.ATHROW && opcode != Opcodes.TABLESWITCH && opcode != Opcodes.LOOKUPSWITCH
                && (opcode < Opcodes.IRETURN || opcode > Opcodes.RETURN);
    }

    private static boolean constructsThis(AbstractInsnNode insn, Frame<BasicValue> frame) {
        return insn.getOpcode() == Opcodes.INVOKESPECIAL && insn instanceof MethodInsnNode call && call.name.equals("<init>")
                && !(frame.getStack(frame.getStackSize() - 1 - Type.getArgumentCount(call.desc)) instanceof FrameTypes.Uninitialised);
    }
}
