package io.muster.localstack.simulate;

import io.muster.localstack.device.SendingEvents;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What all simulated devices together have done. Safe for use by several threads. */
final class FleetCounters {
  private final AtomicInteger connected = new AtomicInteger();
  private final LongAdder acknowledged = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder disconnections = new LongAdder();
  private volatile String lastTrouble = "";

  /** For one device. */
  SendingEvents device() {
    return new Device();
  }

  int connected() {
    return connected.get();
  }

  long acknowledged() {
    return acknowledged.sum();
  }

  long refused() {
    return refused.sum();
  }

  long disconnections() {
    return disconnections.sum();
  }

  String lastTrouble() {
    return lastTrouble;
  }

  private final class Device implements SendingEvents {
    private boolean here;

    @Override
    public void connected() {
      here = true;
      connected.incrementAndGet();
    }

    @Override
    public void disconnected(String reason) {
      if (here) {
        here = false;
        connected.decrementAndGet();
        disconnections.increment();
      }
      lastTrouble = reason;
    }

    @Override
    public void acknowledged() {
      acknowledged.increment();
    }

    @Override
    public void refused(String reason) {
      refused.increment();
      lastTrouble = reason;
    }

    @Override
    public void passing() {}
  }
}
