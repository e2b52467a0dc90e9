package io.muster.outbox;

import java.time.Duration;

/**
 * How the publisher works. {@link #defaults()} suits a service; the {@code with…} methods change
 * what a service's configuration says otherwise.
 *
 * @param batchRows the most rows that are numbered, and the most that are published, at a time;
 *     bounds the memory
 * @param window the most messages that are on their way to the broker at a time, each of another
 *     device
 * @param publishTimeout how long the broker may take with one message before it counts as away
 * @param pollInterval how late a committed row is seen when its wake-up was lost
 * @param lockInterval how often a standby tries to become the publisher
 * @param databaseTimeout for each statement; beyond it the publisher steps down
 * @param minBackoff the pause after a round in which the broker took nothing
 * @param maxBackoff what that pause grows to
 * @param maxAttempts how often a message may fail while others pass, before it is given up
 * @param undeliveredFor how long a message waits for the broker before it is given up
 * @param keepFor how long the log keeps what was published
 */
public record OutboxSettings(
    int batchRows,
    int window,
    Duration publishTimeout,
    Duration pollInterval,
    Duration lockInterval,
    Duration databaseTimeout,
    Duration minBackoff,
    Duration maxBackoff,
    int maxAttempts,
    Duration undeliveredFor,
    Duration keepFor) {

  public OutboxSettings {
    if (batchRows < 1 || window < 1 || maxAttempts < 1) {
      throw new IllegalArgumentException("batchRows, window and maxAttempts are at least 1");
    }
    for (var duration :
        new Duration[] {
          publishTimeout,
          pollInterval,
          lockInterval,
          databaseTimeout,
          minBackoff,
          maxBackoff,
          undeliveredFor,
          keepFor
        }) {
      if (duration == null || !duration.isPositive()) {
        throw new IllegalArgumentException("durations of the outbox are positive");
      }
    }
    if (maxBackoff.compareTo(minBackoff) < 0) {
      throw new IllegalArgumentException("maxBackoff is at least minBackoff");
    }
  }

  public static OutboxSettings defaults() {
    return new OutboxSettings(
        500,
        64,
        Duration.ofSeconds(30),
        Duration.ofMillis(200),
        Duration.ofSeconds(1),
        Duration.ofSeconds(10),
        Duration.ofMillis(100),
        Duration.ofSeconds(5),
        10,
        Duration.ofDays(7),
        Duration.ofDays(7));
  }

  /** The same with other bounds on what is under way. */
  public OutboxSettings withBounds(int newBatchRows, int newWindow) {
    return new OutboxSettings(
        newBatchRows,
        newWindow,
        publishTimeout,
        pollInterval,
        lockInterval,
        databaseTimeout,
        minBackoff,
        maxBackoff,
        maxAttempts,
        undeliveredFor,
        keepFor);
  }

  /** The same with other waits towards the database. */
  public OutboxSettings withIntervals(
      Duration newPollInterval, Duration newLockInterval, Duration newDatabaseTimeout) {
    return new OutboxSettings(
        batchRows,
        window,
        publishTimeout,
        newPollInterval,
        newLockInterval,
        newDatabaseTimeout,
        minBackoff,
        maxBackoff,
        maxAttempts,
        undeliveredFor,
        keepFor);
  }

  /** The same with another patience with the broker. */
  public OutboxSettings withPatience(
      Duration newPublishTimeout, Duration newMinBackoff, Duration newMaxBackoff, int newAttempts) {
    return new OutboxSettings(
        batchRows,
        window,
        newPublishTimeout,
        pollInterval,
        lockInterval,
        databaseTimeout,
        newMinBackoff,
        newMaxBackoff,
        newAttempts,
        undeliveredFor,
        keepFor);
  }

  /** The same with other ages. */
  public OutboxSettings withAges(Duration newUndeliveredFor, Duration newKeepFor) {
    return new OutboxSettings(
        batchRows,
        window,
        publishTimeout,
        pollInterval,
        lockInterval,
        databaseTimeout,
        minBackoff,
        maxBackoff,
        maxAttempts,
        newUndeliveredFor,
        newKeepFor);
  }
}
