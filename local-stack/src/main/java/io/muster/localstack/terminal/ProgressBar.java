package io.muster.localstack.terminal;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/**
 * How far something has come, how fast and how long it will take: a bar on a terminal, a plain line
 * now and then elsewhere. Used by one thread.
 */
public final class ProgressBar {
  private static final Duration DRAW_EVERY = Duration.ofMillis(150);
  private static final Duration LINE_EVERY = Duration.ofSeconds(5);
  private static final int BAR = 24;

  private final Terminal terminal;
  private final Clock clock;
  private final long total;
  private final Instant began;
  private Instant shown;

  public ProgressBar(Terminal terminal, Clock clock, long total) {
    this.terminal = terminal;
    this.clock = clock;
    this.total = total;
    this.began = clock.instant();
    this.shown = began;
  }

  /**
   * Shows it when it is time to.
   *
   * @param note what else is to be said; may be empty
   */
  public void show(long done, String note) {
    var now = clock.instant();
    var pause = terminal.interactive() ? DRAW_EVERY : LINE_EVERY;
    if (Duration.between(shown, now).compareTo(pause) >= 0) {
      shown = now;
      if (terminal.interactive()) {
        terminal.draw(bar(done) + " " + text(done, now) + note(note));
      } else {
        terminal.line(text(done, now) + note(note));
      }
    }
  }

  /** So many a second since the beginning. */
  public double rate(long done) {
    var seconds = Duration.between(began, clock.instant()).toMillis() / 1e3;
    return seconds <= 0 ? 0 : done / seconds;
  }

  private String bar(long done) {
    var filled = total == 0 ? BAR : (int) (BAR * done / total);
    return "[" + "#".repeat(filled) + " ".repeat(BAR - filled) + "]";
  }

  private String text(long done, Instant now) {
    var percent = total == 0 ? 100 : 100 * done / total;
    return String.format(
        Locale.ROOT,
        "%,d of %,d  %3d %%  %,.0f/s  %s left",
        done,
        total,
        percent,
        rate(done),
        remaining(done, now));
  }

  private String remaining(long done, Instant now) {
    if (done == 0) {
      return "?";
    }
    var elapsed = Duration.between(began, now).toMillis();
    return clockTime(Duration.ofMillis((long) ((double) elapsed * (total - done) / done)));
  }

  private static String clockTime(Duration time) {
    return time.toHours() > 0
        ? "%d:%02d:%02d".formatted(time.toHours(), time.toMinutesPart(), time.toSecondsPart())
        : "%d:%02d".formatted(time.toMinutes(), time.toSecondsPart());
  }

  private static String note(String note) {
    return note.isEmpty() ? "" : "  " + note;
  }
}
