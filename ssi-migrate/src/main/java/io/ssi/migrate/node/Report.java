package io.ssi.migrate.node;

import io.ssi.core.wire.LinkMessage;
import java.util.List;

/** What users are told about a move, as JSON text; the command line and the consoles print it. */
final class Report {
    private Report() {}

    static String step(String step, String text) {
        return "{\"step\":" + quoted(step) + ",\"text\":" + quoted(text) + "}";
    }

    /** Durations in microseconds. */
    record Parts(long freeze, long capture, long write, long transfer, long build, long commit, long resume) {
        String json() {
            return "{\"freezeMicros\":" + freeze + ",\"captureMicros\":" + capture + ",\"writeMicros\":" + write + ",\"transferMicros\":"
                    + transfer + ",\"buildMicros\":" + build + ",\"commitMicros\":" + commit + ",\"resumeMicros\":" + resume + "}";
        }
    }

    static String result(int vpid, int from, int to, int incarnation, long pauseMicros, Parts parts, LinkMessage.ImageEnd image) {
        return "{\"vpid\":" + vpid + ",\"from\":" + from + ",\"to\":" + to + ",\"incarnation\":" + incarnation + ",\"pauseMicros\":"
                + pauseMicros + ",\"parts\":" + parts.json() + ",\"imageBytes\":" + image.bytes() + ",\"objects\":" + image.objects()
                + ",\"threads\":" + image.threads() + "}";
    }

    static String explanation(LinkMessage.Explained explained) {
        return "{\"pins\":" + strings(explained.pins()) + ",\"heapBytes\":" + explained.heapBytes() + ",\"objects\":"
                + explained.objects() + ",\"threads\":" + explained.threads() + "}";
    }

    static String strings(List<String> values) {
        StringBuilder text = new StringBuilder("[");
        for (String value : values) {
            text.append(text.length() > 1 ? "," : "").append(quoted(value));
        }
        return text.append(']').toString();
    }

    static String quoted(String value) {
        StringBuilder text = new StringBuilder("\"");
        for (char c : value.toCharArray()) {
            switch (c) {
                case '"', '\\' -> text.append('\\').append(c);
                case '\n' -> text.append("\\n");
                default -> text.append(c < ' ' ? String.format("\\u%04x", (int) c) : c);
            }
        }
        return text.append('"').toString();
    }
}
