package io.ssi.migrate.node;

import java.nio.file.Path;

/**
 * What a move needs to know of this node.
 *
 * @param java the java executable landing JVMs are started with, of the same JDK as the daemon
 * @param agentJar the agent they are started with
 * @param socket the daemon's Unix socket
 * @param classCache where fetched class path entries are kept
 * @param imageBytesMax a larger image is refused
 */
public record Settings(Path java, Path agentJar, Path socket, Path classCache, long imageBytesMax) {}
