package io.muster.ingest.endpoint;

import io.muster.ingest.endpoint.packets.ReadingDesk;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * What the connections of one event loop share: one timer for all their clocks instead of several
 * each, one scratch space, and the lines of those that wait for memory. On that event loop.
 */
final class LoopShard {
  private static final Logger LOG = Logger.getLogger(LoopShard.class);
  private static final long TICK_MILLIS = 500;
  private static final long MEMORY_RETRY_MILLIS = 20;
  private static final long DEPARTURE_RETRY_MILLIS = 20;

  /**
   * How many go on at a time when there is memory again, so that they do not take it all at once.
   */
  private static final int RECOVERED_AT_ONCE = 16;

  /** How many of those that wait for others' packets to come whole are looked at in one go. */
  private static final int LOOKED_AT_ONCE = 256;

  final ReadingDesk desk = new ReadingDesk();
  private final EventLoop loop;
  private final Shared shared;
  private final Set<DeviceConnection> connections =
      Collections.newSetFromMap(new IdentityHashMap<>());
  private final ArrayDeque<DeviceConnection> waitingForMemory = new ArrayDeque<>();
  private final ArrayDeque<DeviceConnection> waitingToGather = new ArrayDeque<>();

  LoopShard(EventLoop loop, Shared shared) {
    this.loop = loop;
    this.shared = shared;
  }

  void start() {
    loop.scheduleAtFixedRate(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  void add(DeviceConnection connection) {
    connections.add(connection);
  }

  void remove(DeviceConnection connection) {
    connections.remove(connection);
  }

  /** Looks now and then whether the connection can go. */
  void awaitDeparture(DeviceConnection connection) {
    if (!connection.departed()) {
      loop.schedule(
          () -> guarded(connection, () -> awaitDeparture(connection)),
          DEPARTURE_RETRY_MILLIS,
          TimeUnit.MILLISECONDS);
    }
  }

  private void tick() {
    var nowNanos = System.nanoTime();
    var nowMillis = shared.clock.millis();
    // A copy: a tick may end the connection, which removes it.
    List.copyOf(connections).forEach(it -> guarded(it, () -> it.tick(nowNanos, nowMillis)));
    try {
      shared.quotas.forgetRecovered(nowNanos);
      shared.bans.forgetSpent(nowNanos);
    } catch (RuntimeException fault) {
      // A task that throws is never run again, and with it went the clocks of all connections here.
      LOG.error("What nobody owes any more could not be forgotten", fault);
    }
  }

  /** What fails for one connection must not end the timer of all. */
  private static void guarded(DeviceConnection connection, Runnable step) {
    try {
      step.run();
    } catch (RuntimeException fault) {
      try {
        connection.failed(fault);
      } catch (RuntimeException again) {
        LOG.error("A connection could not be ended", again);
        connection.channel().close();
      }
    }
  }

  void waitForMemory(DeviceConnection connection) {
    waitingForMemory.add(connection);
    if (waitingForMemory.size() == 1) {
      retryMemoryLater();
    }
  }

  private void retryMemoryLater() {
    loop.schedule(this::retryMemory, MEMORY_RETRY_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void retryMemory() {
    for (int i = 0; i < RECOVERED_AT_ONCE && shared.budget.hasRecovered(); i++) {
      var next = waitingForMemory.poll();
      if (next == null) {
        return;
      }
      guarded(next, next::memoryIsBack);
    }
    if (!waitingForMemory.isEmpty()) {
      retryMemoryLater();
    }
  }

  /** Its device or its tenant has as much gathering as it may; those of others need not wait. */
  void waitToGather(DeviceConnection connection) {
    waitingToGather.add(connection);
    if (waitingToGather.size() == 1) {
      retryGatheringLater();
    }
  }

  private void retryGatheringLater() {
    loop.schedule(this::retryGathering, MEMORY_RETRY_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void retryGathering() {
    int recovered = 0;
    var looks = Math.min(waitingToGather.size(), LOOKED_AT_ONCE);
    for (int i = 0; i < looks && recovered < RECOVERED_AT_ONCE; i++) {
      var next = waitingToGather.remove();
      if (next.gathersAgain()) {
        recovered++;
      } else {
        waitingToGather.add(next);
      }
    }
    if (!waitingToGather.isEmpty()) {
      retryGatheringLater();
    }
  }
}
