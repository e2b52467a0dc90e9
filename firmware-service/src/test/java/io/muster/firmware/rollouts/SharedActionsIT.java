package io.muster.firmware.rollouts;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.contract.id.DeviceAddress;
import io.muster.firmware.FirmwareDatabase;
import io.muster.rest.audit.Author;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a device is to get for several rollouts, or for one and a person. */
class SharedActionsIT {
  private static final Author OTHER = new Author("sam", null);

  @RegisterExtension static final FirmwareDatabase DATABASE = new FirmwareDatabase();

  @RegisterExtension final RolloutFleet fleet = new RolloutFleet(DATABASE);

  @Test
  void whoPausesLeavesToAnotherRolloutWhatThatOneGaveAndFindsItAgain() {
    var devices = fleet.devices(3);
    var first = make(devices, "");
    var second = make(devices, "");
    pause(second);
    assertEquals(Map.of("pending", 3L), fleet.counts(second));
    assertEquals(Map.of("given", 3L), fleet.counts(first));
    fleet.instance.succeed(devices.get(0));
    fleet.later();
    fleet.instance.actions.resume(fleet.tenant, second, OTHER);
    fleet.work();
    assertEquals(Map.of("finished", 1L, "given", 2L), fleet.counts(second));
    fleet.instance.succeed(devices.get(1), devices.get(2));
    fleet.later();
    assertEquals(List.of("finished", "finished"), List.of(fleet.state(first), fleet.state(second)));
    assertEquals(Map.of("finished", 3L), fleet.counts(first));
    assertEquals(3, DATABASE.number("SELECT count(*) FROM action"));
  }

  @Test
  void whoStopsTakesNothingFromAnother() {
    var devices = fleet.devices(3);
    var first = make(devices, "'groups':[{'errorShare':1}]");
    var second = make(devices, "'groups':[{'errorShare':0.2}]");
    fleet.instance.fail(devices.get(0));
    fleet.later();
    assertEquals("error-share", fleet.read(second).reason());
    assertEquals(Map.of("failed", 1L, "pending", 2L), fleet.counts(second));
    assertEquals(List.of(1, 1), List.of(open(devices.get(1)), open(devices.get(2))));
    assertEquals(Map.of("failed", 1L, "given", 2L), fleet.counts(first));
  }

  @Test
  void theLastOfThemTakesItBackWhoeverMadeIt() {
    var devices = fleet.devices(2);
    var first = make(devices, "");
    var second = make(devices, "");
    pause(first);
    assertEquals(1, open(devices.get(0)));
    pause(second);
    assertEquals(List.of(0, 0), devices.stream().map(this::open).toList());
    assertEquals(Map.of("pending", 2L), fleet.counts(first));
    assertEquals(Map.of("pending", 2L), fleet.counts(second));
    fleet.instance.actions.resume(fleet.tenant, first, OTHER);
    fleet.work();
    assertEquals(Map.of("given", 2L), fleet.counts(first));
  }

  @Test
  void whatAPersonGaveStaysUntilItIsWithdrawn() {
    var devices = fleet.devices(2);
    fleet.instance.assign(devices.get(0), fleet.distribution);
    var rollout = make(devices, "");
    pause(rollout);
    assertEquals(List.of(1, 0), devices.stream().map(this::open).toList());
    fleet.instance.actions.resume(fleet.tenant, rollout, OTHER);
    fleet.work();
    assertEquals(Map.of("given", 2L), fleet.counts(rollout));
    fleet.instance.distributions.withdraw(fleet.tenant, fleet.distribution, OTHER);
    fleet.work();
    assertEquals(List.of(0, 0), devices.stream().map(this::open).toList());
    assertEquals(Map.of("pending", 2L), fleet.counts(rollout));
  }

  @Test
  void whatIsWithdrawnIsTakenBackFromAllOfThem() {
    var devices = fleet.devices(2);
    var first = make(devices, "");
    var second = make(devices, "");
    fleet.instance.distributions.withdraw(fleet.tenant, fleet.distribution, OTHER);
    fleet.work();
    assertEquals(List.of(0, 0), devices.stream().map(this::open).toList());
    assertEquals(Map.of("pending", 2L), fleet.counts(first));
    assertEquals(Map.of("pending", 2L), fleet.counts(second));
  }

  @Test
  void whoIsCancelledLeavesItToOthersSeenOrNot() {
    var devices = fleet.devices(3);
    var first = make(devices.subList(0, 2), "");
    var second = make(devices, "");
    fleet.instance.retrieve(devices.get(0));
    fleet.instance.retrieve(devices.get(2));
    fleet.instance.actions.cancel(fleet.tenant, second, true, OTHER);
    fleet.work();
    assertEquals(Map.of("running", 1L, "given", 1L), fleet.counts(first));
    assertEquals(Map.of("cancelled", 2L, "cancelling", 1L), fleet.counts(second));
  }

  @Test
  void whoWaitsNoLongerLeavesItToOthersSeenOrNot() {
    var devices = fleet.devices(2);
    var first = make(devices, "");
    var second = make(devices, "'updateWithin':'PT1H','groups':[{'errorShare':1}]");
    fleet.instance.retrieve(devices.get(0));
    fleet.clock.advance(Duration.ofMinutes(61));
    fleet.work();
    assertEquals(Map.of("running", 1L, "given", 1L), fleet.counts(first));
    assertEquals(Map.of("overdue", 1L, "unreached", 1L), fleet.counts(second));
  }

  /** One that has given its devices theirs. */
  private UUID make(List<DeviceAddress> devices, String more) {
    var rollout = fleet.make(fleet.listed(devices, more));
    fleet.work();
    return rollout;
  }

  private void pause(UUID rollout) {
    fleet.instance.actions.pause(fleet.tenant, rollout, OTHER);
    fleet.work();
  }

  private int open(DeviceAddress device) {
    return fleet.instance.open(device).size();
  }
}
