/**
 * The configuration of a node daemon: one record, concluded once at start from (strongest first) {@code -o key=value}, the
 * environment, the file, and defaults. Nothing else in the project reads settings.
 */
package io.ssi.core.config;
