package io.ssi.node.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Tables, times and sizes as the commands print them. */
final class Text {
    private static final DateTimeFormatter TODAY = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
    private static final DateTimeFormatter OTHER_DAY = DateTimeFormatter.ofPattern("yyyy-MM-dd", Locale.ROOT);
    private static final DateTimeFormatter FULL = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS", Locale.ROOT);

    private Text() {}

    /** Lines of a table. A heading that begins with '>' aligns its column to the right; the last column is not padded. */
    static List<String> table(List<String> headings, List<List<String>> rows) {
        List<List<String>> all = new ArrayList<>();
        all.add(headings.stream().map(heading -> heading.startsWith(">") ? heading.substring(1) : heading).toList());
        all.addAll(rows);
        List<String> lines = new ArrayList<>();
        for (List<String> row : all) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < row.size(); column++) {
                int index = column;
                int width = all.stream().mapToInt(other -> other.get(index).length()).max().orElse(0);
                String pad = " ".repeat(width - row.get(column).length());
                boolean last = column == row.size() - 1;
                line.append(column == 0 ? "" : "  ").append(headings.get(column).startsWith(">") ? pad + row.get(column)
                        : row.get(column) + (last ? "" : pad));
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    /** 5s, 3m10s, 2h05m, 3d04h. */
    static String duration(long millis) {
        Duration duration = Duration.ofMillis(millis);
        if (duration.toMinutes() == 0) {
            return duration.toSeconds() + "s";
        } else if (duration.toHours() == 0) {
            return String.format(Locale.ROOT, "%dm%02ds", duration.toMinutes(), duration.toSecondsPart());
        } else if (duration.toDays() == 0) {
            return String.format(Locale.ROOT, "%dh%02dm", duration.toHours(), duration.toMinutesPart());
        }
        return String.format(Locale.ROOT, "%dd%02dh", duration.toDays(), duration.toHoursPart());
    }

    /** Minutes:seconds.hundredths, as ps and top do. */
    static String cpu(long millis) {
        return String.format(Locale.ROOT, "%d:%02d.%02d", millis / 60_000, millis / 1000 % 60, millis / 10 % 100);
    }

    static String bytes(long bytes) {
        if (bytes < 1 << 20) {
            return bytes / 1024 + "K";
        }
        return bytes < 10L << 30 ? bytes / (1 << 20) + "M" : bytes / (1 << 30) + "G";
    }

    /** The time of day, or the day when it is not today. */
    static String start(long millis, long nowMillis, ZoneId zone) {
        var start = Instant.ofEpochMilli(millis).atZone(zone);
        boolean today = start.toLocalDate().equals(Instant.ofEpochMilli(nowMillis).atZone(zone).toLocalDate());
        return (today ? TODAY : OTHER_DAY).format(start);
    }

    static String full(long millis, ZoneId zone) {
        return FULL.format(Instant.ofEpochMilli(millis).atZone(zone));
    }
}
