/** The node daemon: wiring, command line, consoles. */
package io.ssi.node;
