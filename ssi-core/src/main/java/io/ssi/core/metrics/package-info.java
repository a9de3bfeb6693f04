/** One place that names meters: {@link io.ssi.core.metrics.Meters} gives every meter of a daemon the same prefix and a description. */
package io.ssi.core.metrics;
