package io.ssi.migrate.client;

/**
 * One frame as it travels: the method, which of its calls it is in (the n-th invoke instruction, counted without the
 * hook at a thread's entry, so the number does not depend on how the class was woven), and its values.
 *
 * @param viaConstructorReference true when the frame below was a {@code Foo::new} proxy: the call's result is this frame's object
 */
record FrameState(Class<?> type, String method, String descriptor, int call, boolean viaConstructorReference, RawFrame values) {}
