package io.muster.windows;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneRules;
import java.util.Optional;

/**
 * Times of a clock on the wall: a cron expression of five fields (minute, hour, day of the month,
 * month, day of the week) in a time zone.
 *
 * <p>Where the clock is put forward, what falls into the time that is left out comes at the moment
 * of the change, once. Where it is put back, what names hours comes once, at the first of the two;
 * what comes every hour, or every so many ({@code *} or {@code *}{@code /n} as hour), goes on.
 *
 * <p>The library is asked about local times alone, of which it cannot know that they are left out
 * or repeated. Immutable, thread-safe.
 */
public final class CronTime {
  /** The longest expression, in characters. */
  public static final int MAX_CHARACTERS = 100;

  /** A leap day may be eight years away, and some zones change twice and again in a year. */
  private static final int MOST_CHANGES = 100;

  private static final CronParser PARSER =
      new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));

  private final String cron;
  private final ZoneId zone;
  private final ZoneRules rules;
  private final ExecutionTime times;
  private final boolean everyHour;

  private CronTime(String cron, ZoneId zone, ExecutionTime times) {
    this.cron = cron;
    this.zone = zone;
    this.rules = zone.getRules();
    this.times = times;
    this.everyHour = cron.split(" ")[1].startsWith("*");
  }

  /**
   * Reads them.
   *
   * @param cron such as {@code 30 2 * * MON-FRI}
   * @param zone such as {@code Europe/Berlin}
   * @throws IllegalArgumentException when they are none; its message is fit for whoever wrote them
   */
  public static CronTime of(String cron, String zone) {
    return of(cron, zone(zone));
  }

  /**
   * The same for a zone that is known.
   *
   * @throws IllegalArgumentException when it is no expression, or one that never comes true
   */
  public static CronTime of(String cron, ZoneId zone) {
    var text = cron.strip().replaceAll("\\s+", " ");
    if (text.length() > MAX_CHARACTERS || text.split(" ").length != 5) {
      throw new IllegalArgumentException(
          ("must be five fields of at most %d characters: minute, hour, day of the month, month,"
                  + " day of the week")
              .formatted(MAX_CHARACTERS));
    }
    var time = new CronTime(text, zone, times(text));
    if (time.next(LocalDateTime.of(2000, 1, 1, 0, 0)).isEmpty()) {
      throw new IllegalArgumentException("never comes true");
    }
    return time;
  }

  /**
   * Reads a time zone.
   *
   * @throws IllegalArgumentException when there is none of that name
   */
  public static ZoneId zone(String name) {
    try {
      return ZoneId.of(name);
    } catch (DateTimeException unknown) {
      throw new IllegalArgumentException("must be a time zone such as Europe/Berlin", unknown);
    }
  }

  private static ExecutionTime times(String text) {
    try {
      return ExecutionTime.forCron(PARSER.parse(text).validate());
    } catch (IllegalArgumentException wrong) {
      throw new IllegalArgumentException("is no cron expression", wrong);
    }
  }

  public ZoneId zone() {
    return zone;
  }

  /** The first time after that one. */
  public Optional<Instant> after(Instant instant) {
    var from = instant;
    var offset = rules.getOffset(from);
    var local = LocalDateTime.ofInstant(from, offset);
    for (var changes = 0; changes < MOST_CHANGES; changes++) {
      var next = next(local);
      if (next.isEmpty()) {
        return Optional.empty();
      }
      var at = next.get().toInstant(offset);
      var change = rules.nextTransition(from);
      if (change == null || at.isBefore(change.getInstant())) {
        if (!isRepeated(next.get(), offset)) {
          return Optional.of(at);
        }
        local = rules.getTransition(next.get()).getDateTimeBefore().minusSeconds(1);
        continue;
      }
      if (change.isGap() && next.get().isBefore(change.getDateTimeAfter())) {
        return Optional.of(change.getInstant());
      }
      from = change.getInstant();
      offset = change.getOffsetAfter();
      local = change.getDateTimeAfter().minusSeconds(1);
    }
    return Optional.empty();
  }

  /** Whether it came true an hour ago, before the clock was put back. */
  private boolean isRepeated(LocalDateTime local, ZoneOffset offset) {
    var offsets = rules.getValidOffsets(local);
    return !everyHour && offsets.size() == 2 && !offset.equals(offsets.getFirst());
  }

  /** As if no clock were ever changed. */
  private Optional<LocalDateTime> next(LocalDateTime local) {
    return times.nextExecution(local.atZone(ZoneOffset.UTC)).map(it -> it.toLocalDateTime());
  }

  @Override
  public String toString() {
    return cron + " " + zone;
  }
}
