package io.muster.localstack.simulate;

import io.muster.localstack.device.CommandEvents;
import java.util.concurrent.atomic.LongAdder;

/** What all simulated devices together have done about commands. Thread-safe. */
final class CommandCounters implements CommandEvents {
  private final LongAdder taken = new LongAdder();
  private final LongAdder again = new LongAdder();
  private final LongAdder answered = new LongAdder();
  private volatile String lastTrouble = "";

  @Override
  public void taken() {
    taken.increment();
  }

  @Override
  public void cameAgain() {
    again.increment();
  }

  @Override
  public void answered() {
    answered.increment();
  }

  @Override
  public void unheard(String reason) {
    lastTrouble = reason;
  }

  /** Whether there is something to tell. */
  boolean isQuiet() {
    return taken.sum() == 0 && lastTrouble.isEmpty();
  }

  /** For people. */
  @Override
  public String toString() {
    var text =
        "%,d commands taken, %,d came again, %,d answers acknowledged"
            .formatted(taken.sum(), again.sum(), answered.sum());
    return lastTrouble.isEmpty() ? text + "." : text + "; not heard: " + lastTrouble + ".";
  }
}
