package io.ssi.migrate.client;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Handle;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;

/** Bytecode index of each invoke instruction of a class's methods, in order; the hook at a thread's entry is not counted. */
final class Positions {
    private static final String THREAD_ENTRY_OWNER = "java/lang/SsiEntry";
    private static final String THREAD_ENTRY = "entering";

    private final AgentPort port;
    private final FrameCopies copies;
    private final Map<Class<?>, Map<String, int[]>> cache = new HashMap<>();

    Positions(AgentPort port, FrameCopies copies) {
        this.port = port;
        this.copies = copies;
    }

    static boolean isThreadEntry(String owner, String name) {
        return owner.equals(THREAD_ENTRY_OWNER) && name.equals(THREAD_ENTRY);
    }

    static boolean isCounted(AbstractInsnNode insn) {
        return insn instanceof InvokeDynamicInsnNode || insn instanceof MethodInsnNode m && !isThreadEntry(m.owner, m.name);
    }

    /** Which call the bytecode index is; -1 if it is none. */
    int callAt(Class<?> type, String method, String descriptor, int bci) {
        int[] calls = cache.computeIfAbsent(type, this::read).get(method + descriptor);
        if (calls != null) {
            for (int i = 0; i < calls.length; i++) {
                if (calls[i] == bci) {
                    return i;
                }
            }
        }
        return -1;
    }

    private Map<String, int[]> read(Class<?> type) {
        Map<String, int[]> methods = new HashMap<>();
        byte[] bytes = copies.with(type, port.wovenBytes(type));
        if (bytes != null) {
            OffsetReader reader = new OffsetReader(bytes);
            reader.accept(new ClassVisitor(Opcodes.ASM9) {
                @Override
                public MethodVisitor visitMethod(int access, String name, String descriptor, String signature, String[] thrown) {
                    List<Integer> calls = new ArrayList<>();
                    return new CallCollector(reader, calls) {
                        @Override
                        public void visitEnd() {
                            methods.put(name + descriptor, calls.stream().mapToInt(Integer::intValue).toArray());
                        }
                    };
                }
            }, ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
        }
        return methods;
    }

    /** Tells the index of the instruction being visited. */
    static final class OffsetReader extends ClassReader {
        private int offset;

        OffsetReader(byte[] bytes) {
            super(bytes);
        }

        int offset() {
            return offset;
        }

        @Override
        protected void readBytecodeInstructionOffset(int bytecodeOffset) {
            offset = bytecodeOffset;
        }
    }

    private static class CallCollector extends MethodVisitor {
        private final OffsetReader reader;
        private final List<Integer> calls;

        CallCollector(OffsetReader reader, List<Integer> calls) {
            super(Opcodes.ASM9);
            this.reader = reader;
            this.calls = calls;
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
            if (!isThreadEntry(owner, name)) {
                calls.add(reader.offset());
            }
        }

        @Override
        public void visitInvokeDynamicInsn(String name, String descriptor, Handle bootstrap, Object... arguments) {
            calls.add(reader.offset());
        }
    }
}
