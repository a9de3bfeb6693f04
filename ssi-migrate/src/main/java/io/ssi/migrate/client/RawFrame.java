package io.ssi.migrate.client;

/**
 * One frame as the JVM shows it. Values by slot: a reference in refs, or the bits of a primitive in raws with refs null; a
 * long or double takes two slots with its value in the second.
 *
 * @param bci index of the bytecode being executed: the invoke of the frame above
 */
record RawFrame(Class<?> type, String method, String descriptor, int bci, Object[] localRefs, long[] localRaws,
        Object[] stackRefs, long[] stackRaws, Object[] monitors) {

    String where() {
        return type.getName() + "." + method + " at bytecode " + bci;
    }
}
