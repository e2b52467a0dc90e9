package io.muster.firmware.rollouts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.muster.contract.id.DeviceAddress;
import io.muster.firmware.FirmwareDatabase;
import io.muster.rest.audit.Author;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Which devices have part in a rollout: by list, group or filter, and those that come and go. */
class RolloutTargetsIT {
  private static final Author OTHER = new Author("sam", null);

  @RegisterExtension static final FirmwareDatabase DATABASE = new FirmwareDatabase();

  @RegisterExtension final RolloutFleet fleet = new RolloutFleet(DATABASE);

  @Test
  void aFirstGroupOfAFilterIsASampleOfItsSize() {
    fleet.devices(100);
    var rollout = fleet.make(fleet.fitting("'groups':[{'share':0.05},{'share':0.2},{}]"));
    fleet.work();
    var view = fleet.read(rollout);
    assertEquals(
        List.of(5L, 20L, 75L),
        view.groups().stream()
            .map(it -> it.counts().values().stream().mapToLong(Long::longValue).sum())
            .toList());
    var first =
        fleet.instance.devices(fleet.tenant, rollout).stream()
            .filter(it -> it.group() == 0)
            .map(it -> it.device().value())
            .toList();
    assertFalse(first.equals(List.of("d0000", "d0001", "d0002", "d0003", "d0004")));
  }

  @Test
  void devicesThatHaveNoPartAreToldOf() {
    fleet.devices(3);
    fleet.registry.add(fleet.address("d0001"), "pump", true);
    fleet.registry.add(fleet.address("d0002"), "lamp", false);
    var typed = fleet.distribution("4.0", "lamp", "torch");
    var rollout =
        fleet.make(
            fleet.listed(
                List.of(
                    fleet.address("d0000"),
                    fleet.address("d0001"),
                    fleet.address("d0002"),
                    fleet.address("nobody")),
                typed,
                ""));
    fleet.work();
    assertEquals(
        Map.of("given", 1L, "incompatible", 1L, "disabled", 1L, "unknown", 1L),
        fleet.counts(rollout));
    fleet.instance.succeed(fleet.address("d0000"));
    fleet.later();
    var view = fleet.read(rollout);
    assertEquals("finished", view.state());
    assertEquals(
        Map.of("finished", 1L, "incompatible", 1L, "disabled", 1L, "unknown", 1L), view.counts());
    assertEquals(1, DATABASE.number("SELECT count(*) FROM action"));
  }

  @Test
  void incompatibleDevicesOfAFilterAreFoundPageByPage() {
    fleet.devices(25);
    for (var i = 0; i < 25; i += 2) {
      fleet.registry.add(fleet.address("d%04d".formatted(i)), "pump", true);
    }
    var small = fleet.newInstance(Map.of("muster.firmware.rollouts.page-devices", "10"));
    var typed = small.distribution(fleet.tenant, "4.0", "lamp");
    var rollout = small.make(fleet.tenant, fleet.fitting(typed, ""));
    small.work();
    assertEquals(Map.of("given", 12L, "incompatible", 13L), small.counts(fleet.tenant, rollout));
  }

  @Test
  void aDisabledDeviceHasItsTurnWhenItIsEnabledAndADeletedOneNever() {
    var devices = fleet.devices(3);
    var rollout = fleet.make(fleet.listed(devices, "'groups':[{'count':1},{}]"));
    fleet.work();
    fleet.instance.registryTells(
        "platform/registry/device-disabled/" + devices.get(1),
        "platform/registry/device-deleted/" + devices.get(2));
    fleet.registry.add(devices.get(1), "lamp", false);
    fleet.registry.remove(devices.get(2));
    fleet.instance.succeed(devices.get(0));
    fleet.later();
    fleet.work();
    assertEquals(Map.of("finished", 1L, "disabled", 1L, "removed", 1L), fleet.counts(rollout));
    fleet.registry.add(devices.get(1), "lamp", true);
    assertEquals("finished", fleet.state(rollout));
    fleet.instance.registryTells("platform/registry/device-updated/" + devices.get(1));
    fleet.instance.actions.retry(fleet.tenant, rollout, List.of("disabled"), OTHER);
    fleet.work();
    fleet.later();
    assertEquals(Map.of("finished", 1L, "given", 1L, "removed", 1L), fleet.counts(rollout));
  }

  @Test
  void aDeviceThatIsDeletedAtItHoldsNothingUp() {
    var devices = fleet.devices(2);
    var rollout = fleet.make(fleet.listed(devices, ""));
    fleet.work();
    fleet.instance.registryTells("platform/registry/device-deleted/" + devices.get(1));
    fleet.instance.succeed(devices.get(0));
    fleet.later();
    assertEquals("finished", fleet.state(rollout));
    assertEquals(Map.of("finished", 1L, "cancelled", 1L), fleet.counts(rollout));
  }

  @Test
  void devicesThatComeLaterGetItToo() {
    var devices = fleet.devices(2);
    var rollout = fleet.make(fleet.fitting("'continuous':true,'groups':[{'share':0.5},{}]"));
    fleet.work();
    var first = open(devices);
    fleet.instance.succeed(first);
    fleet.later();
    devices.forEach(it -> fleet.instance.open(it).forEach(open -> fleet.instance.succeed(it)));
    fleet.later();
    assertEquals("running", fleet.state(rollout));
    assertEquals(Map.of("finished", 2L), fleet.counts(rollout));
    fleet.appears("late");
    fleet.work();
    fleet.clock.advance(Duration.ofSeconds(6));
    fleet.work();
    assertEquals(Map.of("finished", 2L, "given", 1L), fleet.counts(rollout));
    assertEquals(1, fleet.instance.devices(fleet.tenant, rollout).getLast().group());
  }

  @Test
  void aDeviceThatIsMadeAnewGetsItLikeAnyOtherThatComesLater() {
    var devices = fleet.devices(4);
    fleet.instance.assign(devices.get(1), fleet.distribution);
    fleet.instance.succeed(devices.get(1));
    var rollout =
        fleet.make(fleet.fitting("'continuous':true,'groups':[{'successShare':0,'errorShare':1}]"));
    fleet.work();
    fleet.instance.succeed(devices.get(0), devices.get(3));
    fleet.instance.fail(devices.get(2));
    fleet.later();
    assertEquals(Map.of("finished", 3L, "failed", 1L), fleet.counts(rollout));
    makeAnew(devices.subList(0, 3));
    assertEquals(Map.of("finished", 1L, "given", 3L), fleet.counts(rollout));
    fleet.instance.succeed(devices.get(0), devices.get(1), devices.get(2));
    // Looking again changes nothing.
    fleet.appears("late");
    fleet.later();
    assertEquals(Map.of("finished", 4L, "given", 1L), fleet.counts(rollout));
    assertEquals(1, fleet.instance.devices(fleet.tenant, rollout).getFirst().attempts());
  }

  @Test
  void whoIsMadeAnewGetsItAlsoWhereItWasNotNotedByWhichActionTheOneBeforeHadIt() throws Exception {
    var devices = fleet.devices(4);
    devices.forEach(it -> fleet.instance.assign(it, fleet.distribution));
    devices.forEach(fleet.instance::succeed);
    var rollout = fleet.make(fleet.fitting("'continuous':true"));
    fleet.work();
    DATABASE.run("UPDATE rollout_device SET action_number = NULL");
    makeAnew(devices.subList(0, 2));
    assertEquals(Map.of("finished", 4L), fleet.counts(rollout));
    DATABASE.run(
        "DELETE FROM action WHERE target_key = (SELECT key FROM target WHERE device = 'd0000')");
    DATABASE.run(migration("V102__number_devices_that_have_it.sql"));
    makeAnew(devices.subList(2, 3));
    assertEquals(Map.of("finished", 1L, "given", 3L), fleet.counts(rollout));
  }

  private void makeAnew(List<DeviceAddress> devices) {
    for (var device : devices) {
      fleet.registry.remove(device);
      fleet.instance.registryTells("platform/registry/device-deleted/" + device);
      fleet.appears(device.device().value());
    }
    fleet.work();
    fleet.clock.advance(Duration.ofSeconds(6));
    fleet.work();
  }

  private String migration(String name) throws IOException {
    try (var text = getClass().getResourceAsStream("/db/migration/" + name)) {
      return new String(text.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void whatComesWhileItIsPausedIsFoundWhenItGoesOn() {
    var devices = fleet.devices(1);
    var rollout = fleet.make(fleet.fitting("'continuous':true"));
    fleet.work();
    fleet.instance.retrieve(devices.getFirst());
    fleet.instance.actions.pause(fleet.tenant, rollout, OTHER);
    fleet.work();
    fleet.appears("late");
    fleet.clock.advance(Duration.ofSeconds(6));
    assertTimeoutPreemptively(Duration.ofMinutes(2), fleet::work);
    assertEquals(Map.of("running", 1L), fleet.counts(rollout));
    fleet.instance.succeed(devices.getFirst());
    fleet.instance.actions.resume(fleet.tenant, rollout, OTHER);
    fleet.later();
    assertEquals(Map.of("finished", 1L, "given", 1L), fleet.counts(rollout));
  }

  @Test
  void asASnapshotItStaysAsItWas() {
    var devices = fleet.devices(1);
    var rollout = fleet.make(fleet.fitting(""));
    fleet.work();
    fleet.appears("late");
    fleet.clock.advance(Duration.ofSeconds(6));
    fleet.work();
    fleet.instance.succeed(devices.getFirst());
    fleet.later();
    assertEquals("finished", fleet.state(rollout));
    assertEquals(Map.of("finished", 1L), fleet.counts(rollout));
  }

  @Test
  void whatTheRegistryDoesNotUnderstandIsRefusedOrEndsIt() {
    fleet.devices(1);
    var other = RolloutFleet.body(fleet.distribution, "'targets':{'filter':'nonsense'}", "");
    var refused = assertThrows(RefusedException.class, () -> fleet.make(other));
    assertInstanceOf(Refusal.Meaningless.class, refused.refusal());
    fleet.registry.filter("soon==gone", _ -> true);
    var rollout =
        fleet.make(RolloutFleet.body(fleet.distribution, "'targets':{'filter':'soon==gone'}", ""));
    fleet.registry.forget("soon==gone");
    fleet.work();
    assertEquals("cancelled", fleet.state(rollout));
    assertEquals("targets-refused", fleet.read(rollout).reason());
  }

  @Test
  void whatOnlyMakesSenseBetweenBracketsIsNoFilter() {
    fleet.devices(1);
    fleet.registry.filter("tag==lab),(tag==lab", _ -> true);
    var breakingOut =
        RolloutFleet.body(fleet.distribution, "'targets':{'filter':'tag==lab),(tag==lab'}", "");
    var refused = assertThrows(RefusedException.class, () -> fleet.make(breakingOut));
    assertInstanceOf(Refusal.Meaningless.class, refused.refusal());
    var forecast = RolloutInstance.body(breakingOut);
    refused =
        assertThrows(
            RefusedException.class, () -> fleet.instance.census.take(fleet.tenant, forecast));
    assertInstanceOf(Refusal.Meaningless.class, refused.refusal());
  }

  private DeviceAddress[] open(List<DeviceAddress> devices) {
    return devices.stream()
        .filter(
            it ->
                DATABASE.number(
                        "SELECT count(*) FROM action AS a JOIN target AS t ON t.key = a.target_key"
                            + " WHERE a.finished_at IS NULL AND t.device = '"
                            + it.device()
                            + "'")
                    > 0)
        .toArray(DeviceAddress[]::new);
  }
}
