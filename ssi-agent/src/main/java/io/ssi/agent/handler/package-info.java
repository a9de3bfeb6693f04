/**
 * What the hooks do. Called on the program's threads from inside woven JDK methods: nothing here may use what is woven
 * in a way that stops (no LockSupport, no waiting on monitors), and no lambdas.
 */
package io.ssi.agent.handler;
