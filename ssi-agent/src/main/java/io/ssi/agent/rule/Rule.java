package io.ssi.agent.rule;

/**
 * One woven method of the JDK.
 *
 * @param owner internal name of the class
 * @param action how it is woven
 * @param target REPLACE_CALL: owner, name and descriptor of the calls replaced, as {@code owner.name(descriptor)}; else ""
 * @param hookOwner internal name of the hook class
 * @param hook name of its static method
 * @param hookDescriptor its descriptor
 * @param level what a program may rely on
 * @param note one sentence for docs/compatibility.md
 */
public record Rule(String owner, String method, String descriptor, Action action, String target, String hookOwner, String hook,
        String hookDescriptor, Level level, String note) {

    /** How a method is changed. Each is one static call. */
    public enum Action {
        /** Calls of the target become calls of the hook; a receiver becomes its first argument. */
        REPLACE_CALL,
        /** The last call of Object.wait0 is timed: {@code hook(this, timeout, the time that SsiHook.waiting(this) told before it)} follows it. */
        TIME_WAIT,
        /** The result passes through the hook: {@code hook(result)}, or {@code hook(result, this)} if that takes two. */
        MAP_RESULT,
        /** The first argument of the hook's type passes through the hook. */
        MAP_ARGUMENT,
        /** The hook is called first, with this (unless static) and all arguments. */
        AT_ENTRY,
        /** The hook is called before each return, with this if it takes one. */
        AT_RETURN,
        /** {@code if (hook(this)) return;} comes first. */
        LEAVE_IF
    }

    /** What a program may rely on. */
    public enum Level { FULL, PARTIAL }
}
