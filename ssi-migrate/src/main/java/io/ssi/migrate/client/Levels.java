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
 * The code of a method once more for each thing that a frame has begun when it is entered again, and that must be ended by code which
 * only begins there. On the n-th level, n things are begun; what ends the n-th goes on one level below.
 * <ul>
 * <li>Monitors of blocks: HotSpot compiles a method only if each monitorexit belongs to one monitorenter for sure (generateOopMap.cpp), and
 *     those of the frame are entered in front of the code.
 * <li>Objects that new has made and no constructor has initialised: for the verifier each is that of one new, and those of the frame are
 *     made in front of the code. An exception drops them, so handlers are on the level of the monitors.
 * </ul>
 */
final class Levels {
    /** Instructions of a method with all its levels, so many that it stays under 64 KB; HotSpot compiles none of that size anyway. */
    private static final int SIZE_MAX = 12_000;

    private final MethodNode method;
    /** Levels of monitors; those above are of objects. */
    private final int monitors;
    private final int count;
    /** What ends something, and the level it does so on. */
    private final Map<AbstractInsnNode, Integer> exits = new HashMap<>();
    private final List<Map<AbstractInsnNode, AbstractInsnNode>> levels = new ArrayList<>();

    /**
     * @param frames of the method as it is, which may be changed before {@link #copy} but for its monitorexits and calls
     * @param monitors of blocks, held
     * @param made the new instructions of the objects, first made first
     */
    Levels(MethodNode method, Frame<BasicValue>[] frames, int monitors, List<AbstractInsnNode> made) {
        this.method = method;
        this.monitors = monitors;
        this.count = monitors + made.size();
        AbstractInsnNode[] code = method.instructions.toArray();
        for (int i = 0; i < code.length && count > 0; i++) {
            if (frames[i] == null) {
                continue;
            }
            List<AbstractInsnNode> held = FrameTypes.held(frames[i]);
            if (code[i].getOpcode() == Opcodes.MONITOREXIT && held != null && held.size() <= monitors) {
                exits.put(code[i], held.size());
            } else if (FrameTypes.constructed(code[i], frames[i]) instanceof FrameTypes.Uninitialised object && made.contains(object.made)) {
                exits.put(code[i], monitors + 1 + made.indexOf(object.made));
            }
        }
    }

    static boolean fit(MethodNode method, int count) {
        return method.instructions.size() * (1 + count) <= SIZE_MAX;
    }

    /** Adds the levels behind the method's code. */
    void copy(Map<AbstractInsnNode, Integer> calls) {
        AbstractInsnNode[] code = method.instructions.toArray();
        List<TryCatchBlockNode> blocks = List.copyOf(method.tryCatchBlocks);
        Map<AbstractInsnNode, LabelNode> below = new HashMap<>();
        for (AbstractInsnNode exit : exits.keySet()) {
            LabelNode behind = new LabelNode();
            method.instructions.insert(exit, behind);
            below.put(exit, behind);
        }
        for (int level = 1; level <= count; level++) {
            below = add(level, code, blocks, below, calls);
        }
    }

    /** @return the labels behind the exits of this level */
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
        for (TryCatchBlockNode block : blocks) {
            LabelNode handler = (LabelNode) on(Math.min(level, monitors), block.handler);
            method.tryCatchBlocks.add(new TryCatchBlockNode(labels.get(block.start), labels.get(block.end), handler, block.type));
        }
        return behind;
    }

    /** An instruction of the method as it is on the highest level. */
    AbstractInsnNode onHighest(AbstractInsnNode insn) {
        return on(count, insn);
    }

    /** An instruction of the method as it is on a level; 0 is the method itself. */
    AbstractInsnNode on(int level, AbstractInsnNode insn) {
        return level == 0 ? insn : levels.get(level - 1).get(insn);
    }
}
