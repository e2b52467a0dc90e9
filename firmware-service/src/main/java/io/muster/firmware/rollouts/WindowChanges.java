package io.muster.firmware.rollouts;

import io.muster.firmware.database.Sql;
import io.muster.windows.Window;
import java.time.Instant;

/**
 * What is to be done since a rollout gives nothing for now: its window has closed, somebody paused
 * it, or it stopped; and since its window has opened again. Stateless.
 */
final class WindowChanges {
  private WindowChanges() {}

  /**
   * Nobody begins when the window is closed, in a pause, or with what failed in others: what
   * devices have not seen is taken back, and they have their turn when it goes on. Who has begun
   * goes on as far as it may, and is told when the window opens again: it need not ask.
   *
   * @param most devices
   * @return whether there may be more
   */
  static boolean follow(Sql db, Giving giving, Rollout rollout, int most, Instant now) {
    return switch (rollout.state()) {
      case RUNNING -> followWindow(db, giving, rollout, most, now);
      case PAUSED ->
          giving.giveBack(db, rollout, most, "[paused]")
              || followWindow(db, giving, rollout, most, now);
      case STOPPED ->
          giving.giveBack(db, rollout, most, "[stopped]")
              || followWindow(db, giving, rollout, most, now);
      case WAITING_FOR_APPROVAL, READY, SCHEDULED, FINISHED, CANCELLED, REJECTED -> false;
    };
  }

  private static boolean followWindow(
      Sql db, Giving giving, Rollout rollout, int most, Instant now) {
    return rollout
        .plan()
        .window()
        .map(it -> followWindow(db, giving, rollout, it, most, now))
        .orElse(false);
  }

  private static boolean followWindow(
      Sql db, Giving giving, Rollout rollout, Window window, int most, Instant now) {
    var closes = window.openUntil(now);
    if (closes.isEmpty()) {
      return giving.giveBack(db, rollout, most, "[window closed]");
    }
    var opened = closes.get().minus(window.duration());
    // One of several that are open: nobody had to wait.
    var wasClosed = window.openUntil(opened.minusMillis(1)).isEmpty();
    return wasClosed && giving.tellAgain(db, rollout, opened, most, now);
  }
}
