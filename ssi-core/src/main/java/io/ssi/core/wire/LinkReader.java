package io.ssi.core.wire;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import java.util.ArrayList;
import java.util.List;

/** Reads what {@link LinkWriter} wrote. Java evaluates arguments from left to right, so the fields are read in order. */
final class LinkReader {
    private static final int PATH_ENTRY_BYTES_MIN = 16;

    private LinkReader() {}

    static LinkMessage read(int type, LinkInput in) {
        return switch (type) {
            case LinkType.HELLO -> new LinkMessage.Hello(in.getInt(), role(in), in.getLong(), in.getLong(), in.getInt(),
                    in.getString(), in.getString(), in.getStrings(), in.getString(), in.getString(), in.getLong(), in.getInt(),
                    in.getInt());
            case LinkType.WELCOME -> new LinkMessage.Welcome(in.getInt(), in.getInt(), in.getString(), in.getInt());
            case LinkType.REFUSED -> new LinkMessage.Refused(in.getInt(), in.getString());
            case LinkType.REPORT -> new LinkMessage.Report(in.getInt(), in.getLong());
            case LinkType.EXITING -> new LinkMessage.Exiting(in.getInt());
            case LinkType.PREPARE -> new LinkMessage.Prepare(in.getLong());
            case LinkType.PREPARED -> new LinkMessage.Prepared(in.getLong(), in.getString(), in.getStrings(), path(in),
                    in.getString(), in.getStrings(), in.getString(), in.getLong(), in.getLong(), in.getStrings());
            case LinkType.FREEZE -> new LinkMessage.Freeze(in.getLong(), in.getInt());
            case LinkType.EXPLAIN -> new LinkMessage.Explain(in.getLong(), in.getInt());
            case LinkType.EXPLAINED -> new LinkMessage.Explained(in.getLong(), in.getStrings(), in.getLong(), in.getLong(),
                    in.getInt());
            case LinkType.IMAGE_CHUNK -> new LinkMessage.ImageChunk(in.getLong(), in.getBytes());
            case LinkType.IMAGE_END -> new LinkMessage.ImageEnd(in.getLong(), in.getLong(), in.getLong(), in.getLong(),
                    in.getInt(), in.getLong(), in.getLong(), in.getLong());
            case LinkType.CANNOT -> new LinkMessage.Cannot(in.getLong(), in.getInt(), in.getStrings());
            case LinkType.RESUME -> new LinkMessage.Resume(in.getLong());
            case LinkType.RESUMED -> new LinkMessage.Resumed(in.getLong());
            case LinkType.DEPART -> new LinkMessage.Depart(in.getLong(), in.getLong());
            case LinkType.LAND -> new LinkMessage.Land(in.getLong(), in.getStrings());
            case LinkType.LAND_READY -> new LinkMessage.LandReady(in.getLong());
            case LinkType.BUILT -> new LinkMessage.Built(in.getLong(), in.getLong());
            case LinkType.GO -> new LinkMessage.Go(in.getLong(), in.getInt());
            case LinkType.RUNNING -> new LinkMessage.Running(in.getLong(), in.getLong());
            case LinkType.SELF_MOVE -> new LinkMessage.SelfMove(in.getLong(), in.getInt());
            case LinkType.SELF_MOVE_REFUSED -> new LinkMessage.SelfMoveRefused(in.getLong(), in.getInt(), in.getString());
            case LinkType.STDIO -> new LinkMessage.Stdio(in.getInt(), in.getBytes());
            case LinkType.STDIO_ACK -> new LinkMessage.StdioAck(in.getInt(), in.getInt());
            case LinkType.STDIN_WANT -> new LinkMessage.StdinWant(in.getInt());
            case LinkType.SIGNAL -> new LinkMessage.Signal(in.getInt());
            case LinkType.EXIT -> new LinkMessage.Exit(in.getInt(), in.getInt());
            case LinkType.BECOME_LANDING -> new LinkMessage.BecomeLanding(in.getStrings(), in.getStrings(), in.getString());
            case LinkType.ADMIN_REQUEST -> new LinkMessage.AdminRequest(in.getString(), in.getStrings());
            case LinkType.ADMIN_PROGRESS -> new LinkMessage.AdminProgress(in.getString());
            case LinkType.ADMIN_REPLY -> new LinkMessage.AdminReply(in.getInt(), in.getString(), in.getString());
            default -> throw new SsiException(ErrorCode.BAD_FRAME, "a frame has the unknown message number " + type);
        };
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
            path.add(new LinkMessage.PathEntry(in.getString(), in.getString(), in.getLong()));
        }
        return path;
    }
}
