package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import io.muster.contract.id.DeviceAddress;
import io.muster.systemtests.devices.CommandedDevice;
import io.muster.systemtests.devices.SenderGroup;
import io.muster.systemtests.stack.CommandOwner;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** One of two endpoints is killed under load, and devices that know both go to the other one. */
@ExtendWith(SharedStack.class)
class EndpointKilledIT {
  private static final int SENDERS = 12;

  /** More than there is time for. */
  private static final int READINGS = 100_000;

  private static final double PER_SECOND = 100;

  /** A device tries again after 0.2 s; the rest is for a machine that has much else to do. */
  private static final Duration RECONNECTED = Duration.ofSeconds(90);

  private static final Duration REPEAT = Duration.ofSeconds(4);

  /** In which a report comes from the broker. */
  private static final Duration SILENCE = Duration.ofSeconds(3);

  private static final Duration COMMAND_PAUSE = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final RunningStack stack;

  EndpointKilledIT(RunningStack stack) {
    this.stack = stack;
  }

  @Test
  void devicesGoToTheOtherOneAndNeitherReadingsNorCommandsAreLost() {
    var tenant = stack.newTenant();
    var first = stack.newDevice(tenant, "c1");
    var second = stack.newDevice(tenant, "c2");
    var ingest = stack.processes().of("ingest").pid();
    try (var owner = CommandOwner.start(stack, 9_010, REPEAT);
        var at1 = CommandedDevice.connect(first, stack.endpointPort(1), stack.endpointPort(2));
        var at2 = CommandedDevice.connect(second, stack.endpointPort(2), stack.endpointPort(1));
        var commands = new Commands(owner, List.of(at1, at2));
        var senders = SenderGroup.startKnowingBoth(stack, tenant, SENDERS, READINGS, PER_SECOND)) {
      senders.awaitAcknowledged(200, PATIENCE);
      await().atMost(PATIENCE).until(() -> !owner.delivered().isEmpty());
      stack.processes().killNow(ingest);
      senders.awaitElsewhere(RECONNECTED);
      await().atMost(RECONNECTED).until(() -> at1.connectionCount() > 1);
      senders.awaitProgress(50, PATIENCE);
      senders.finish();
      senders.assertEachStoredOnce(PATIENCE);
      commands.close();
      awaitAllDelivered(owner, first.address(), second.address());
      commands.assertEachHeard();
      stack.processes().awaitRestart("ingest", ingest);
    }
  }

  /**
   * At QoS 2 only what was lost is sent again: nothing of it, and no report, is under way. For each
   * device what is said last arrives and is reported last, so then all before it is through or
   * lost.
   */
  private void awaitAllDelivered(CommandOwner owner, DeviceAddress... devices) {
    var last = new LastWords(owner, List.of(devices));
    last.say();
    await("reports of delivery")
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              if (isQuiet(owner, devices)) {
                if (last.areReported()) {
                  owner.repeatExactlyOnce();
                }
                last.say();
              }
              assertEquals(List.of(), owner.outstanding());
            });
  }

  private boolean isQuiet(CommandOwner owner, DeviceAddress... devices) {
    return owner.silence().compareTo(SILENCE) > 0
        && Arrays.stream(devices).mapToLong(stack.store()::reportsUnderWay).sum() == 0;
  }

  /** Commands, one to each device, of which only their place after all others matters. */
  private static final class LastWords {
    private static final String MARK = "last-";

    private final CommandOwner owner;
    private final List<DeviceAddress> devices;
    private List<String> topicNames = List.of();
    private int rounds;

    LastWords(CommandOwner owner, List<DeviceAddress> devices) {
      this.owner = owner;
      this.devices = devices;
    }

    void say() {
      var request = MARK + rounds++;
      topicNames =
          devices.stream().map(it -> "command/%s/req/%s/reboot".formatted(it, request)).toList();
      topicNames.forEach(it -> owner.command(it, MqttQos.EXACTLY_ONCE));
    }

    boolean areReported() {
      return owner.delivered().containsAll(topicNames);
    }

    static boolean isOne(String topicName) {
      return topicName.contains("/req/" + MARK);
    }
  }

  /** Given without a pause until it is closed: to each device, and at QoS 1 and at QoS 2. */
  private static final class Commands implements AutoCloseable {
    private final CommandOwner owner;
    private final List<CommandedDevice> devices;
    private final AtomicInteger rounds = new AtomicInteger();
    private final Thread thread = Thread.ofVirtual().name("commands").unstarted(this::run);
    private volatile boolean closed;

    Commands(CommandOwner owner, List<CommandedDevice> devices) {
      this.owner = owner;
      this.devices = devices;
      thread.start();
    }

    private void run() {
      while (!closed) {
        var round = rounds.getAndIncrement();
        for (var device : devices) {
          owner.command(topicName(device, 1, round), MqttQos.AT_LEAST_ONCE);
          owner.command(topicName(device, 2, round), MqttQos.EXACTLY_ONCE);
        }
        LockSupport.parkNanos(COMMAND_PAUSE.toNanos());
      }
    }

    private static String topicName(CommandedDevice device, int qos, int round) {
      return "command/%s/req/%d-%d/reboot".formatted(device.device().address(), qos, round);
    }

    void assertEachHeard() {
      for (var device : devices) {
        var heard = new HashSet<>(device.heard());
        heard.removeIf(LastWords::isOne);
        for (int round = 0; round < rounds.get(); round++) {
          var atLeastOnce = topicName(device, 1, round);
          assertTrue(heard.contains(atLeastOnce), "said to be delivered: " + atLeastOnce);
          var once = topicName(device, 2, round);
          var said = once + ", one of those that were sent again: " + owner.isRepeated(once);
          assertEquals(1, device.timesHeard(once), said);
        }
        assertEquals(2 * rounds.get(), heard.size(), "other commands too: " + heard);
      }
    }

    @Override
    public void close() {
      closed = true;
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
