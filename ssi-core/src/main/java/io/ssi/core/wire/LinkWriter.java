package io.ssi.core.wire;

import java.util.List;

/**
 * Writes the body of each message: its number, then its fields in order. A chain of {@code instanceof} and not a pattern
 * switch, because that would link method handles while an application starts.
 */
final class LinkWriter {
    private LinkWriter() {}

    static void write(LinkOutput out, LinkMessage message) {
        if (!stream(out, message) && !life(out, message) && !source(out, message) && !target(out, message) && !command(out, message)) {
            throw new IllegalArgumentException(message.getClass().getName());
        }
    }

    private static boolean life(LinkOutput out, LinkMessage message) {
        if (message instanceof LinkMessage.Hello hello) {
            out.putShort(LinkType.HELLO);
            out.putInt(hello.protocol());
            out.putByte(hello.role().ordinal());
            out.putLong(hello.token());
            out.putLong(hello.osPid());
            out.putInt(hello.parentVPid());
            out.putString(hello.javaBuild());
            out.putString(hello.command());
            out.putStrings(hello.arguments());
            out.putString(hello.user());
            out.putString(hello.workDir());
            out.putLong(hello.startMillis());
            out.putInt(hello.vpid());
            out.putInt(hello.incarnation());
            out.putLong(hello.undecided());
            out.putBytes(hello.row());
        } else if (message instanceof LinkMessage.Welcome welcome) {
            out.putShort(LinkType.WELCOME);
            out.putInt(welcome.vpid());
            out.putInt(welcome.node());
            out.putString(welcome.nodeName());
            out.putInt(welcome.incarnation());
            out.putBytes(welcome.row());
            out.putString(welcome.kept());
        } else if (message instanceof LinkMessage.Refused refused) {
            out.putShort(LinkType.REFUSED);
            out.putInt(refused.code());
            out.putString(refused.message());
        } else if (message instanceof LinkMessage.Report report) {
            out.putShort(LinkType.REPORT);
            out.putInt(report.threads());
            out.putLong(report.heapUsed());
        } else if (message instanceof LinkMessage.Exiting exiting) {
            out.putShort(LinkType.EXITING);
            out.putInt(exiting.status());
        } else {
            return false;
        }
        return true;
    }

    private static boolean source(LinkOutput out, LinkMessage message) {
        if (message instanceof LinkMessage.Prepare prepare) {
            out.putShort(LinkType.PREPARE);
            out.putLong(prepare.migration());
        } else if (message instanceof LinkMessage.Prepared prepared) {
            out.putShort(LinkType.PREPARED);
            out.putLong(prepared.migration());
            out.putString(prepared.javaBuild());
            out.putStrings(prepared.jvmArguments());
            putPath(out, prepared.classPath());
            out.putString(prepared.command());
            out.putStrings(prepared.environment());
            out.putString(prepared.workDir());
            out.putLong(prepared.heapUsed());
            out.putLong(prepared.heapMax());
            out.putStrings(prepared.classes());
        } else if (message instanceof LinkMessage.Freeze freeze) {
            out.putShort(LinkType.FREEZE);
            out.putLong(freeze.migration());
            out.putInt(freeze.waitMillis());
        } else if (message instanceof LinkMessage.Explain explain) {
            out.putShort(LinkType.EXPLAIN);
            out.putLong(explain.migration());
            out.putInt(explain.waitMillis());
        } else if (message instanceof LinkMessage.Explained explained) {
            out.putShort(LinkType.EXPLAINED);
            out.putLong(explained.migration());
            out.putStrings(explained.pins());
            out.putLong(explained.imageBytes());
            out.putLong(explained.objects());
            out.putInt(explained.threads());
        } else if (message instanceof LinkMessage.ImageChunk imageChunk) {
            out.putShort(LinkType.IMAGE_CHUNK);
            out.putLong(imageChunk.migration());
            out.putBytes(imageChunk.bytes());
        } else if (message instanceof LinkMessage.ImageEnd imageEnd) {
            out.putShort(LinkType.IMAGE_END);
            out.putLong(imageEnd.migration());
            out.putLong(imageEnd.bytes());
            out.putLong(imageEnd.crc32c());
            out.putLong(imageEnd.objects());
            out.putInt(imageEnd.threads());
            out.putLong(imageEnd.freezeMicros());
            out.putLong(imageEnd.captureMicros());
            out.putLong(imageEnd.writeMicros());
        } else if (message instanceof LinkMessage.Cannot cannot) {
            out.putShort(LinkType.CANNOT);
            out.putLong(cannot.migration());
            out.putInt(cannot.code());
            out.putStrings(cannot.reasons());
        } else if (message instanceof LinkMessage.Resume resume) {
            out.putShort(LinkType.RESUME);
            out.putLong(resume.migration());
        } else if (message instanceof LinkMessage.Resumed resumed) {
            out.putShort(LinkType.RESUMED);
            out.putLong(resumed.migration());
        } else if (message instanceof LinkMessage.Depart depart) {
            out.putShort(LinkType.DEPART);
            out.putLong(depart.migration());
            out.putLong(depart.token());
        } else {
            return false;
        }
        return true;
    }

    private static boolean target(LinkOutput out, LinkMessage message) {
        if (message instanceof LinkMessage.Land land) {
            out.putShort(LinkType.LAND);
            out.putLong(land.migration());
            out.putStrings(land.classPath());
            out.putStrings(land.classes());
            out.putLong(land.heapUsed());
            out.putBytes(land.row());
        } else if (message instanceof LinkMessage.LandReady landReady) {
            out.putShort(LinkType.LAND_READY);
            out.putLong(landReady.migration());
        } else if (message instanceof LinkMessage.Built built) {
            out.putShort(LinkType.BUILT);
            out.putLong(built.migration());
            out.putLong(built.buildMicros());
        } else if (message instanceof LinkMessage.Go go) {
            out.putShort(LinkType.GO);
            out.putLong(go.migration());
            out.putInt(go.incarnation());
            out.putBytes(go.row());
        } else if (message instanceof LinkMessage.Running running) {
            out.putShort(LinkType.RUNNING);
            out.putLong(running.migration());
        } else if (message instanceof LinkMessage.SelfMove selfMove) {
            out.putShort(LinkType.SELF_MOVE);
            out.putLong(selfMove.request());
            out.putInt(selfMove.node());
        } else if (message instanceof LinkMessage.SelfMoveRefused selfMoveRefused) {
            out.putShort(LinkType.SELF_MOVE_REFUSED);
            out.putLong(selfMoveRefused.request());
            out.putInt(selfMoveRefused.code());
            out.putString(selfMoveRefused.message());
        } else {
            return false;
        }
        return true;
    }

    private static boolean stream(LinkOutput out, LinkMessage message) {
        if (message instanceof LinkMessage.Stdio stdio) {
            out.putShort(LinkType.STDIO);
            out.putInt(stdio.fd());
            out.putInt(stdio.incarnation());
            out.putLong(stdio.offset());
            out.putBytes(stdio.bytes());
        } else if (message instanceof LinkMessage.StdioAck stdioAck) {
            out.putShort(LinkType.STDIO_ACK);
            out.putInt(stdioAck.fd());
            out.putInt(stdioAck.incarnation());
            out.putLong(stdioAck.offset());
        } else if (message instanceof LinkMessage.StdioBroken stdioBroken) {
            out.putShort(LinkType.STDIO_BROKEN);
            out.putInt(stdioBroken.fd());
        } else if (message instanceof LinkMessage.StdinWant stdinWant) {
            out.putShort(LinkType.STDIN_WANT);
            out.putLong(stdinWant.position());
            out.putInt(stdinWant.max());
        } else if (message instanceof LinkMessage.Stdin stdin) {
            out.putShort(LinkType.STDIN);
            out.putLong(stdin.position());
            out.putBytes(stdin.bytes());
        } else if (message instanceof LinkMessage.Signal signal) {
            out.putShort(LinkType.SIGNAL);
            out.putInt(signal.number());
        } else if (message instanceof LinkMessage.Exit exit) {
            out.putShort(LinkType.EXIT);
            out.putInt(exit.status());
            out.putInt(exit.signal());
        } else if (message instanceof LinkMessage.BecomeLanding becomeLanding) {
            out.putShort(LinkType.BECOME_LANDING);
            out.putStrings(becomeLanding.argv());
            out.putStrings(becomeLanding.environment());
            out.putString(becomeLanding.workDir());
        } else {
            return false;
        }
        return true;
    }

    private static boolean command(LinkOutput out, LinkMessage message) {
        if (message instanceof LinkMessage.AdminRequest adminRequest) {
            out.putShort(LinkType.ADMIN_REQUEST);
            out.putString(adminRequest.verb());
            out.putStrings(adminRequest.args());
        } else if (message instanceof LinkMessage.AdminProgress adminProgress) {
            out.putShort(LinkType.ADMIN_PROGRESS);
            out.putString(adminProgress.json());
        } else if (message instanceof LinkMessage.AdminReply adminReply) {
            out.putShort(LinkType.ADMIN_REPLY);
            out.putInt(adminReply.code());
            out.putString(adminReply.message());
            out.putString(adminReply.json());
        } else {
            return false;
        }
        return true;
    }

    private static void putPath(LinkOutput out, List<LinkMessage.PathEntry> path) {
        out.putInt(path.size());
        for (int i = 0; i < path.size(); i++) {
            LinkMessage.PathEntry entry = path.get(i);
            out.putString(entry.path());
            out.putString(entry.file());
            out.putByte(entry.folder() ? 1 : 0);
            out.putString(entry.sha256());
            out.putLong(entry.bytes());
        }
    }
}
