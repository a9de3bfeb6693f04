/** The table: which JDK method is woven how, what it calls, and what that means for a program. */
package io.ssi.agent.rule;
