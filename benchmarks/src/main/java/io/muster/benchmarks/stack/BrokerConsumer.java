package io.muster.benchmarks.stack;

import io.muster.benchmarks.accounting.ObservedProcess;
import java.util.List;

/** What consumes from a broker and stores. Not thread-safe. */
public interface BrokerConsumer {
  /** The broker that it consumes from. */
  OpenBroker broker();

  /** Makes it ready to consume, with nothing left from before. */
  void begin();

  /** Its turn is over. */
  void end();

  /** SIGKILL. */
  void kill();

  /** Starts it again after {@link #kill}, to go on where it was. */
  void restart();

  /** Its processes, the database among them. */
  List<ObservedProcess> processes();
}
