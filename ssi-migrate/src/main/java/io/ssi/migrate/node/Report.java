package io.ssi.migrate.node;

import io.ssi.core.json.Json;
import io.ssi.core.wire.LinkMessage;
import java.util.Map;

/** What users are told about a move, as JSON text; the command line and the consoles print it. */
final class Report {
    private Report() {}

    static String step(String step, String text) {
        return Json.write(Json.object("step", step, "text", text));
    }

    /** Durations in microseconds. */
    record Parts(long freeze, long capture, long write, long transfer, long build, long commit, long resume) {
        Map<String, Object> json() {
            return Json.object("freezeMicros", freeze, "captureMicros", capture, "writeMicros", write, "transferMicros", transfer,
                    "buildMicros", build, "commitMicros", commit, "resumeMicros", resume);
        }
    }

    static String result(int vpid, int from, int to, int incarnation, long pauseMicros, Parts parts, LinkMessage.ImageEnd image) {
        return Json.write(Json.object("vpid", vpid, "from", from, "to", to, "incarnation", incarnation, "pauseMicros", pauseMicros,
                "parts", parts.json(), "imageBytes", image.bytes(), "objects", image.objects(), "threads", image.threads()));
    }

    static String refusal(int vpid, int to, String why) {
        return Json.write(Json.object("vpid", vpid, "to", to, "refused", why));
    }

    static String explanation(LinkMessage.Explained explained) {
        return Json.write(Json.object("pins", explained.pins(), "imageBytes", explained.imageBytes(), "objects", explained.objects(),
                "threads", explained.threads()));
    }
}
