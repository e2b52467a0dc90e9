package io.muster.ingest.endpoint;

import io.muster.ingest.endpoint.limits.ReadGate;
import io.muster.ingest.endpoint.limits.ReadGate.Hold;
import io.muster.ingest.endpoint.session.ConnectionControl;
import io.muster.ingest.endpoint.session.Dialogue;
import io.muster.ingest.endpoint.session.EndReason;
import java.util.concurrent.TimeUnit;

/**
 * The clocks of one connection, looked at by its event loop's one timer. The keep-alive stands
 * still while the connection is not read: silence is then ours. Half a packet that waits for more
 * room is not borne for ever all the same: others wait for what it holds. On the event loop.
 */
final class ConnectionTimers {
  private static final long FAREWELL_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long NEVER = 0;

  private final ConnectionControl connection;
  private final ReadGate gate;
  private final EndpointConfig.Connections config;
  private final long beganNanos = System.nanoTime();
  private long lastPacketNanos = beganNanos;
  private long packetBeganNanos = NEVER;
  private long outputStalledNanos = NEVER;
  private long leavingNanos = NEVER;

  ConnectionTimers(ConnectionControl connection, ReadGate gate, EndpointConfig.Connections config) {
    this.connection = connection;
    this.gate = gate;
    this.config = config;
  }

  void packetCame() {
    lastPacketNanos = System.nanoTime();
    packetBeganNanos = NEVER;
  }

  /** Something of a packet gathers; more of it may be on its way already. */
  void packetBegan() {
    if (packetBeganNanos == NEVER) {
      packetBeganNanos = System.nanoTime();
    }
  }

  void outputStalls() {
    outputStalledNanos = System.nanoTime();
  }

  void outputFlows() {
    outputStalledNanos = NEVER;
  }

  void leaving() {
    leavingNanos = System.nanoTime();
  }

  boolean connectIsLate(long nowNanos) {
    return nowNanos - beganNanos > config.connectTimeout().toNanos();
  }

  boolean farewellIsOver(long nowNanos) {
    return leavingNanos != NEVER && nowNanos - leavingNanos > FAREWELL_NANOS;
  }

  /**
   * When the client was last heard of, in milliseconds since 1970. While it is not read the silence
   * is ours, and it counts as heard.
   */
  long heardMillis(long nowNanos, long nowMillis) {
    if (!gate.isOpen()) {
      return nowMillis;
    }
    return nowMillis - TimeUnit.NANOSECONDS.toMillis(nowNanos - lastPacketNanos);
  }

  /** Ends an accepted connection whose time is over. */
  void judge(Dialogue live, long nowNanos, long nowMillis) {
    var validUntil = live.validUntil();
    if (validUntil != null && validUntil.toEpochMilli() <= nowMillis) {
      connection.end(EndReason.CREDENTIAL_ENDED, "the credential has ended");
    } else if (isPast(outputStalledNanos, config.writeStall().toNanos(), nowNanos)) {
      connection.end(EndReason.STALLED, "what was sent is not being read");
    } else if (!gate.isOpen() && !gate.isHeld(Hold.GATHERING)) {
      return;
    } else if (isPast(packetBeganNanos, config.packetPatience().toNanos(), nowNanos)) {
      connection.end(EndReason.STALLED, "the rest of a packet did not come");
    } else if (gate.isOpen() && isSilent(live.keepAliveNanos(), nowNanos)) {
      connection.end(EndReason.KEEP_ALIVE, "nothing came within one and a half keep-alives");
    }
  }

  private static boolean isPast(long sinceNanos, long limitNanos, long nowNanos) {
    return sinceNanos != NEVER && nowNanos - sinceNanos > limitNanos;
  }

  private boolean isSilent(long keepAliveNanos, long nowNanos) {
    return keepAliveNanos > 0
        && nowNanos - lastPacketNanos > keepAliveNanos
        && nowNanos - gate.resumedAtNanos() > keepAliveNanos;
  }
}
