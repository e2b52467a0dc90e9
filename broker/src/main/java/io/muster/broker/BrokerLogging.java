package io.muster.broker;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * Logging to standard output: lines, or JSON with {@code MUSTER_LOG_JSON=true}. Found by logback as
 * a service, before it looks for files: HiveMQ's jar brings a {@code logback.xml} of its own.
 */
public final class BrokerLogging extends ContextAwareBase implements Configurator {
  /** What is of no use to an operator unless it is at least this bad. */
  private static final Map<String, Level> LEVELS =
      Map.of(
          "com.hivemq", Level.WARN,
          "event.client-disconnected", Level.OFF,
          "jetbrains.exodus", Level.WARN,
          "oshi", Level.OFF,
          "io.netty", Level.WARN,
          "migrations", Level.WARN);

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    var json = Boolean.parseBoolean(System.getenv("MUSTER_LOG_JSON"));
    var appender = new ConsoleAppender<ILoggingEvent>();
    appender.setContext(context);
    appender.setEncoder(started(json ? jsonEncoder() : lines(), context));
    appender.start();
    var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.INFO);
    root.addAppender(appender);
    LEVELS.forEach((name, level) -> context.getLogger(name).setLevel(level));
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  private static Encoder<ILoggingEvent> jsonEncoder() {
    var encoder = new JsonEncoder();
    encoder.setWithFormattedMessage(true);
    encoder.setWithMessage(false);
    encoder.setWithArguments(false);
    encoder.setWithContext(false);
    encoder.setWithSequenceNumber(false);
    encoder.setWithNanoseconds(false);
    return encoder;
  }

  private static Encoder<ILoggingEvent> lines() {
    var encoder = new PatternLayoutEncoder();
    encoder.setPattern("%d{HH:mm:ss.SSS} %-5level %msg%n%ex");
    return encoder;
  }

  private static Encoder<ILoggingEvent> started(
      Encoder<ILoggingEvent> encoder, LoggerContext context) {
    encoder.setContext(context);
    encoder.start();
    return encoder;
  }
}
