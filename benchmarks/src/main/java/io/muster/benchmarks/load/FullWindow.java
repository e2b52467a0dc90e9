package io.muster.benchmarks.load;

/** Something is due as long as the window has room, until the end. For one event loop. */
final class FullWindow implements DeviceConnection.Source {
  private boolean ended;

  @Override
  public int due(int room) {
    return ended ? 0 : room;
  }

  @Override
  public long takeDueNanos() {
    return System.nanoTime();
  }

  @Override
  public boolean isExhausted() {
    return ended;
  }

  /** From now on nothing is due. */
  void end() {
    ended = true;
  }
}
