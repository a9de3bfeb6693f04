package io.ssi.agent.weave;

/** Where a class comes from, as far as weaving cares. */
public enum LoaderKind {
    /** Boot and platform loader: woven by the rule table. */
    JDK,
    /** Everything else: woven with polls. */
    APPLICATION
}
