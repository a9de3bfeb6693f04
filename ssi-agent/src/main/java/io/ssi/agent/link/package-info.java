/** The agent's end of the connection to the daemon of this host, and the start of a daemon where there is none. */
package io.ssi.agent.link;
