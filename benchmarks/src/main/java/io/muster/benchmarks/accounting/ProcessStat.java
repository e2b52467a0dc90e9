package io.muster.benchmarks.accounting;

import java.time.Duration;

/**
 * The line of {@code /proc/{pid}/stat} as far as processor time goes, proc_pid_stat(5).
 *
 * @param pid the process
 * @param parent field 4, {@code ppid}
 * @param userTicks field 14, {@code utime}: its own, all threads
 * @param systemTicks field 15, {@code stime}
 * @param reapedUserTicks field 16, {@code cutime}: of children that ended and were waited for
 * @param reapedSystemTicks field 17, {@code cstime}
 */
record ProcessStat(
    long pid,
    long parent,
    long userTicks,
    long systemTicks,
    long reapedUserTicks,
    long reapedSystemTicks) {
  /** What Linux tells user space on every architecture that Java runs on: {@code USER_HZ}. */
  private static final int TICKS_PER_SECOND = 100;

  /** Fields are counted from 1; behind the name, the second one, stands the third. */
  private static final int FIRST_BEHIND_NAME = 3;

  private static final int PARENT_FIELD = 4;
  private static final int USER_FIELD = 14;
  private static final int LAST_FIELD = 17;

  /**
   * @param line the file's content
   * @throws IllegalArgumentException when it has another form
   */
  static ProcessStat parse(String line) {
    // The name stands in parentheses and may itself hold parentheses and blanks.
    var open = line.indexOf('(');
    var close = line.lastIndexOf(')');
    if (open < 1 || close < open) {
      throw new IllegalArgumentException("no line of /proc/…/stat: " + line);
    }
    var rest = line.substring(close + 1).strip().split(" ");
    if (rest.length <= LAST_FIELD - FIRST_BEHIND_NAME) {
      throw new IllegalArgumentException("too few fields in " + line);
    }
    return new ProcessStat(
        Long.parseLong(line.substring(0, open).strip()),
        field(rest, PARENT_FIELD),
        field(rest, USER_FIELD),
        field(rest, USER_FIELD + 1),
        field(rest, USER_FIELD + 2),
        field(rest, LAST_FIELD));
  }

  private static long field(String[] behindName, int number) {
    return Long.parseLong(behindName[number - FIRST_BEHIND_NAME]);
  }

  /** Its own time. */
  Duration own() {
    return ofTicks(userTicks + systemTicks);
  }

  /** Its own time and that of the children it outlived. */
  Duration withReaped() {
    return ofTicks(userTicks + systemTicks + reapedUserTicks + reapedSystemTicks);
  }

  private static Duration ofTicks(long ticks) {
    return Duration.ofMillis(ticks * 1_000 / TICKS_PER_SECOND);
  }
}
