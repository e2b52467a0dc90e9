package io.muster.ingest.endpoint;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtLogRecord;

/** What the endpoint writes into the log while this is open. Thread-safe. */
final class LoggedLines implements AutoCloseable {
  private final Logger logger = Logger.getLogger("io.muster.ingest.endpoint");
  private final Level levelBefore = logger.getLevel();
  private final boolean parentsBefore = logger.getUseParentHandlers();
  private final List<String> lines = new CopyOnWriteArrayList<>();

  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          lines.add(line.getLevel() + " " + text(line));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  private LoggedLines(Level least) {
    handler.setLevel(least);
    logger.setLevel(least);
    logger.setUseParentHandlers(false);
    logger.addHandler(handler);
  }

  /**
   * @param least below which nothing is written meanwhile
   */
  static LoggedLines from(Level least) {
    return new LoggedLines(least);
  }

  private static String text(LogRecord line) {
    var text =
        line instanceof ExtLogRecord formatted
            ? formatted.getFormattedMessage()
            : line.getMessage();
    if (line.getThrown() == null) {
      return text;
    }
    var stack = new StringWriter();
    line.getThrown().printStackTrace(new PrintWriter(stack));
    return text + ": " + stack;
  }

  List<String> lines() {
    return lines;
  }

  @Override
  public void close() {
    logger.removeHandler(handler);
    logger.setLevel(levelBefore);
    logger.setUseParentHandlers(parentsBefore);
  }
}
