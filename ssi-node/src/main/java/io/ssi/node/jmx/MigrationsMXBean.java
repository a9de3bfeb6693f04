package io.ssi.node.jmx;

/** The migrations of this daemon. */
@Described("The moves that this daemon had a part in")
public interface MigrationsMXBean {
    /** Running and recent ones as a JSON array. */
    @Described("Running and recent moves as a JSON array")
    String getRecent();
}
