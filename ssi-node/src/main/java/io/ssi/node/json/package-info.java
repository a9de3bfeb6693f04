/** JSON for what daemons answer to commands. */
package io.ssi.node.json;
