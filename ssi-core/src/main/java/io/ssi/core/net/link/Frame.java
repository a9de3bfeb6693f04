package io.ssi.core.net.link;

import java.util.UUID;

/** What travels on a link: {@code int length, byte type, fields, payload}. Type numbers and field order are the protocol; {@link #PROTOCOL} counts changes. */
public sealed interface Frame {
    int PROTOCOL = 1;

    /** Longest frame after the length field, bytes; the largest message is a little less. */
    int BYTES_MAX = 4 << 20;

    /** Longest frame before the peer said hello. */
    int HELLO_BYTES_MAX = 4096;

    /** Longest part of a stream in one frame; what a message may have to wait for at most, per stream that is ready. */
    int DATA_MAX = 64 * 1024 - 16;

    byte[] NONE = new byte[0];

    /** The bytes that follow the fields. */
    default byte[] payload() {
        return NONE;
    }

    /** A lasting link between two numbered nodes, or one call of a node that may have no number yet. */
    enum Kind { LINK, CALL }

    /** First frame of both sides. {@code registry} is a hash of the numbered classes: different builds do not talk. */
    record Hello(int protocol, Kind kind, long registry, UUID instance, int node, String host, int port) implements Frame {}

    /** The dialling side made its choice: this connection is the link. */
    record Confirm() implements Frame {}

    /** Last frame: why this side ends the connection. */
    record Bye(int code, String reason) implements Frame {}

    record Ping(long token) implements Frame {}

    record Pong(long token) implements Frame {}

    record Request(long id, boolean nested, int deadlineMillis, byte[] payload) implements Frame {}

    record Answer(long id, byte[] payload) implements Frame {}

    record Failure(long id, int code, String message) implements Frame {}

    record OneWay(byte[] payload) implements Frame {}

    /** The payload is the header message. */
    record Open(long stream, byte[] payload) implements Frame {}

    record Data(long stream, byte[] payload) implements Frame {}

    /** The receiver consumed so many bytes more. */
    record Credit(long stream, int bytes) implements Frame {}

    /** No more data in this direction. */
    record End(long stream) implements Frame {}

    /** The receiver reads no more; what is still sent is thrown away. */
    record Stop(long stream) implements Frame {}

    record Reset(long stream, String reason) implements Frame {}
}
