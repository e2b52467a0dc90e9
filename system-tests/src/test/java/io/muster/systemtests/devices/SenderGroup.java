package io.muster.systemtests.devices;

import static org.awaitility.Awaitility.await;

import io.muster.contract.id.TenantId;
import io.muster.systemtests.stack.RunningStack;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Devices of a tenant that send at the same time; closing it ends those that still do. */
public final class SenderGroup implements AutoCloseable {
  private static final int WINDOW = 100;

  private final RunningStack stack;
  private final List<ReadingSender> senders = new ArrayList<>();

  private SenderGroup(RunningStack stack) {
    this.stack = stack;
  }

  /**
   * Starts them, half at each replica of ingest, half of those with each protocol version.
   *
   * @param count how many
   * @param readings of each
   * @param perSecond of each
   */
  public static SenderGroup start(
      RunningStack stack, TenantId tenant, int count, int readings, double perSecond) {
    var group = new SenderGroup(stack);
    for (int i = 0; i < count; i++) {
      var device = stack.newDevice(tenant, "d" + i);
      var port = stack.endpointPort(1 + i % 2);
      var connector = i % 4 < 2 ? Mqtt5Link.of(device, port) : Mqtt3Link.of(device, port);
      group.senders.add(ReadingSender.start(device, connector, readings, WINDOW, perSecond));
    }
    return group;
  }

  /** Waits until each has as many PUBACKs. */
  public void awaitAcknowledged(int each, Duration patience) {
    awaitEach(sender -> sender.acknowledgedCount() >= each, patience);
  }

  /** Waits until each has as many PUBACKs more than now, or all. */
  public void awaitProgress(int more, Duration patience) {
    var now = senders.stream().map(ReadingSender::acknowledgedCount).toList();
    await("progress of each sender")
        .atMost(patience)
        .until(
            () -> {
              for (int i = 0; i < now.size(); i++) {
                var sender = senders.get(i);
                if (sender.acknowledgedCount() < Math.min(sender.total(), now.get(i) + more)) {
                  return false;
                }
              }
              return true;
            });
  }

  /** Throws unless each has something left to send: a kill then came while messages flowed. */
  public void assertAllSending() {
    for (var sender : senders) {
      if (sender.acknowledgedCount() >= sender.total()) {
        throw new AssertionError(
            sender.device().address() + " was through: the kill came too late to show anything");
      }
    }
  }

  /** What each has sent until now is what must be stored. */
  public void finish() {
    senders.forEach(ReadingSender::finish);
  }

  /** Waits until each is through, and looks into the store. */
  public void assertEachStoredOnce(Duration patience) {
    for (var sender : senders) {
      sender.awaitAllAcknowledged(patience);
      stack.store().assertEachOnce(sender.device().address(), ReadingSender.FIELD, sender.total());
    }
  }

  private void awaitEach(Predicate<ReadingSender> condition, Duration patience) {
    await().atMost(patience).until(() -> senders.stream().allMatch(condition));
  }

  @Override
  public void close() {
    senders.forEach(ReadingSender::close);
  }
}
