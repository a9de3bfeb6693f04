package io.ssi.migrate.client;

import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.LineNumberNode;

/** Line numbers of code whose parts will change places. */
final class Lines {
    private Lines() {}

    /** Where code is reached by a jump its line may be said only by what is before it, which may stand elsewhere in the copy or not at all. */
    static void keep(InsnList code) {
        int line = -1;
        for (AbstractInsnNode insn : code.toArray()) {
            if (insn instanceof LineNumberNode said) {
                line = said.line;
            } else if (insn instanceof LabelNode label && line >= 0 && !isSaid(label)) {
                code.insert(label, new LineNumberNode(line, label));
            }
        }
    }

    /** Of two lines for one place HotSpot takes the first. */
    private static boolean isSaid(LabelNode label) {
        AbstractInsnNode next = label.getNext();
        while (next != null && next.getOpcode() < 0 && !(next instanceof LineNumberNode)) {
            next = next.getNext();
        }
        return next instanceof LineNumberNode;
    }
}
