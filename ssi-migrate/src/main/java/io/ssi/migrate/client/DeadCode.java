package io.ssi.migrate.client;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.JumpInsnNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.LookupSwitchInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TableSwitchInsnNode;
import org.objectweb.asm.tree.TryCatchBlockNode;

/**
 * Takes out of a method what cannot be reached from its start. A copy that goes on in the middle has much of that; left in,
 * the class writer would overwrite it, and the calls of the class file would no longer be those of the instruction list.
 */
final class DeadCode {
    private final MethodNode method;
    private final InsnList code;
    private final BitSet reached;
    private final Deque<AbstractInsnNode> open = new ArrayDeque<>();

    private DeadCode(MethodNode method) {
        this.method = method;
        this.code = method.instructions;
        this.reached = new BitSet(code.size());
    }

    static void remove(MethodNode method) {
        new DeadCode(method).run();
    }

    private void run() {
        reach(code.getFirst());
        boolean more = true;
        while (more) {
            follow();
            more = false;
            for (TryCatchBlockNode block : method.tryCatchBlocks) {
                if (!reached.get(code.indexOf(block.handler)) && covers(block)) {
                    reach(block.handler);
                    more = true;
                }
            }
        }
        method.tryCatchBlocks.removeIf(block -> !covers(block));
        AbstractInsnNode[] all = code.toArray();
        for (int i = 0; i < all.length; i++) {
            if (!reached.get(i) && !(all[i] instanceof LabelNode)) {
                code.remove(all[i]);
            }
        }
    }

    private void reach(AbstractInsnNode insn) {
        if (insn != null && !reached.get(code.indexOf(insn))) {
            reached.set(code.indexOf(insn));
            open.push(insn);
        }
    }

    private void follow() {
        while (!open.isEmpty()) {
            AbstractInsnNode insn = open.pop();
            boolean goesOn = true;
            switch (insn) {
                case JumpInsnNode jump -> {
                    reach(jump.label);
                    goesOn = jump.getOpcode() != Opcodes.GOTO;
                }
                case TableSwitchInsnNode table -> {
                    table.labels.forEach(this::reach);
                    reach(table.dflt);
                    goesOn = false;
                }
                case LookupSwitchInsnNode lookup -> {
                    lookup.labels.forEach(this::reach);
                    reach(lookup.dflt);
                    goesOn = false;
                }
                default -> {
                    int opcode = insn.getOpcode();
                    goesOn = !(opcode >= Opcodes.IRETURN && opcode <= Opcodes.RETURN) && opcode != Opcodes.ATHROW;
                }
            }
            if (goesOn) {
                reach(insn.getNext());
            }
        }
    }

    /** Whether a reached instruction lies in the block. */
    private boolean covers(TryCatchBlockNode block) {
        int end = code.indexOf(block.end);
        for (int i = reached.nextSetBit(code.indexOf(block.start)); i >= 0 && i < end; i = reached.nextSetBit(i + 1)) {
            if (code.get(i).getOpcode() >= 0) {
                return true;
            }
        }
        return false;
    }
}
