/** One exception root with a code that is also on the wire. */
package io.ssi.core.error;
