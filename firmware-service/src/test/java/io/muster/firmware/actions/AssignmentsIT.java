package io.muster.firmware.actions;

import static io.muster.firmware.HandWired.bean;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.firmware.FirmwareDatabase;
import io.muster.firmware.PlainParts;
import io.muster.firmware.SetClock;
import io.muster.firmware.distributions.DistributionTable;
import io.muster.firmware.targets.TargetTable;
import io.muster.rest.audit.Author;
import io.muster.rest.idempotency.IdempotencyKey;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Giving one device something, again, at the same time, and to another of its name. */
class AssignmentsIT {
  @RegisterExtension static final FirmwareDatabase DATABASE = new FirmwareDatabase();

  private static final Author BY = new Author("pat", null);
  private static final DeviceAddress DEVICE = DeviceAddress.of("acme", "lamp-1");
  private static final DeviceAddress OTHER = DeviceAddress.of("acme", "lamp-2");

  @TempDir Path folder;
  private final SetClock clock = new SetClock();
  private PlainParts parts;
  private Assignments assignments;

  @BeforeEach
  void wire() throws Exception {
    parts = new PlainParts(DATABASE, folder, clock);
    parts.registry.add(DEVICE);
    parts.registry.add(OTHER);
    assignments =
        new Assignments(
            parts.targets,
            parts.neighbours,
            parts.database,
            parts.changes,
            parts.actions,
            (AssignmentRule)
                bean(
                    Class.forName("io.muster.firmware.rollouts.RolloutSettings"),
                    parts.database,
                    parts.changes),
            parts.limits,
            clock);
  }

  @AfterEach
  void close() {
    parts.close();
  }

  @Test
  void aRepeatedRequestGivesNothingAgain() {
    var distribution = distribution("1.0");
    var first = assign(DEVICE, distribution, true, "a");
    assertEquals(first, assign(DEVICE, distribution, true, "a"));
    assertEquals(1, DATABASE.number("SELECT count(*) FROM action"));
    assertEquals(1, DATABASE.number("SELECT count(*) FROM audit"));
    // It stands for this device's alone.
    assign(OTHER, distribution, true, "a");
    assertEquals(2, DATABASE.number("SELECT count(*) FROM action"));
    assertNotEquals(first, assign(DEVICE, distribution, true, null));
  }

  @Test
  void theSameKeyForSomethingElseIsRefused() {
    var distribution = distribution("1.0");
    assign(DEVICE, distribution, true, "a");
    for (var wish : List.of(wish(distribution, false, "a"), wish(distribution("2.0"), true, "a"))) {
      var refused =
          assertThrows(RefusedException.class, () -> assignments.make(DEVICE, wish, BY)).refusal();
      assertEquals(
          "idempotency-key-used", assertInstanceOf(Refusal.Conflict.class, refused).kind());
    }
  }

  @Test
  void aDeviceOfAnotherTypeGetsNothingNorOneOfWhichNobodyTells() {
    assign(DEVICE, distribution("1.0", "lamp,torch"), true, null);
    var forPumps = wish(distribution("2.0", "pump"), true, null);
    var refused =
        assertThrows(RefusedException.class, () -> assignments.make(DEVICE, forPumps, BY));
    assertEquals(
        "device-incompatible", assertInstanceOf(Refusal.Conflict.class, refused.refusal()).kind());
    parts.registry.away(true);
    refused = assertThrows(RefusedException.class, () -> assignments.make(DEVICE, forPumps, BY));
    assertInstanceOf(Refusal.Unavailable.class, refused.refusal());
    assertEquals(1, DATABASE.number("SELECT count(*) FROM action"));
  }

  @Test
  void whereASecondPersonApprovesOnlyAdminsGiveSomethingToOneDevice() {
    var distribution = distribution("1.0");
    assign(DEVICE, distribution, true, "a");
    DATABASE.run("INSERT INTO rollout_setting VALUES ('other', 1, true), ('acme', 1, true)");
    // Also what was asked for before, and what there is not.
    for (var wish : List.of(wish(distribution, true, "a"), wish(new UUID(1, 1), true, null))) {
      var refused =
          assertThrows(RefusedException.class, () -> assignments.make(DEVICE, wish, BY)).refusal();
      assertInstanceOf(Refusal.Forbidden.class, refused);
    }
    assertEquals(1, DATABASE.number("SELECT count(*) FROM action"));
    var admins = new Assignments.Wish(distribution, true, Optional.empty(), true);
    assertEquals(2, assignments.make(DEVICE, admins, BY));
    DATABASE.run("UPDATE rollout_setting SET approval_required = false WHERE tenant = 'acme'");
    assertEquals(3, assign(DEVICE, distribution, true, null));
  }

  @Test
  void whatWasWithdrawnIsGivenToNobody() {
    var distribution = distribution("1.0");
    assign(DEVICE, distribution, true, "a");
    DATABASE.run("UPDATE distribution SET withdrawn_at = now(), withdrawn_by = 'sam'");
    var refused =
        assertThrows(RefusedException.class, () -> assign(OTHER, distribution, true, null));
    assertEquals(
        "distribution-withdrawn",
        assertInstanceOf(Refusal.Conflict.class, refused.refusal()).kind());
    // Also when that happens after somebody has looked.
    parts.database.inTransaction(
        db -> {
          assertFalse(DistributionTable.hold(db, 1));
          return null;
        });
    assertEquals(1, DATABASE.number("SELECT count(*) FROM action"));
  }

  @Test
  void aKeyIsForgottenAfterItsTime() {
    var distribution = distribution("1.0");
    var first = assign(DEVICE, distribution, true, "a");
    clock.advance(Duration.ofHours(25));
    assertNotEquals(first, assign(DEVICE, distribution, true, "a"));
  }

  @Test
  void fiftyAtOnceMakeOneAction() throws Exception {
    var distribution = distribution("1.0");
    Callable<Long> assign = () -> assign(DEVICE, distribution, true, "a");
    var made = new HashSet<Long>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var one : threads.invokeAll(Collections.nCopies(50, assign))) {
        made.add(one.get());
      }
    }
    assertEquals(1, made.size());
    assertEquals(1, DATABASE.number("SELECT count(*) FROM action"));
  }

  @Test
  void aDeviceThatIsMadeAnewHasNothingOfTheOneBefore() {
    var distribution = distribution("1.0");
    var number = assign(DEVICE, distribution, true, null);
    var target = parts.targets.existing(DEVICE);
    parts.actions.deploymentFeedback(
        target,
        number,
        new Feedback(Feedback.Execution.CLOSED, Feedback.Finished.SUCCESS, null, List.of()));
    assertEquals(number, installed(target.key()).orElseThrow().number());
    assertInstanceOf(ManyActions.Outcome.Installed.class, give(target.key(), distribution));
    parts.database.inTransaction(
        db -> {
          TargetTable.deleted(db, DEVICE, clock.instant());
          return null;
        });
    assertEquals(target.key(), parts.targets.existing(DEVICE).key());
    assertTrue(installed(target.key()).isEmpty());
    assertTrue(parts.database.use(db -> ActionTable.own(db, target.key(), number)).isEmpty());
    var begun = assertInstanceOf(ManyActions.Outcome.Begun.class, give(target.key(), distribution));
    assertTrue(begun.number() > number);
    assertEquals(null, begun.previous());
    assertTrue(
        parts.database.use(db -> ActionTable.own(db, target.key(), begun.number())).isPresent());
  }

  private Optional<Action> installed(long target) {
    return parts.database.use(db -> ActionTable.installed(db, target));
  }

  private ManyActions.Outcome give(long target, UUID distribution) {
    return parts
        .database
        .inTransaction(
            db -> {
              var key =
                  DistributionTable.find(db, DEVICE.tenant(), distribution).orElseThrow().key();
              return parts.many.start(
                  db, DEVICE.tenant(), List.of(new ManyActions.Wish(target, key)), true, "pat");
            })
        .getFirst();
  }

  private long assign(DeviceAddress device, UUID distribution, boolean isForced, String key) {
    return assignments.make(device, wish(distribution, isForced, key), BY);
  }

  private static Assignments.Wish wish(UUID distribution, boolean isForced, String key) {
    return new Assignments.Wish(
        distribution, isForced, Optional.ofNullable(key).map(IdempotencyKey::new), false);
  }

  /** A released one, for all devices. */
  private static UUID distribution(String version) {
    return distribution(version, "");
  }

  /** A released one, for devices of these types. */
  private static UUID distribution(String version, String types) {
    var id = UUID.randomUUID();
    DATABASE.run(
        "INSERT INTO distribution (id, tenant, name, version, device_types, created_at, created_by,"
            + " released_at, released_by) VALUES ('%s', 'acme', 'lamp', '%s', '{%s}', now(), 'pat',"
                .formatted(id, version, types)
            + " now(), 'pat')");
    return id;
  }
}
