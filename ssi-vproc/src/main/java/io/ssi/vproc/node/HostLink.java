package io.ssi.vproc.node;

/** The daemon's own view of a connection: an {@link AppLink} whose everyday messages a {@link Session} takes. */
public interface HostLink extends AppLink {
    /** Name of the user at the other end, as the kernel says. */
    String peerUser();

    /** Replaces the session; an earlier one hears nothing any more, not even the end. If closed already, the new one is told at once. */
    void attach(Session session);
}
