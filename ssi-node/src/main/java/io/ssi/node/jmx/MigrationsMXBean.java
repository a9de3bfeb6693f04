package io.ssi.node.jmx;

/** The migrations of this daemon. */
public interface MigrationsMXBean {
    /** Running and recent ones as a JSON array. */
    String getRecent();
}
