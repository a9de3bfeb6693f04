package io.ssi.migrate.client;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.JumpInsnNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TryCatchBlockNode;
import org.objectweb.asm.tree.analysis.BasicValue;
import org.objectweb.asm.tree.analysis.Frame;

/**
 * The code of a method once more for each monitor that a frame holds when it is entered again. HotSpot compiles a method only if each
 * monitorexit belongs to one monitorenter for sure (generateOopMap.cpp). The monitors of such a frame are entered in front of the
 * code, so what runs while they are held cannot be the code that enters them itself: on its n-th level, n of them are held, and
 * what gives the n-th free goes on one level below.
 */
final class HeldMonitors {
    private final MethodNode method;
    private final List<Map<AbstractInsnNode, AbstractInsnNode>> levels = new ArrayList<>();
    private final Map<AbstractInsnNode, Integer> exits = new HashMap<>();

    /**
     * @param frames of the method as it is, which may be changed before {@link #copy} but for its monitorexits
     * @param held monitors of blocks, whose places are known
     */
    HeldMonitors(MethodNode method, Frame<BasicValue>[] frames, int held) {
        this.method = method;
        AbstractInsnNode[] code = method.instructions.toArray();
        for (int i = 0; i < code.length && held > 0; i++) {
            if (code[i].getOpcode() == Opcodes.MONITOREXIT && frames[i] != null && FrameTypes.held(frames[i]) != null) {
                exits.put(code[i], FrameTypes.held(frames[i]).size());
            }
        }
    }

    /** Adds the levels behind the method's code. */
    void copy(int held, Map<AbstractInsnNode, Integer> calls) {
        AbstractInsnNode[] code = method.instructions.toArray();
        List<TryCatchBlockNode> blocks = List.copyOf(method.tryCatchBlocks);
        Map<AbstractInsnNode, LabelNode> below = new HashMap<>();
        for (AbstractInsnNode exit : exits.keySet()) {
            LabelNode behind = new LabelNode();
            method.instructions.insert(exit, behind);
            below.put(exit, behind);
        }
        for (int level = 1; level <= held; level++) {
            below = add(level, code, blocks, below, calls);
        }
    }

    /** @return the labels behind the monitorexits of this level */
    private Map<AbstractInsnNode, LabelNode> add(int level, AbstractInsnNode[] code, List<TryCatchBlockNode> blocks, Map<AbstractInsnNode, LabelNode> below,
            Map<AbstractInsnNode, Integer> calls) {
        Map<LabelNode, LabelNode> labels = new HashMap<>();
        for (AbstractInsnNode insn : code) {
            if (insn instanceof LabelNode label) {
                labels.put(label, new LabelNode());
            }
        }
        InsnList list = new InsnList();
        Map<AbstractInsnNode, AbstractInsnNode> copies = new HashMap<>();
        Map<AbstractInsnNode, LabelNode> behind = new HashMap<>();
        for (AbstractInsnNode insn : code) {
            AbstractInsnNode copy = insn.clone(labels);
            copies.put(insn, copy);
            list.add(copy);
            if (calls.containsKey(insn)) {
                calls.put(copy, calls.get(insn));
            }
            if (exits.containsKey(insn)) {
                LabelNode label = new LabelNode();
                behind.put(insn, label);
                list.add(exits.get(insn) == level ? new JumpInsnNode(Opcodes.GOTO, below.get(insn)) : label);
            }
        }
        levels.add(copies);
        method.instructions.add(list);
        blocks.forEach(block -> method.tryCatchBlocks
                .add(new TryCatchBlockNode(labels.get(block.start), labels.get(block.end), labels.get(block.handler), block.type)));
        return behind;
    }

    /** An instruction of the method as it is on a level; 0 is the method itself. */
    AbstractInsnNode on(int level, AbstractInsnNode insn) {
        return level == 0 ? insn : levels.get(level - 1).get(insn);
    }
}
