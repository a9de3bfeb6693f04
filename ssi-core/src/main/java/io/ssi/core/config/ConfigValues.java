package io.ssi.core.config;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.IoReason;
import io.ssi.core.error.SsiException;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What was set, by whom: texts with their origin, not yet understood. */
final class ConfigValues {
    private static final long FILE_BYTES_MAX = 1 << 20;
    /** Where a setting of the command line comes from. */
    private static final String COMMAND_LINE = "-o";

    /** {@code origin} is {@code file:line}, {@code -o} or the name of the environment variable. */
    private record Value(String text, String origin, int order) {}

    /** What is wrong with the setting that came from there. */
    private record Mistake(String origin, int order, String what) {}

    private final Map<ConfigKey, Value> values = new EnumMap<>(ConfigKey.class);
    private final List<Mistake> mistakes = new ArrayList<>();
    /** Settings read so far. */
    private int order;

    /** Later calls win over earlier ones. */
    void addFile(Path file) {
        List<String> lines;
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw bad(file + " is longer than " + FILE_BYTES_MAX + " bytes, which no configuration is");
            }
            lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw bad("there is no configuration file " + file + "; check its path, or leave it out to run with defaults");
        } catch (MalformedInputException e) {
            throw bad(file + " is not UTF-8 text");
        } catch (IOException e) {
            throw bad("the configuration file " + file + " cannot be read: " + IoReason.of(e));
        }
        Map<ConfigKey, Value> inFile = new EnumMap<>(ConfigKey.class);
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            String origin = file + ":" + (i + 1);
            split(line, origin).ifPresent(set -> {
                Value before = inFile.put(set.getKey(), new Value(set.getValue(), origin, order));
                if (before != null) {
                    mistake(origin, "key " + set.getKey().key() + " is set already at " + before.origin() + "; keep one of them");
                }
            });
        }
        values.putAll(inFile);
    }

    /** Variables that are no key are someone else's. */
    void addEnvironment(Map<String, String> environment) {
        for (ConfigKey key : ConfigKey.values()) {
            String text = environment.get(key.environment());
            if (text != null && !text.isBlank()) {
                values.put(key, new Value(text.strip(), key.environment(), ++order));
            }
        }
    }

    void addOverride(String keyAndValue) {
        split(keyAndValue, COMMAND_LINE + " " + keyAndValue).ifPresent(set -> {
            values.put(set.getKey(), new Value(set.getValue(), COMMAND_LINE, order));
            if (set.getKey() == ConfigKey.STATE_DIR) {
                // Who names a node by its folder means that node's socket, not the one that commands without a name ask.
                values.computeIfPresent(ConfigKey.SOCKET, (key, value) -> value.origin().equals(key.environment()) ? null : value);
            }
        });
    }

    private Optional<Map.Entry<ConfigKey, String>> split(String line, String origin) {
        order++;
        int equals = line.indexOf('=');
        String name = line.substring(0, Math.max(0, equals)).strip();
        if (name.isEmpty()) {
            mistake(origin, "\"" + line + "\" is no setting; expected key = value");
            return Optional.empty();
        }
        Optional<ConfigKey> key = ConfigKey.named(name);
        if (key.isEmpty()) {
            mistake(origin, "key " + name + " is not known; "
                    + Nearest.to(name, ConfigKey.names()).map(near -> "did you mean " + near + "?").orElse("known are " + String.join(", ", ConfigKey.names())));
        }
        return key.map(known -> Map.entry(known, line.substring(equals + 1).strip()));
    }

    /** As a configuration file has them, but one. */
    String lines(ConfigKey without) {
        StringBuilder lines = new StringBuilder();
        values.forEach((key, value) -> lines.append(key == without ? "" : key.key() + " = " + value.text() + "\n"));
        return lines.toString();
    }

    boolean isSet(ConfigKey key) {
        return values.containsKey(key);
    }

    /** Empty when it is not set. */
    String text(ConfigKey key) {
        Value value = values.get(key);
        return value == null ? "" : value.text();
    }

    String text(ConfigKey key, String otherwise) {
        return isSet(key) ? text(key) : otherwise;
    }

    /** Its value cannot be; {@link #check} will say so. */
    void wrong(ConfigKey key) {
        wrong(key, "expected " + key.expected());
    }

    void wrong(ConfigKey key, String why) {
        Value value = values.get(key);
        mistakes.add(new Mistake(value == null ? "default" : value.origin(), value == null ? 0 : value.order(), "key " + key.key() + " value \"" + text(key, key.defaultText()) + "\"; " + why));
    }

    /** Of the setting just read. */
    private void mistake(String origin, String what) {
        mistakes.add(new Mistake(origin, order, what));
    }

    /** @throws SsiException BAD_CONFIG with all mistakes, or BAD_ARGUMENT when those of the command line are the only ones */
    void check() {
        List<String> all = mistakes.stream().sorted(Comparator.comparingInt(Mistake::order)).map(mistake -> mistake.origin() + ": " + mistake.what()).distinct().toList();
        if (!all.isEmpty()) {
            boolean use = mistakes.stream().allMatch(mistake -> mistake.origin().startsWith(COMMAND_LINE));
            throw new SsiException(use ? ErrorCode.BAD_ARGUMENT : ErrorCode.BAD_CONFIG,
                    all.size() == 1 ? all.getFirst() : all.size() + " settings are wrong:\n  " + String.join("\n  ", all));
        }
    }

    int integer(ConfigKey key, int min, int max) {
        return (int) bounded(key, text(key, key.defaultText()), 1, min, max);
    }

    /** Bytes, with K, M, G for powers of 1024. */
    long size(ConfigKey key, long min, long max) {
        String text = text(key, key.defaultText());
        int unit = text.isEmpty() ? -1 : "KMG".indexOf(Character.toUpperCase(text.charAt(text.length() - 1)));
        return unit < 0 ? bounded(key, text, 1, min, max) : bounded(key, text.substring(0, text.length() - 1), 1L << (10 * (unit + 1)), min, max);
    }

    /** The least, when it is wrong. */
    private long bounded(ConfigKey key, String digits, long unit, long min, long max) {
        try {
            long value = Math.multiplyExact(Long.parseLong(digits), unit);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException | ArithmeticException e) {
            // As one that is out of bounds.
        }
        wrong(key);
        return min;
    }

    private static SsiException bad(String message) {
        return new SsiException(ErrorCode.BAD_CONFIG, message);
    }
}
