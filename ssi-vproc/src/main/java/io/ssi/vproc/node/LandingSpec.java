package io.ssi.vproc.node;

import io.ssi.core.id.VPid;
import java.util.List;

/**
 * How to start the JVM that a process moves into.
 *
 * @param token in the agent's arguments; correlates its Hello ({@link Landings#newToken})
 * @param argv the whole command line, the java executable first
 * @param environment KEY=VALUE, all of it; nothing of the daemon's own is added
 * @param workDir must exist on this host
 */
public record LandingSpec(VPid vpid, long token, List<String> argv, List<String> environment, String workDir) {}
