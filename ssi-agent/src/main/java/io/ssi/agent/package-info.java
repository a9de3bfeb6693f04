/** What -javaagent loads. */
package io.ssi.agent;
