package io.ssi.agent.weave;

import io.ssi.agent.rule.JdkRules;
import io.ssi.agent.rule.Rule;
import io.ssi.agent.rule.Rule.Action;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** Applies the rules of one JDK class. */
final class JdkWeave extends ClassVisitor {
    /** Slots that all hook calls at an entry get by with. */
    private static final int STACK_MIN = 4;

    private final Rule[] rules;
    private final Rule[] landing;
    private final String owner;

    private JdkWeave(String owner, ClassWriter writer, boolean landing) {
        super(Opcodes.ASM9, writer);
        this.owner = owner;
        this.rules = JdkRules.table();
        this.landing = landing ? JdkRules.landing() : new Rule[0];
    }

    static byte[] weave(String owner, byte[] bytes, boolean landing) {
        ClassReader reader = new ClassReader(bytes);
        ClassWriter writer = new ClassWriter(reader, 0);
        reader.accept(new JdkWeave(owner, writer, landing), 0);
        return writer.toByteArray();
    }

    @Override
    public MethodVisitor visitMethod(int access, String name, String descriptor, String signature, String[] exceptions) {
        MethodVisitor next = super.visitMethod(access, name, descriptor, signature, exceptions);
        next = apply(rules, next, access, name, descriptor);
        return apply(landing, next, access, name, descriptor);
    }

    private MethodVisitor apply(Rule[] table, MethodVisitor writer, int access, String name, String descriptor) {
        MethodVisitor next = writer;
        for (Rule rule : table) {
            if (rule.owner().equals(owner) && rule.method().equals(name) && rule.descriptor().equals(descriptor)) {
                if (rule.action() == Action.LEAVE_IF) {
                    next = new LeaveIf(next, rule.hookOwner(), rule.hook(), rule.hookDescriptor(), true);
                } else if (rule.action() == Action.TIME_WAIT) {
                    next = new TimeWait(next, rule);
                } else {
                    next = new Woven(next, rule, (access & Opcodes.ACC_STATIC) != 0);
                }
            }
        }
        return next;
    }

    private static final class Woven extends MethodVisitor {
        private final Rule rule;
        private final Action action;
        private final boolean isStatic;

        Woven(MethodVisitor next, Rule rule, boolean isStatic) {
            super(Opcodes.ASM9, next);
            this.rule = rule;
            this.action = rule.action();
            this.isStatic = isStatic;
        }

        @Override
        public void visitCode() {
            super.visitCode();
            if (action == Action.AT_ENTRY) {
                int slot = 0;
                for (Type argument : Type.getArgumentTypes(rule.hookDescriptor())) {
                    super.visitVarInsn(argument.getOpcode(Opcodes.ILOAD), slot);
                    slot += argument.getSize();
                }
                hook();
            } else if (action == Action.MAP_ARGUMENT) {
                mapArgument();
            }
        }

        private void mapArgument() {
            Type wanted = Type.getArgumentTypes(rule.hookDescriptor())[0];
            int slot = isStatic ? 0 : 1;
            for (Type argument : Type.getArgumentTypes(rule.descriptor())) {
                if (argument.equals(wanted)) {
                    super.visitVarInsn(argument.getOpcode(Opcodes.ILOAD), slot);
                    hook();
                    super.visitVarInsn(argument.getOpcode(Opcodes.ISTORE), slot);
                    return;
                }
                slot += argument.getSize();
            }
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
            if (action == Action.REPLACE_CALL && rule.target().equals(owner + "." + name + descriptor)) {
                hook();
            } else {
                super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
            }
        }

        @Override
        public void visitInsn(int opcode) {
            if (opcode >= Opcodes.IRETURN && opcode <= Opcodes.RETURN) {
                if (action == Action.MAP_RESULT) {
                    if (Type.getArgumentTypes(rule.hookDescriptor()).length == 2) {
                        super.visitVarInsn(Opcodes.ALOAD, 0);
                    }
                    hook();
                } else if (action == Action.AT_RETURN) {
                    hook();
                }
            }
            super.visitInsn(opcode);
        }

        @Override
        public void visitMaxs(int maxStack, int maxLocals) {
            // Arguments of a hook at an entry, or one reference more at a return.
            super.visitMaxs(Math.max(maxStack + 1, STACK_MIN), maxLocals);
        }

        private void hook() {
            super.visitMethodInsn(Opcodes.INVOKESTATIC, rule.hookOwner(), rule.hook(), rule.hookDescriptor(), false);
        }
    }
}
