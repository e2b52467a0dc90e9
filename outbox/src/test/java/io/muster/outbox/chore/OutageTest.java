package io.muster.outbox.chore;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;

class OutageTest {
  private static final RuntimeException AWAY = new IllegalStateException("away");

  private final List<String> lines = new ArrayList<>();

  @Test
  void isSaidOnceHoweverOftenItIsTried() {
    var outage = new Outage(new Lines(), "Not for now: %s", "Again");
    outage.succeeded();
    outage.failed(AWAY);
    outage.failed(AWAY);
    outage.succeeded();
    outage.succeeded();
    outage.failed(AWAY);
    assertEquals(
        List.of("WARN Not for now: " + AWAY, "INFO Again", "WARN Not for now: " + AWAY), lines);
  }

  @Test
  void itsEndMayGoWithoutSaying() {
    var outage = new Outage(new Lines(), "Not for now: %s");
    outage.failed(AWAY);
    outage.succeeded();
    outage.failed(AWAY);
    assertEquals(List.of("WARN Not for now: " + AWAY, "WARN Not for now: " + AWAY), lines);
  }

  private final class Lines extends Logger {
    private static final long serialVersionUID = 1L;

    Lines() {
      super("test");
    }

    @Override
    protected void doLog(
        Level level, String loggerClass, Object message, Object[] values, Throwable thrown) {
      lines.add(level + " " + message);
    }

    @Override
    protected void doLogf(
        Level level, String loggerClass, String format, Object[] values, Throwable thrown) {
      lines.add(level + " " + String.format(format, values));
    }

    @Override
    public boolean isEnabled(Level level) {
      return true;
    }
  }
}
