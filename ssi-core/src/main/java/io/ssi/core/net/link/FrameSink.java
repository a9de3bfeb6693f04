package io.ssi.core.net.link;

/** The way out of a link session. All methods may be called from any thread and none blocks. */
public interface FrameSink {
    /** Sends in order, before any data that still waits. Frames sent after the link broke are lost. */
    void send(Frame frame);

    /** Sends data or the end of a stream when its turn comes: streams that have something to send take turns, frame by frame. */
    void sendInTurn(long stream, Frame frame);

    /** True when so much waits to be sent that a new request should not be added. */
    boolean congested();

    /** Breaks the link; the sentence is told to the peer and to this side's listeners. */
    void abort(String sentence);
}
