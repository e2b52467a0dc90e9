package io.muster.ingest.intake;

/**
 * The way into the store. What is offered is held in memory until the transaction that keeps it has
 * committed; with the database away that is until it is back. The caller bounds how much it offers
 * before hearing of completions; nothing is dropped here but QoS 0 under pressure. Thread-safe;
 * publications of one device are kept in the order in which they were offered.
 */
public interface Intake {

  /** Offers a device's publish. Never blocks, never throws. */
  void offer(Publication publication, Completion completion);

  /**
   * Puts a message that was refused into the dead letters, with its bytes up to a bound. Never
   * blocks, never throws.
   */
  void deadLetter(RefusedPublish refused, Completion completion);

  /**
   * Puts an event of this service into the outbox, in order with the publications of the same
   * device.
   */
  void announce(Announcement announcement, Completion completion);

  /** Whether the last attempt to commit succeeded; false while the database is away. */
  boolean storeIsReachable();
}
