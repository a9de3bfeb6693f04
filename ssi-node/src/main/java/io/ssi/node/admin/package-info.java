/** What the daemon answers to commands and consoles, as JSON. */
package io.ssi.node.admin;
