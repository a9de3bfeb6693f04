/**
 * From a class file to the class file as it is loaded: a deterministic function of bytes, name, loader kind and options, so that
 * both ends of a migration come to the same bytes. Nothing here is state but the record of what was left alone. Instructions are
 * spliced into the bytes ({@link io.ssi.agent.weave.CodeSplice}); a library for that would have to be loaded and verified at every start.
 */
package io.ssi.agent.weave;
