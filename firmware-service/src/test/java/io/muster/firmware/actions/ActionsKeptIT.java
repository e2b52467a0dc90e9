package io.muster.firmware.actions;

import static io.muster.firmware.HandWired.config;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.contract.id.DeviceAddress;
import io.muster.firmware.FirmwareDatabase;
import io.muster.firmware.LogLines;
import io.muster.firmware.PlainParts;
import io.muster.firmware.SetClock;
import io.muster.firmware.database.Sql;
import io.muster.firmware.distributions.DistributionTable;
import io.muster.firmware.targets.Target;
import io.muster.firmware.targets.TargetTable;
import io.muster.rest.problem.RefusedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is kept of a device's actions where two of them are. */
class ActionsKeptIT {
  @RegisterExtension static final FirmwareDatabase DATABASE = new FirmwareDatabase();

  private static final DeviceAddress DEVICE = DeviceAddress.of("acme", "lamp-1");

  @TempDir Path folder;
  private final SetClock clock = new SetClock();
  private PlainParts parts;
  private Actions actions;
  private ManyActions many;
  private Target target;

  @BeforeEach
  void wire() throws Exception {
    parts = new PlainParts(DATABASE, folder, clock);
    parts.registry.add(DEVICE);
    target = parts.targets.existing(DEVICE);
    var two =
        config(
            ActionConfig.class,
            Map.of(
                "muster.firmware.actions.actions-per-device", "2",
                "muster.firmware.actions.statuses-per-action", "3"));
    actions = new Actions(parts.database, parts.messages, two, new SimpleMeterRegistry(), clock);
    many = new ManyActions(actions, parts.messages, two, clock);
    DATABASE.run(
        "INSERT INTO distribution (id, tenant, name, version, device_types, created_at, created_by)"
            + " SELECT gen_random_uuid(), 'acme', 'lamp', n::text, '{}', now(), 'pat'"
            + " FROM generate_series(1, 9) AS n");
  }

  @AfterEach
  void close() {
    parts.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theNewestAreKeptAndWhatIsInstalledIs(boolean byARollout) {
    BiConsumer<Sql, Long> start = byARollout ? this::startMany : this::startOne;
    give(start, 1);
    give(start, 2);
    say(2, Feedback.Execution.CLOSED);
    for (var version = 3; version <= 6; version++) {
      give(start, version);
    }
    assertEquals(List.of(6L, 5L, 4L, 2L), numbers());
    assertEquals(2, installed());
    say(6, Feedback.Execution.CLOSED);
    give(start, 7);
    give(start, 8);
    give(start, 9);
    assertEquals(List.of(9L, 8L, 7L, 6L), numbers());
    assertEquals(6, installed());
  }

  /** One that the device has seen and does not leave, behind all that came after it. */
  @Test
  void whatHasNotEndedIsKeptHoweverOldItIs() {
    give(this::startOne, 1);
    say(1, Feedback.Execution.PROCEEDING);
    for (var version = 2; version <= 6; version++) {
      give(this::startOne, version);
    }
    assertEquals(List.of(6L, 5L, 4L, 1L), numbers());
    assertEquals(ActionState.CANCELLING, find(1).state());
  }

  @Test
  void whatADeviceDoesNotLeaveIsEndedByForceAndItIsToldOfWhatIsNext() {
    give(this::startOne, 1);
    say(1, Feedback.Execution.PROCEEDING);
    give(this::startOne, 2);
    var told = notices();
    assertEquals(ActionState.CANCELLED, quit(1));
    assertEquals(ActionState.CANCELLED, find(1).state());
    assertEquals(told + 1, notices());
    // Nothing more happens to what has ended.
    assertEquals(ActionState.CANCELLED, quit(1));
    say(2, Feedback.Execution.CLOSED);
    assertEquals(ActionState.FINISHED, quit(2));
    assertEquals(told + 1, notices());
  }

  /** It heard of the next one while it was shown the one before, and need not ask. */
  @Test
  void whoHasLeftAnUpdateIsToldOfWhatIsNext() {
    give(this::startOne, 1);
    say(1, Feedback.Execution.PROCEEDING);
    give(this::startOne, 2);
    var told = notices();
    leave(1, Feedback.Execution.PROCEEDING);
    assertEquals(told, notices());
    leave(1, Feedback.Execution.CLOSED);
    assertEquals(ActionState.CANCELLED, find(1).state());
    assertEquals(told + 1, notices());
    assertEquals(
        1,
        DATABASE.number(
            "SELECT count(*) FROM outbox WHERE topic LIKE '%/notify'"
                + " AND convert_from(payload, 'UTF8') LIKE '%cancelAction%\"1\"%'"));
    assertEquals(
        2,
        DATABASE.number(
            "SELECT count(*) FROM outbox WHERE topic LIKE '%/notify'"
                + " AND convert_from(payload, 'UTF8') LIKE '%deploymentBase%\"2\"%'"));
    say(2, Feedback.Execution.CLOSED);
    assertEquals(told + 1, notices());
  }

  @Test
  void whatADeletedDeviceDidIsForgottenInTimeAndWhatTheNextOneDidIsNot() {
    for (var version = 1; version <= 3; version++) {
      give(this::startOne, version);
      say(version, Feedback.Execution.PROCEEDING);
    }
    delete();
    give(this::startOne, 4);
    say(4, Feedback.Execution.CLOSED);
    var forgetting = new DeletedDevices(parts.database, parts.limits, clock);
    clock.advance(Duration.ofDays(30));
    forgetting.forget();
    assertEquals(List.of(4L, 3L, 2L), numbers());
    clock.advance(Duration.ofSeconds(1));
    forgetting.forget();
    assertEquals(List.of(4L), numbers());
    assertEquals(1, DATABASE.number("SELECT count(*) FROM action_status"));
    assertEquals(0, DATABASE.number("SELECT count(*) FROM target WHERE deleted_at IS NOT NULL"));
    // Numbers go on after all that went.
    delete();
    clock.advance(Duration.ofDays(31));
    forgetting.forget();
    give(this::startOne, 5);
    assertEquals(List.of(5L), numbers());
  }

  @Test
  void howeverManyActionsDeletedDevicesHadAllAreForgotten() {
    DATABASE.run(
        "INSERT INTO target (tenant, device, known, enabled, last_number)"
            + " SELECT 'acme', 'gone-' || n, true, true, 25 FROM generate_series(1, 3) AS n;"
            + "INSERT INTO action (target_key, number, distribution_key, state, forced, created_at,"
            + " created_by, finished_at)"
            + " SELECT t.key, n, 1, 'finished', true, now(), 'pat', now()"
            + " FROM target AS t, generate_series(1, 25) AS n WHERE t.device LIKE 'gone-%'");
    for (var device : List.of("gone-1", "gone-2", "gone-3")) {
      parts.database.inTransaction(
          db -> {
            TargetTable.deleted(db, DeviceAddress.of("acme", device), clock.instant());
            return null;
          });
    }
    clock.advance(Duration.ofDays(31));
    new DeletedDevices(parts.database, parts.limits, clock).forget();
    assertEquals(0, DATABASE.number("SELECT count(*) FROM action"));
    assertEquals(75, DATABASE.number("SELECT sum(last_number) FROM target"));
  }

  private void delete() {
    parts.database.inTransaction(
        db -> {
          TargetTable.deleted(db, DEVICE, clock.instant());
          return null;
        });
  }

  private ActionState quit(long number) {
    return parts.database.inTransaction(db -> actions.quit(db, target.key(), number));
  }

  private static long notices() {
    return DATABASE.number("SELECT count(*) FROM outbox WHERE topic LIKE '%/notify'");
  }

  @Test
  void theNewestOfItsHistoryAreKeptAndAllAreCounted() {
    give(this::startOne, 1);
    for (var i = 0; i < 5; i++) {
      say(1, Feedback.Execution.DOWNLOAD);
    }
    say(1, Feedback.Execution.CLOSED);
    var kept = parts.database.use(db -> ActionTable.statuses(db, find(1).key(), 10));
    assertEquals(
        List.of("closed", "download", "download"),
        kept.stream().map(ActionTable.Status::execution).toList());
    assertEquals(6, find(1).statusCount());
  }

  /** The count is committed, though what is counted is refused. */
  @Test
  void aFloodIsRefusedAndSaidOnce() {
    var lines = new LogLines();
    var logger = Logger.getLogger(Actions.class.getName());
    logger.addHandler(lines);
    try {
      give(this::startOne, 1);
      var limit = parts.limits.feedbackPerMinute();
      for (var i = 0; i < limit; i++) {
        say(1, Feedback.Execution.DOWNLOAD);
      }
      for (var i = 0; i < 50; i++) {
        assertThrows(RefusedException.class, () -> say(1, Feedback.Execution.DOWNLOAD));
      }
      assertEquals(limit + 50, DATABASE.number("SELECT feedback_count FROM target"));
      assertEquals(1, lines.count("says too much"));
      say(1, Feedback.Execution.CLOSED);
      assertEquals(ActionState.FINISHED, find(1).state());
      // Nor may what has ended be spoken of without end.
      assertThrows(RefusedException.class, () -> say(1, Feedback.Execution.CLOSED));
    } finally {
      logger.removeHandler(lines);
    }
  }

  private void give(BiConsumer<Sql, Long> start, long version) {
    parts.database.inTransaction(
        db -> {
          var key =
              db.number("SELECT key FROM distribution WHERE version = $1", Long.toString(version));
          start.accept(db, key);
          return null;
        });
  }

  private void startOne(Sql db, long distribution) {
    actions.start(db, target.key(), DistributionTable.byKey(db, distribution), true, "pat");
  }

  private void startMany(Sql db, long distribution) {
    var wish = new ManyActions.Wish(target.key(), distribution);
    many.start(db, DEVICE.tenant(), List.of(wish), true, "pat");
  }

  private void say(long number, Feedback.Execution execution) {
    var finished =
        execution == Feedback.Execution.CLOSED ? Feedback.Finished.SUCCESS : Feedback.Finished.NONE;
    actions.deploymentFeedback(target, number, new Feedback(execution, finished, null, List.of()));
  }

  private void leave(long number, Feedback.Execution execution) {
    actions.cancellationFeedback(
        target, number, new Feedback(execution, Feedback.Finished.SUCCESS, null, List.of()));
  }

  private List<Long> numbers() {
    return parts.database.use(db -> ActionTable.list(db, target.key(), 0, 100)).stream()
        .map(Action::number)
        .toList();
  }

  private Action find(long number) {
    return parts.database.use(db -> ActionTable.find(db, target.key(), number)).orElseThrow();
  }

  private long installed() {
    return parts.database.use(db -> ActionTable.installed(db, target.key())).orElseThrow().number();
  }
}
