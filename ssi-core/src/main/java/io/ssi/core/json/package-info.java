/** JSON for what daemons answer to commands: written by the services of a daemon, read by the commands. Programs never see it. */
package io.ssi.core.json;
