package io.ssi.node;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.FileSize;
import io.ssi.core.config.NodeConfig;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.IoReason;
import io.ssi.core.error.SsiException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.slf4j.LoggerFactory;

/** The daemon's log: to its file, five of 10 MB at most, or to standard error in the foreground. */
final class Logging {
    private static final String PATTERN = "%d{yyyy-MM-dd HH:mm:ss.SSS} %-5level %-22logger{0} %msg%n%rEx{12}";
    private static final int FILES_MAX = 4;
    private static final String FILE_BYTES_MAX = "10MB";
    /** Libraries that talk much about what is normal for them. */
    private static final List<String> QUIET = List.of("com.hazelcast", "io.microraft", "io.netty");

    /** They warn of each link that ends with its node, of which the membership tells, and of what is set so on purpose. */
    private static final List<String> ERRORS_ONLY = List.of("com.hazelcast.internal.server", "com.hazelcast.internal.networking",
            "com.hazelcast.spi.impl.operationexecutor.slowoperationdetector", "io.microraft");

    private Logging() {}

    static void start(NodeConfig config, boolean foreground) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(PATTERN);
        encoder.start();
        OutputStreamAppender<ILoggingEvent> appender = foreground ? console() : file(context, config);
        appender.setContext(context);
        appender.setEncoder(encoder);
        appender.start();
        Level level = Level.toLevel(config.logLevel());
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(level);
        root.addAppender(appender);
        QUIET.forEach(name -> context.getLogger(name).setLevel(level.isGreaterOrEqual(Level.INFO) ? Level.WARN : level));
        ERRORS_ONLY.forEach(name -> context.getLogger(name).setLevel(level.isGreaterOrEqual(Level.INFO) ? Level.ERROR : level));
    }

    /** What is queued goes to the file. */
    static void stop() {
        ((LoggerContext) LoggerFactory.getILoggerFactory()).stop();
    }

    private static OutputStreamAppender<ILoggingEvent> console() {
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setTarget("System.err");
        return console;
    }

    private static OutputStreamAppender<ILoggingEvent> file(LoggerContext context, NodeConfig config) {
        try {
            Files.createDirectories(config.logFile().getParent());
            Files.newOutputStream(config.logFile(), StandardOpenOption.CREATE, StandardOpenOption.APPEND).close();
        } catch (IOException e) {
            throw new SsiException(ErrorCode.BAD_CONFIG, "the log file " + config.logFile() + " cannot be written: " + IoReason.of(e) + "; set another log-file", e);
        }
        RollingFileAppender<ILoggingEvent> file = new RollingFileAppender<>();
        file.setContext(context);
        file.setFile(config.logFile().toString());
        FixedWindowRollingPolicy window = new FixedWindowRollingPolicy();
        window.setContext(context);
        window.setParent(file);
        window.setFileNamePattern(config.logFile() + ".%i");
        window.setMinIndex(1);
        window.setMaxIndex(FILES_MAX);
        window.start();
        SizeBasedTriggeringPolicy<ILoggingEvent> size = new SizeBasedTriggeringPolicy<>();
        size.setContext(context);
        size.setMaxFileSize(FileSize.valueOf(FILE_BYTES_MAX));
        size.start();
        file.setRollingPolicy(window);
        file.setTriggeringPolicy(size);
        return file;
    }
}
