package io.muster.firmware.rollouts;

import static io.muster.firmware.rollouts.Refusals.absent;
import static io.muster.firmware.rollouts.Refusals.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.firmware.FirmwareDatabase;
import io.muster.rest.audit.Author;
import io.muster.rest.idempotency.IdempotencyKey;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import io.muster.rest.versions.IfMatch;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What people ask of rollouts, what they are refused and what they are told. */
class RolloutRequestsIT {
  private static final Author OTHER = new Author("sam", null);

  @RegisterExtension static final FirmwareDatabase DATABASE = new FirmwareDatabase();

  @RegisterExtension final RolloutFleet fleet = new RolloutFleet(DATABASE);

  @Test
  void aSecondPersonApprovesOrRejects() {
    var devices = fleet.devices(1);
    var rollout = fleet.make(fleet.listed(devices, "'approvalRequired':true"));
    fleet.work();
    assertEquals("waiting-for-approval", fleet.state(rollout));
    refused(
        "same-person",
        () -> fleet.instance.actions.approve(fleet.tenant, rollout, null, RolloutInstance.AUTHOR));
    refused("rollout-state", () -> fleet.instance.actions.start(fleet.tenant, rollout, OTHER));
    refused("rollout-state", () -> fleet.instance.actions.resume(fleet.tenant, rollout, OTHER));
    fleet.instance.actions.approve(fleet.tenant, rollout, "looks right", OTHER);
    fleet.work();
    var view = fleet.read(rollout);
    assertEquals(Map.of("given", 1L), view.counts());
    assertEquals("sam", view.decision().by());
    assertEquals("looks right", view.decision().note());
    fleet.instance.settings.write(fleet.tenant, true, IfMatch.required("\"0\""), OTHER);
    var rejected = fleet.make(fleet.listed(devices, "'approvalRequired':false"));
    fleet.instance.actions.reject(fleet.tenant, rejected, null, OTHER);
    fleet.work();
    assertEquals("rejected", fleet.state(rejected));
    assertEquals(Map.of(), fleet.counts(rejected));
  }

  @Test
  void aRepeatedRequestMakesNothingAgain() {
    var devices = fleet.devices(1);
    var key = Optional.of(new IdempotencyKey("once"));
    var first = fleet.make(fleet.listed(devices, ""), key);
    assertEquals(first, fleet.make(fleet.listed(devices, ""), key));
    refused("idempotency-key-used", () -> fleet.make(fleet.listed(devices, "'atOnce':3"), key));
    var elsewhere = new TenantId("u" + UUID.randomUUID().toString().substring(0, 12));
    fleet.registry.add(new DeviceAddress(elsewhere, devices.getFirst().device()));
    var own = fleet.instance.distribution(elsewhere, "2.0");
    var second = fleet.instance.make(elsewhere, fleet.listed(devices, own, ""), key);
    assertFalse(first.equals(second));
    assertEquals(2, DATABASE.number("SELECT count(*) FROM rollout"));
    assertEquals(2, DATABASE.number("SELECT count(*) FROM audit WHERE action = 'rollout-created'"));
  }

  @Test
  void limitsAreKept() {
    var devices = fleet.devices(3);
    var small =
        fleet.newInstance(
            Map.of(
                "muster.firmware.rollouts.open-per-tenant", "1",
                "muster.firmware.rollouts.devices", "2"));
    var rollout = small.make(fleet.tenant, fleet.fitting(""));
    var refused =
        assertThrows(
            RefusedException.class, () -> small.make(fleet.tenant, fleet.listed(devices, "")));
    assertInstanceOf(Refusal.LimitReached.class, refused.refusal());
    small.work();
    assertEquals("cancelled", small.state(fleet.tenant, rollout));
    assertEquals("too-many-devices", small.read(fleet.tenant, rollout).reason());
    assertEquals(0, DATABASE.number("SELECT count(*) FROM action"));
  }

  @Test
  void nobodySeesAnotherTenantsRollout() {
    var rollout = fleet.make(fleet.listed(fleet.devices(1), ""));
    var stranger = new TenantId("stranger");
    absent(() -> fleet.instance.read(stranger, rollout));
    absent(() -> fleet.instance.actions.cancel(stranger, rollout, true, OTHER));
    absent(() -> fleet.instance.waysBack.make(stranger, rollout, null, null, OTHER));
    absent(() -> fleet.instance.devices(stranger, rollout));
    assertTrue(fleet.instance.reader.list(stranger, Optional.empty(), 0, 10).isEmpty());
    var refused =
        assertThrows(
            RefusedException.class,
            () -> fleet.instance.make(stranger, fleet.listed(List.of(fleet.address("d0000")), "")));
    assertInstanceOf(Refusal.Meaningless.class, refused.refusal());
  }

  @Test
  void listsAreInOrderAndWithoutListedDevices() {
    var first = fleet.make(fleet.listed(fleet.devices(2), ""));
    var second = fleet.make(fleet.fitting("'manualStart':true"));
    fleet.work();
    var all = fleet.instance.reader.list(fleet.tenant, Optional.empty(), 0, 10);
    assertEquals(List.of(second, first), all.stream().map(it -> it.view().id()).toList());
    assertNull(all.getLast().view().targets().devices());
    assertEquals("tag==lab", all.getFirst().view().targets().filter());
    assertEquals(
        List.of(first),
        fleet
            .instance
            .reader
            .list(fleet.tenant, Optional.empty(), all.getFirst().key(), 10)
            .stream()
            .map(it -> it.view().id())
            .toList());
    assertEquals(
        List.of(second),
        fleet.instance.reader.list(fleet.tenant, Optional.of(RolloutState.READY), 0, 10).stream()
            .map(it -> it.view().id())
            .toList());
    assertEquals(2, fleet.read(first).targets().devices().size());
    assertNull(fleet.instance.reader.readBriefly(fleet.tenant, first).targets().devices());
  }

  @Test
  void whatEndedLongAgoIsForgotten() {
    var device = fleet.devices(1).getFirst();
    fleet.make(fleet.listed(List.of(device), ""));
    fleet.work();
    fleet.instance.succeed(device);
    fleet.later();
    fleet.instance.remains.forgetSome();
    assertEquals(1, DATABASE.number("SELECT count(*) FROM rollout"));
    fleet.clock.advance(Duration.ofDays(91));
    fleet.instance.remains.forgetSome();
    assertEquals(0, DATABASE.number("SELECT count(*) FROM rollout"));
    assertEquals(0, DATABASE.number("SELECT count(*) FROM rollout_device"));
    assertEquals(1, DATABASE.number("SELECT count(*) FROM action"));
  }

  @Test
  void aForecastSaysHowManyAndHowLong() {
    fleet.devices(10);
    fleet.registry.add(fleet.address("d0001"), "pump", true);
    fleet.registry.add(fleet.address("d0002"), "lamp", false);
    var typed = fleet.distribution("4.0", "lamp");
    var view =
        fleet.instance.census.take(
            fleet.tenant,
            RolloutInstance.body(
                fleet.fitting(typed, "'groups':[{'share':0.2},{}],'rate':{'perMinute':1}")));
    assertEquals(10, view.devices());
    assertEquals(8, view.fitting());
    assertEquals(1, view.disabled());
    assertEquals(1, view.incompatible());
    assertEquals(List.of(2L, 7L), view.groups().stream().map(it -> it.devices()).toList());
    assertEquals(Duration.ofMinutes(1 + 10 + 6 + 10), view.takes());
    assertEquals(0, DATABASE.number("SELECT count(*) FROM rollout"));
  }
}
