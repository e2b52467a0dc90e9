package io.muster.systemtests.devices;

import static org.awaitility.Awaitility.await;

import io.muster.contract.id.TenantId;
import io.muster.systemtests.stack.RunningStack;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;

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
      group.add(device, group.connector(i, device, 1 + i % 2), readings, perSecond);
    }
    return group;
  }

  /** The same, with devices that know both replicas and go to the other one when theirs is lost. */
  public static SenderGroup startKnowingBoth(
      RunningStack stack, TenantId tenant, int count, int readings, double perSecond) {
    var group = new SenderGroup(stack);
    var devices =
        IntStream.range(0, count).mapToObj(i -> stack.newDevice(tenant, "d" + i)).toList();
    for (int i = 0; i < count; i++) {
      var device = devices.get(i);
      var own = group.connector(i, device, 1 + i % 2);
      var other = group.connector(i, device, 2 - i % 2);
      group.add(device, own.orElse(other), readings, perSecond);
    }
    return group;
  }

  private Link.Connector connector(int i, TestDevice device, int replica) {
    var port = stack.endpointPort(replica);
    return i % 4 < 2 ? Mqtt5Link.of(device, port) : Mqtt3Link.of(device, port);
  }

  private void add(TestDevice device, Link.Connector connector, int readings, double perSecond) {
    senders.add(ReadingSender.start(device, connector, readings, WINDOW, perSecond));
  }

  /** Waits until everybody who began at the first replica has had a second connection. */
  public void awaitElsewhere(Duration patience) {
    await("devices of the replica that was lost, at the other one")
        .atMost(patience)
        .until(
            () ->
                IntStream.range(0, senders.size())
                    .filter(i -> i % 2 == 0)
                    .allMatch(i -> senders.get(i).connectionCount() > 1));
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
