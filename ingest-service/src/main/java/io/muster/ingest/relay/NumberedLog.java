package io.muster.ingest.relay;

/** This site's log, for who follows it in the same process. Thread-safe. */
public interface NumberedLog {

  /** Whether this instance gives the numbers now; one of all does. */
  boolean isMine();

  /**
   * From now on its messages go to somebody else than the broker; to be said before the publisher
   * starts.
   *
   * @param numbered told when there are some more; returns at once
   */
  void follow(Runnable numbered);
}
