package io.ssi.agent.weave;

/** Argument types in method descriptors. */
final class Descriptors {
    private static final int ILOAD = 21;
    private static final int LLOAD = 22;
    private static final int FLOAD = 23;
    private static final int DLOAD = 24;
    private static final int ALOAD = 25;

    private Descriptors() {}

    /** Where the type behind the one that begins here begins. */
    static int next(String descriptor, int at) {
        int end = at;
        while (descriptor.charAt(end) == '[') {
            end++;
        }
        return descriptor.charAt(end) == 'L' ? descriptor.indexOf(';', end) + 1 : end + 1;
    }

    static boolean hasTwo(String descriptor) {
        return descriptor.charAt(1) != ')' && descriptor.charAt(next(descriptor, 1)) != ')';
    }

    /** The instruction that loads a local of the type that begins so. */
    static int load(char type) {
        return switch (type) {
            case 'J' -> LLOAD;
            case 'F' -> FLOAD;
            case 'D' -> DLOAD;
            case 'L', '[' -> ALOAD;
            default -> ILOAD;
        };
    }

    static int slots(char type) {
        return type == 'J' || type == 'D' ? 2 : 1;
    }
}
