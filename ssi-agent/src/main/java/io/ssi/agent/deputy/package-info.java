/** What stays behind when a process moves away: the same OS process with the same terminal, running a small JVM. */
package io.ssi.agent.deputy;
