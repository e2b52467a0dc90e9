package io.muster.firmware.rollouts;

import static io.muster.firmware.rollouts.Refusals.refused;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.muster.contract.id.DeviceAddress;
import io.muster.firmware.FirmwareDatabase;
import io.muster.rest.audit.Author;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What becomes of rollouts and single devices when what they are given may not be given. */
class WithdrawalsIT {
  private static final Author OTHER = new Author("sam", null);
  private static final String LATER = "'startAt':'2026-01-05T12:00:00Z'";

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Somebody waits for a device's row. */
  private static final String WAITING =
      "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
          + " AND query LIKE '%FROM target AS t%FOR UPDATE%'";

  @RegisterExtension static final FirmwareDatabase DATABASE = new FirmwareDatabase();

  @RegisterExtension final RolloutFleet fleet = new RolloutFleet(DATABASE);

  @Test
  void itsRolloutStopsAndTakesBackWhatNobodyHasSeen() {
    var devices = fleet.devices(4);
    var rollout = fleet.make(fleet.listed(devices, "'groups':[{'count':3},{}]"));
    fleet.work();
    fleet.instance.succeed(devices.get(0));
    fleet.instance.retrieve(devices.get(1));
    withdraw(fleet.distribution);
    // No time goes by.
    fleet.work();
    assertEquals("stopped", fleet.state(rollout));
    assertEquals("distribution-withdrawn", fleet.read(rollout).reason());
    fleet.later();
    assertEquals(Map.of("finished", 1L, "running", 1L, "pending", 2L), fleet.counts(rollout));
    refused(
        "distribution-withdrawn",
        () -> fleet.instance.actions.resume(fleet.tenant, rollout, OTHER));
    fleet.instance.fail(devices.get(1));
    fleet.later();
    refused(
        "distribution-withdrawn",
        () -> fleet.instance.actions.retry(fleet.tenant, rollout, List.of("failed"), OTHER));
    assertEquals(Map.of("finished", 1L, "failed", 1L, "pending", 2L), fleet.counts(rollout));
  }

  @Test
  void releasedAgainItGoesOnWithItsThresholds() {
    var devices = fleet.devices(3);
    var rollout = fleet.make(fleet.listed(devices, "'groups':[{'count':1},{}]"));
    fleet.work();
    withdraw(fleet.distribution);
    fleet.work();
    fleet.instance.distributions.release(fleet.tenant, fleet.distribution, OTHER);
    fleet.instance.actions.resume(fleet.tenant, rollout, OTHER);
    fleet.work();
    assertEquals(Map.of("given", 1L, "pending", 2L), fleet.counts(rollout));
    fleet.instance.fail(devices.get(0));
    fleet.later();
    assertEquals("error-share", fleet.read(rollout).reason());
  }

  @Test
  void whatHasNotBegunDoesNotBegin() {
    var devices = fleet.devices(4);
    var timed = make(devices.get(0), LATER);
    var manual = make(devices.get(1), "'manualStart':true");
    var unapproved = make(devices.get(2), "'approvalRequired':true");
    withdraw(fleet.distribution);
    fleet.work();
    assertEquals("stopped", fleet.state(timed));
    refused(
        "distribution-withdrawn", () -> fleet.instance.actions.start(fleet.tenant, manual, OTHER));
    refused(
        "distribution-withdrawn",
        () -> fleet.instance.actions.approve(fleet.tenant, unapproved, null, OTHER));
    refused("distribution-withdrawn", () -> make(devices.get(3), ""));
    fleet.instance.actions.reject(fleet.tenant, unapproved, null, OTHER);
    assertEquals(0, DATABASE.number("SELECT count(*) FROM action"));
  }

  @Test
  void whatNobodyVouchesForAnyMoreDoesNotBegin() {
    var devices = fleet.devices(4);
    var timed = make(devices.get(0), LATER);
    var manual = make(devices.get(1), "'manualStart':true");
    var running = make(devices.get(2), "");
    fleet.work();
    addUnsigned(fleet.distribution);
    refused("signature-missing", () -> fleet.instance.actions.start(fleet.tenant, manual, OTHER));
    refused("signature-missing", () -> make(devices.get(3), ""));
    assertEquals("scheduled", fleet.state(timed));
    fleet.clock.set(Instant.parse("2026-01-05T12:00:00Z"));
    fleet.work();
    assertEquals("stopped", fleet.state(timed));
    assertEquals("signature-missing", fleet.read(timed).reason());
    assertEquals("running", fleet.state(running));
  }

  @Test
  void whatSingleDevicesWereGivenAndHaveNotSeenIsTakenBack() {
    var devices = fleet.devices(5);
    var other = fleet.distribution("3.0");
    devices.subList(0, 4).forEach(it -> fleet.instance.assign(it, fleet.distribution));
    fleet.instance.assign(devices.get(4), other);
    fleet.instance.retrieve(devices.get(1));
    withdraw(fleet.distribution);
    var narrow = fleet.newInstance(Map.of("muster.firmware.rollouts.batch-devices", "2"));
    takeBack(narrow);
    assertEquals(List.of(0, 1, 0, 0, 1), devices.stream().map(this::open).toList());
    assertEquals(
        3, DATABASE.number("SELECT count(*) FROM action_status WHERE execution = '[withdrawn]'"));
    // Released again it is given again, and withdrawn again taken back.
    fleet.instance.distributions.release(fleet.tenant, fleet.distribution, OTHER);
    fleet.instance.assign(devices.get(0), fleet.distribution);
    takeBack(narrow);
    assertEquals(1, open(devices.get(0)));
    withdraw(fleet.distribution);
    takeBack(narrow);
    assertEquals(0, open(devices.get(0)));
  }

  @Test
  void whatItsRolloutGaveIsLeftToTheRollout() {
    var devices = fleet.devices(2);
    var rollout = fleet.make(fleet.listed(devices, ""));
    fleet.work();
    withdraw(fleet.distribution);
    takeBack(fleet.instance);
    assertEquals(Map.of("given", 2L), fleet.counts(rollout));
    fleet.work();
    assertEquals(Map.of("pending", 2L), fleet.counts(rollout));
  }

  @Test
  void nobodyGoesBackToIt() {
    var devices = fleet.devices(2);
    var first = fleet.distribution("1.0");
    var rollout = rolledOutOver(devices, first, fleet.distribution("1.1"));
    withdraw(first);
    var back = fleet.instance.waysBack.make(fleet.tenant, rollout, null, null, OTHER);
    fleet.work();
    assertEquals(Map.of("no-previous", 1L, "given", 1L), fleet.counts(back));
    fleet.instance.succeed(devices.get(1));
    fleet.later();
    assertEquals("finished", fleet.state(back));
  }

  @Test
  void nobodyGoesBackToWhatIsWithdrawnWhileItsTurnIsUnderWay() throws Exception {
    var devices = fleet.devices(2);
    var first = fleet.distribution("1.0");
    var rollout = rolledOutOver(devices, first, fleet.distribution("1.1"));
    var back = fleet.instance.waysBack.make(fleet.tenant, rollout, null, null, OTHER);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor();
        var elsewhere = DATABASE.connect();
        var statement = elsewhere.createStatement()) {
      elsewhere.setAutoCommit(false);
      // Rows may still refer to them.
      statement.execute("SELECT key FROM target FOR NO KEY UPDATE");
      var turn = threads.submit(fleet::work);
      await().atMost(PATIENCE).until(() -> turn.isDone() || DATABASE.number(WAITING) > 0);
      assertFalse(turn.isDone(), () -> "it did not wait: " + turn);
      withdraw(first);
      takeBack(fleet.newInstance(Map.of()));
      assertEquals(0, DATABASE.number("SELECT count(*) FROM distribution WHERE taking_back"));
      elsewhere.commit();
      turn.get();
    }
    assertEquals(List.of(0, 1), devices.stream().map(this::open).toList());
    fleet.later();
    assertEquals(Map.of("no-previous", 1L, "given", 1L), fleet.counts(back));
  }

  /** A finished rollout to devices that had one each before. */
  private UUID rolledOutOver(List<DeviceAddress> devices, UUID first, UUID second) {
    fleet.instance.assign(devices.get(0), first);
    fleet.instance.assign(devices.get(1), second);
    fleet.instance.succeed(devices.get(0), devices.get(1));
    var rollout = fleet.make(fleet.listed(devices, ""));
    fleet.work();
    fleet.instance.succeed(devices.get(0), devices.get(1));
    fleet.later();
    return rollout;
  }

  private void withdraw(UUID distribution) {
    fleet.instance.distributions.withdraw(fleet.tenant, distribution, OTHER);
  }

  private static void takeBack(RolloutInstance instance) {
    while (instance.withdrawals.takeBackSome()) {
      // Some at a time.
    }
  }

  private int open(DeviceAddress device) {
    return fleet.instance.open(device).size();
  }

  private UUID make(DeviceAddress device, String more) {
    return fleet.make(fleet.listed(List.of(device), more));
  }

  /** As if its signature had gone with the key since. */
  private void addUnsigned(UUID distribution) {
    DATABASE.run(
        """
        WITH a AS (
          INSERT INTO artifact (id, tenant, filename, sha256, sha1, md5, size_bytes, created_at,
                                created_by)
          VALUES (gen_random_uuid(), '%1$s', 'a.bin', repeat('0', 64), '', '', 1, now(), 'pat')
          RETURNING key),
        m AS (
          INSERT INTO software_module (id, tenant, name, version, type, created_at, created_by)
          VALUES (gen_random_uuid(), '%1$s', 'lamp', '1', 'firmware', now(), 'pat') RETURNING key),
        p AS (
          INSERT INTO module_artifact (module_key, artifact_key, place, filename)
          SELECT m.key, a.key, 0, 'a.bin' FROM m, a)
        INSERT INTO distribution_module (distribution_key, module_key, place)
        SELECT d.key, m.key, 0 FROM distribution AS d, m WHERE d.id = '%2$s'
        """
            .formatted(fleet.tenant, distribution));
  }
}
