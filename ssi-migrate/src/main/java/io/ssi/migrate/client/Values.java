package io.ssi.migrate.client;

import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.TypeInsnNode;
import org.objectweb.asm.tree.VarInsnNode;

/** Instructions of a copy that move values between its SsiResume and its locals and stack. */
final class Values implements Opcodes {
    private static final String RESUME = "java/lang/SsiResume";

    private Values() {}

    static void resume(InsnList list) {
        list.add(new VarInsnNode(ALOAD, 0));
    }

    static void constant(InsnList list, int value) {
        list.add(new LdcInsnNode(value));
    }

    /** Pushes the value of a slot. */
    static void load(InsnList list, Type type, boolean onStack, int slot) {
        if (type.getDescriptor().equals("Lnull;")) {
            list.add(new InsnNode(ACONST_NULL));
            return;
        }
        resume(list);
        list.add(new InsnNode(onStack ? ICONST_1 : ICONST_0));
        constant(list, slot);
        switch (type.getSort()) {
            case Type.BOOLEAN, Type.BYTE, Type.CHAR, Type.SHORT, Type.INT -> get(list, "intValue", "I");
            case Type.LONG -> get(list, "longValue", "J");
            case Type.FLOAT -> get(list, "floatValue", "F");
            case Type.DOUBLE -> get(list, "doubleValue", "D");
            default -> {
                get(list, "reference", "Ljava/lang/Object;");
                cast(list, type);
            }
        }
    }

    private static void get(InsnList list, String method, String result) {
        list.add(new MethodInsnNode(INVOKEVIRTUAL, RESUME, method, "(ZI)" + result, false));
    }

    static void cast(InsnList list, Type type) {
        if (!type.getInternalName().equals("java/lang/Object")) {
            list.add(new TypeInsnNode(CHECKCAST, type.getInternalName()));
        }
    }

    static void box(InsnList list, Type type) {
        String box = boxOf(type);
        if (box != null) {
            list.add(new MethodInsnNode(INVOKESTATIC, box, "valueOf", "(" + type.getDescriptor() + ")L" + box + ";", false));
        }
    }

    /** Turns the boxed result of the frame above into what the call gives; proxies in between may have widened it. */
    static void unbox(InsnList list, Type type) {
        if (type == Type.VOID_TYPE) {
            list.add(new InsnNode(POP));
        } else if (boxOf(type) != null) {
            list.add(new MethodInsnNode(INVOKESTATIC, RESUME, type.getClassName() + "Result",
                    "(Ljava/lang/Object;)" + type.getDescriptor(), false));
        } else {
            cast(list, type);
        }
    }

    private static String boxOf(Type type) {
        return switch (type.getSort()) {
            case Type.BOOLEAN -> "java/lang/Boolean";
            case Type.BYTE -> "java/lang/Byte";
            case Type.CHAR -> "java/lang/Character";
            case Type.SHORT -> "java/lang/Short";
            case Type.INT -> "java/lang/Integer";
            case Type.LONG -> "java/lang/Long";
            case Type.FLOAT -> "java/lang/Float";
            case Type.DOUBLE -> "java/lang/Double";
            default -> null;
        };
    }
}
