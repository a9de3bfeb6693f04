package io.ssi.core.wire;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import java.util.ArrayList;
import java.util.List;

/** Reads what {@link LinkWriter} wrote. Java evaluates arguments from left to right, so the fields are read in order. */
final class LinkReader {
    private static final int PATH_ENTRY_BYTES_MIN = 21;

    private LinkReader() {}

    static LinkMessage read(int type, LinkInput in) {
        // A variable of that type: for a switch expression the verifier would load every one of these classes at each start.
        LinkMessage message;
        switch (type) {
            case LinkType.HELLO -> message = new LinkMessage.Hello(in.getInt(), role(in), in.getLong(), in.getLong(), in.getInt(),
                    in.getString(), in.getString(), in.getStrings(), in.getString(), in.getString(), in.getLong(), in.getInt(),
                    in.getInt(), in.getLong(), in.getBytes());
            case LinkType.WELCOME -> message = new LinkMessage.Welcome(in.getInt(), in.getInt(), in.getString(), in.getInt(), in.getBytes(), in.getString());
            case LinkType.REFUSED -> message = new LinkMessage.Refused(in.getInt(), in.getString());
            case LinkType.REPORT -> message = new LinkMessage.Report(in.getInt(), in.getLong());
            case LinkType.EXITING -> message = new LinkMessage.Exiting(in.getInt());
            case LinkType.PREPARE -> message = new LinkMessage.Prepare(in.getLong());
            case LinkType.PREPARED -> message = new LinkMessage.Prepared(in.getLong(), in.getString(), in.getStrings(), path(in),
                    in.getString(), in.getStrings(), in.getString(), in.getLong(), in.getLong(), in.getStrings());
            case LinkType.FREEZE -> message = new LinkMessage.Freeze(in.getLong(), in.getInt());
            case LinkType.EXPLAIN -> message = new LinkMessage.Explain(in.getLong(), in.getInt());
            case LinkType.EXPLAINED -> message = new LinkMessage.Explained(in.getLong(), in.getStrings(), in.getLong(), in.getLong(),
                    in.getInt());
            case LinkType.IMAGE_CHUNK -> message = new LinkMessage.ImageChunk(in.getLong(), in.getBytes());
            case LinkType.IMAGE_END -> message = new LinkMessage.ImageEnd(in.getLong(), in.getLong(), in.getLong(), in.getLong(),
                    in.getInt(), in.getLong(), in.getLong(), in.getLong());
            case LinkType.CANNOT -> message = new LinkMessage.Cannot(in.getLong(), in.getInt(), in.getStrings());
            case LinkType.RESUME -> message = new LinkMessage.Resume(in.getLong());
            case LinkType.RESUMED -> message = new LinkMessage.Resumed(in.getLong());
            case LinkType.DEPART -> message = new LinkMessage.Depart(in.getLong(), in.getLong());
            case LinkType.LAND -> message = new LinkMessage.Land(in.getLong(), in.getStrings(), in.getStrings(), in.getLong(), in.getBytes());
            case LinkType.LAND_READY -> message = new LinkMessage.LandReady(in.getLong());
            case LinkType.BUILT -> message = new LinkMessage.Built(in.getLong(), in.getLong());
            case LinkType.GO -> message = new LinkMessage.Go(in.getLong(), in.getInt(), in.getBytes());
            case LinkType.RUNNING -> message = new LinkMessage.Running(in.getLong());
            case LinkType.SELF_MOVE -> message = new LinkMessage.SelfMove(in.getLong(), in.getInt());
            case LinkType.SELF_MOVE_REFUSED -> message = new LinkMessage.SelfMoveRefused(in.getLong(), in.getInt(), in.getString());
            case LinkType.STDIO -> message = new LinkMessage.Stdio(in.getInt(), in.getInt(), in.getLong(), in.getBytes());
            case LinkType.STDIO_ACK -> message = new LinkMessage.StdioAck(in.getInt(), in.getInt(), in.getLong());
            case LinkType.STDIO_BROKEN -> message = new LinkMessage.StdioBroken(in.getInt());
            case LinkType.STDIN_WANT -> message = new LinkMessage.StdinWant(in.getLong(), in.getInt());
            case LinkType.STDIN -> message = new LinkMessage.Stdin(in.getLong(), in.getBytes());
            case LinkType.SIGNAL -> message = new LinkMessage.Signal(in.getInt());
            case LinkType.EXIT -> message = new LinkMessage.Exit(in.getInt(), in.getInt());
            case LinkType.BECOME_LANDING -> message = new LinkMessage.BecomeLanding(in.getStrings(), in.getStrings(), in.getString());
            case LinkType.ADMIN_REQUEST -> message = new LinkMessage.AdminRequest(in.getString(), in.getStrings());
            case LinkType.ADMIN_PROGRESS -> message = new LinkMessage.AdminProgress(in.getString());
            case LinkType.ADMIN_REPLY -> message = new LinkMessage.AdminReply(in.getInt(), in.getString(), in.getString());
            default -> throw new SsiException(ErrorCode.BAD_FRAME, "a frame has the unknown message number " + type);
        }
        return message;
    }

    private static LinkMessage.Role role(LinkInput in) {
        int number = in.getByte();
        return switch (number) {
            case 0 -> LinkMessage.Role.APP;
            case 1 -> LinkMessage.Role.LANDING;
            case 2 -> LinkMessage.Role.DEPUTY;
            case 3 -> LinkMessage.Role.ADMIN;
            default -> throw new SsiException(ErrorCode.BAD_FRAME, "a frame has the unknown role " + number);
        };
    }

    private static List<LinkMessage.PathEntry> path(LinkInput in) {
        int count = in.count(PATH_ENTRY_BYTES_MIN);
        List<LinkMessage.PathEntry> path = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            path.add(new LinkMessage.PathEntry(in.getString(), in.getString(), in.getByte() == 1, in.getString(), in.getLong()));
        }
        return path;
    }
}
