package io.muster.firmware;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import org.jboss.logmanager.ExtLogRecord;

/** What a logger that has this handler writes. Thread-safe. */
public final class LogLines extends Handler {
  private final List<String> lines = new CopyOnWriteArrayList<>();

  @Override
  public void publish(LogRecord line) {
    lines.add(
        line instanceof ExtLogRecord formatted
            ? formatted.getFormattedMessage()
            : line.getMessage());
  }

  void clear() {
    lines.clear();
  }

  /** How many have this text in them. */
  public long count(String text) {
    return lines.stream().filter(it -> it.contains(text)).count();
  }

  /** One has this text in it. */
  void assertHas(String text) {
    if (lines.stream().noneMatch(it -> it.contains(text))) {
      throw new AssertionError("no line with \"" + text + "\" in " + lines);
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}
}
