package io.muster.ingest.endpoint.up;

import io.muster.ingest.endpoint.limits.DeviceRate;
import io.muster.ingest.endpoint.limits.DeviceUse;
import io.muster.ingest.endpoint.limits.Limit;
import io.muster.ingest.endpoint.limits.Limit.Answer;
import io.muster.ingest.endpoint.limits.ReadGate;
import io.muster.ingest.endpoint.limits.ReadGate.Hold;
import io.muster.ingest.endpoint.observe.EndpointMetrics;
import io.muster.ingest.endpoint.packets.Packet;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Counts what comes over one connection against what its device, its tenant and all may send. What
 * is too fast is read more slowly; what is too fast for too long is refused. On the event loop.
 */
final class Throttle {
  /** So that a connection does not stop and go with every message. */
  private static final long LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final Channel channel;
  private final DeviceUse use;
  private final DeviceRate rate;
  private final ReadGate gate;
  private final EndpointMetrics metrics;
  private Future<?> release;

  Throttle(Channel channel, DeviceUse use, ReadGate gate, EndpointMetrics metrics) {
    this.channel = channel;
    this.use = use;
    this.rate = use.rate();
    this.gate = gate;
    this.metrics = metrics;
  }

  /**
   * Counts a publish.
   *
   * @return false when it is to be refused
   */
  boolean admits(Packet.Publish publish, String topicName) {
    var size = publish.payload().length + topicName.length() + publish.properties().heldBytes();
    var now = System.nanoTime();
    rate.sends(now);
    var own = rate.charge(size, now);
    var ofTenant = rate.chargeTenant(size, now);
    var ofTotal = rate.chargeTotal(size, now);
    var wait = Math.max(own, Math.max(ofTenant, ofTotal));
    if (wait == 0) {
      return true;
    }
    var limit =
        wait == own ? Limit.DEVICE_RATE : wait == ofTenant ? Limit.TENANT_RATE : Limit.TOTAL_RATE;
    if (rate.isSustained(wait, now) && !mayBeStored(publish)) {
      use.reached(limit, publish.qos() == 0 ? Answer.DROPPED : Answer.REFUSED);
      hold(rate.refuse(size, now));
      return false;
    }
    use.reached(limit, Answer.SLOWED);
    hold(wait);
    return true;
  }

  /**
   * A repetition at QoS 2 may be of what is stored: told that it is not, the client would send it
   * as a new one.
   */
  private static boolean mayBeStored(Packet.Publish publish) {
    return publish.qos() == 2 && publish.duplicate();
  }

  /**
   * Counts any other packet that costs something to answer; they are never refused.
   *
   * @param bytes that are stored for it
   */
  void count(int bytes) {
    var wait = rate.charge(bytes, System.nanoTime());
    if (wait > 0) {
      use.reached(Limit.DEVICE_RATE, Answer.SLOWED);
      hold(wait);
    }
  }

  private void hold(long nanos) {
    if (nanos > 0 && !gate.isHeld(Hold.RATE)) {
      metrics.held(Hold.RATE);
      gate.hold(Hold.RATE);
      release =
          channel
              .eventLoop()
              .schedule(
                  () -> gate.release(Hold.RATE),
                  Math.max(LEAST_NANOS, nanos),
                  TimeUnit.NANOSECONDS);
    }
  }

  /** The connection has ended: nothing keeps it in memory for as long as it would have waited. */
  void end() {
    if (release != null) {
      release.cancel(false);
    }
  }
}
