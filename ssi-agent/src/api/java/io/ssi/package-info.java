/** What programs may call: {@link io.ssi.Ssi}. */
package io.ssi;
