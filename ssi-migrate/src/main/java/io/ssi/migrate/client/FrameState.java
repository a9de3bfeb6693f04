package io.ssi.migrate.client;

/**
 * One frame as it travels: the method, which of its calls it is in (the n-th invoke instruction, counted without the
 * hook at a thread's entry, so the number does not depend on how the class was woven), and its values.
 *
 * @param asFactory true for a constructor called by what gives the constructed object as its result ({@code Foo::new}, reflection)
 */
record FrameState(Class<?> type, String method, String descriptor, int call, boolean asFactory, RawFrame values) {}
