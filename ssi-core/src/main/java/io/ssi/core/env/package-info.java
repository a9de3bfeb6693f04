/**
 * What the world gives: time, timers and random numbers. Everything that decides by them takes an {@link io.ssi.core.env.Env}
 * through its constructor, so that a simulation with a seed can stand in for the machine.
 */
package io.ssi.core.env;
