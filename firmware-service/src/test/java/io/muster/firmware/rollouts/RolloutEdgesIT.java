package io.muster.firmware.rollouts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.firmware.FirmwareDatabase;
import io.muster.firmware.Neighbour;
import io.muster.firmware.SetClock;
import io.muster.firmware.distributions.DistributionTable;
import io.muster.rest.audit.Author;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where rollouts meet windows, each other and neighbours at an awkward moment. */
class RolloutEdgesIT {
  private static final Instant T0 = Instant.parse("2026-01-05T10:00:00Z");
  private static final Author OTHER = new Author("sam", null);

  @RegisterExtension static final FirmwareDatabase DATABASE = new FirmwareDatabase();

  private SetClock clock;
  private Neighbour registry;
  private TenantId tenant;
  private RolloutInstance instance;
  private UUID distribution;

  @BeforeEach
  void start() throws IOException {
    clock = new SetClock();
    clock.set(T0);
    registry = new Neighbour();
    registry.filter("tag==lab", _ -> true);
    tenant = new TenantId("t" + UUID.randomUUID().toString().substring(0, 12));
    instance = new RolloutInstance(DATABASE, Map.of(), clock, registry.url());
    distribution = instance.distribution(tenant, "2.0");
  }

  @AfterEach
  void stop() {
    instance.close();
    registry.close();
  }

  @Test
  void whoHasBegunIsToldWhenTheWindowOpensAgain() {
    var begun = device("d0");
    var unseen = device("d1");
    make(distribution, window("0 2 * * *", "PT2H"));
    work("2026-01-06T02:00:00Z");
    assertEquals(1, notices(begun));
    assertEquals(1, notices(unseen));
    var number = instance.retrieve(begun);
    work("2026-01-06T03:59:00Z");
    work("2026-01-06T04:00:00Z");
    work("2026-01-06T12:00:00Z");
    assertEquals(1, notices(begun));
    work("2026-01-07T02:00:00Z");
    assertEquals(2, notices(begun));
    assertEquals(2, notices(unseen));
    assertEquals(
        2,
        DATABASE.number(
            "SELECT count(*) FROM outbox WHERE topic LIKE '%/d0/notify' AND"
                + " convert_from(payload, 'UTF8') LIKE '%deploymentBase%\""
                + number
                + "\"%'"));
    work("2026-01-07T03:00:00Z");
    work("2026-01-07T12:00:00Z");
    assertEquals(2, notices(begun));
    work("2026-01-08T02:00:00Z");
    assertEquals(3, notices(begun));
  }

  @Test
  void whoSpeaksOfItsUpdateKeepsItWhenTheWindowCloses() {
    var speaks = device("d0");
    device("d1");
    var rollout = make(distribution, window("0 2 * * *", "PT2H"));
    work("2026-01-06T02:00:00Z");
    instance.proceed(speaks);
    work("2026-01-06T04:00:00Z");
    assertEquals("open", instance.open(speaks).getFirst().state().label());
    assertEquals(Map.of("pending", 1L, "running", 1L), instance.counts(tenant, rollout));
  }

  @Test
  void whoIsAskedToLeaveItIsNotToldToInstallIt() {
    var begun = device("d0");
    var rollout = make(distribution, window("0 2 * * *", "PT2H"));
    work("2026-01-06T02:00:00Z");
    instance.retrieve(begun);
    instance.actions.pause(tenant, rollout, OTHER);
    work("2026-01-06T05:00:00Z");
    DATABASE.run("UPDATE action SET state = 'cancelling'");
    work("2026-01-07T02:00:00Z");
    assertEquals(1, notices(begun));
  }

  @Test
  void nobodyIsToldWhileAWindowOpensInAnother() {
    var begun = device("d0");
    make(distribution, window("*/10 2 * * *", "PT30M"));
    work("2026-01-06T02:00:00Z");
    instance.retrieve(begun);
    work("2026-01-06T02:10:00Z");
    work("2026-01-06T02:21:00Z");
    work("2026-01-06T03:19:00Z");
    assertEquals(1, notices(begun));
    work("2026-01-06T03:21:00Z");
    work("2026-01-07T02:00:00Z");
    assertEquals(2, notices(begun));
  }

  @Test
  void theSameUpdateIsTakenOverAlsoBehindWhatIsToBeLeft() {
    var device = device("d0");
    instance.assign(device, instance.distribution(tenant, "1.0"));
    instance.retrieve(device);
    var first = make(distribution, "");
    instance.work();
    var second = make(distribution, "");
    instance.work();
    assertEquals(
        List.of("cancelling", "open"),
        instance.open(device).stream().map(it -> it.state().label()).toList());
    instance.leave(device);
    instance.succeed(device);
    clock.advance(Duration.ofSeconds(11));
    instance.work();
    assertEquals(Map.of("finished", 1L), instance.counts(tenant, first));
    assertEquals(Map.of("finished", 1L), instance.counts(tenant, second));
    assertEquals(2, DATABASE.number("SELECT count(*) FROM action"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"DELETE FROM distribution", "UPDATE distribution SET deleted_at = now()"})
  void aDistributionThatIsDeletedMeanwhileIsNone(String deletion) {
    device("d0");
    registry.filter(
        "tag==slow",
        _ -> {
          DATABASE.run(deletion);
          return true;
        });
    var refused =
        assertThrows(
            RefusedException.class,
            () -> instance.make(tenant, body(distribution, "'filter':'tag==slow'", "")));
    var errors = assertInstanceOf(Refusal.Meaningless.class, refused.refusal()).errors();
    assertEquals("/distribution", errors.getFirst().pointer());
    assertEquals(0, DATABASE.number("SELECT count(*) FROM rollout"));
  }

  @Test
  void aRegistryThatGivesNoAnswerIsNotAskedForEachRollout() {
    device("d0");
    for (var i = 0; i < 5; i++) {
      make(instance.distribution(tenant, "3." + i), "");
    }
    registry.away(true);
    var before = registry.questions();
    instance.work();
    assertEquals(1, registry.questions() - before);
    clock.advance(Duration.ofSeconds(6));
    instance.work();
    assertEquals(2, registry.questions() - before);
    registry.away(false);
    clock.advance(Duration.ofSeconds(6));
    instance.work();
    assertEquals(5, DATABASE.number("SELECT count(*) FROM rollout_device"));
  }

  @Test
  void whatDevicesAreToGoBackToIsNotDeletedWhenTheRolloutIsForgotten() {
    var device = device("d0");
    var before = instance.distribution(tenant, "1.0");
    instance.assign(device, before);
    instance.succeed(device);
    var rollout = make(distribution, "");
    instance.work();
    instance.succeed(device);
    clock.advance(Duration.ofSeconds(11));
    instance.work();
    instance.waysBack.make(tenant, rollout, null, null, OTHER);
    instance.work();
    DATABASE.run("DELETE FROM rollout_device WHERE distribution_key IS NULL");
    DATABASE.run("DELETE FROM action");
    assertTrue(isInUse(before));
    assertFalse(isInUse(instance.distribution(tenant, "0.1")));
  }

  @Test
  void whoWasMadeAnewDoesNotGoBackToWhatTheOneBeforeHad() {
    var staying = device("d0");
    var anew = device("d1");
    var before = instance.distribution(tenant, "1.0");
    for (var device : List.of(staying, anew)) {
      instance.assign(device, before);
      instance.succeed(device);
    }
    var rollout = make(distribution, "");
    instance.work();
    instance.succeed(staying);
    instance.succeed(anew);
    clock.advance(Duration.ofSeconds(11));
    instance.work();
    instance.registryTells("platform/registry/device-deleted/" + anew);
    instance.registryTells("platform/registry/device-created/" + anew);
    var back = instance.waysBack.make(tenant, rollout, null, null, OTHER);
    instance.work();
    assertEquals(Map.of("given", 1L), instance.counts(tenant, back));
  }

  @Test
  void aGroupsDevicesGetItAndThoseThatJoinLaterToo() {
    device("d0");
    device("d1");
    registry.filter("group==hall", id -> id.equals("d0"));
    var body = body(distribution, "'group':'hall'", "'continuous':true");
    var rollout = instance.make(tenant, body);
    instance.work();
    assertEquals(Map.of("given", 1L), instance.counts(tenant, rollout));
    registry.filter("group==hall", _ -> true);
    instance.registryTells("platform/registry/group-changed/" + tenant);
    clock.advance(Duration.ofSeconds(6));
    instance.work();
    assertEquals(Map.of("given", 2L), instance.counts(tenant, rollout));
  }

  /** As by its presence, its shadow or its firmware. */
  @Test
  void whoComesToFitWithoutAChangeAtTheRegistryIsFoundInTime() {
    device("d0");
    var rollout = make(distribution, "'continuous':true");
    instance.work();
    device("d1");
    clock.advance(Duration.ofMinutes(5).minusMillis(1));
    instance.work();
    assertEquals(Map.of("given", 1L), instance.counts(tenant, rollout));
    clock.advance(Duration.ofMillis(1));
    instance.work();
    assertEquals(Map.of("given", 2L), instance.counts(tenant, rollout));
    device("d2");
    clock.advance(Duration.ofMinutes(5));
    instance.work();
    assertEquals(Map.of("given", 3L), instance.counts(tenant, rollout));
  }

  @Test
  void aGroupThatThereIsNotIsRefusedWithItsPlace() {
    var body = body(distribution, "'group':'nowhere'", "");
    var refused = assertThrows(RefusedException.class, () -> instance.make(tenant, body));
    var errors = assertInstanceOf(Refusal.Meaningless.class, refused.refusal()).errors();
    assertEquals("/targets/group", errors.getFirst().pointer());
  }

  @Test
  void oneThatEndedDoesNotGoOnWhereThereIsNoRoomForAnother() {
    device("d0");
    var settings = Map.of("muster.firmware.rollouts.open-per-tenant", "1");
    try (var small = new RolloutInstance(DATABASE, settings, clock, registry.url())) {
      var ended =
          small.make(
              tenant, body(distribution, "'filter':'tag==lab'", "'groups':[{'successShare':0}]"));
      small.work();
      instance.assign(DeviceAddress.of(tenant.value(), "d0"), instance.distribution(tenant, "9"));
      clock.advance(Duration.ofSeconds(11));
      small.work();
      assertEquals("finished", small.state(tenant, ended));
      var open =
          small.make(tenant, body(distribution, "'filter':'tag==lab'", "'manualStart':true"));
      var again = List.of("cancelled");
      var refused =
          assertThrows(
              RefusedException.class, () -> small.actions.retry(tenant, ended, again, OTHER));
      assertInstanceOf(Refusal.LimitReached.class, refused.refusal());
      assertEquals(Map.of("cancelled", 1L), small.counts(tenant, ended));
      small.actions.cancel(tenant, open, false, OTHER);
      small.actions.retry(tenant, ended, again, OTHER);
      assertEquals("running", small.state(tenant, ended));
    }
  }

  private boolean isInUse(UUID id) {
    return instance.use(
        db ->
            db.first(
                    DistributionTable.IN_USE,
                    DistributionTable.find(db, tenant, id).orElseThrow().key())
                .isPresent());
  }

  private DeviceAddress device(String id) {
    var device = DeviceAddress.of(tenant.value(), id);
    registry.add(device);
    return device;
  }

  private UUID make(UUID what, String more) {
    return instance.make(tenant, body(what, "'filter':'tag==lab'", more));
  }

  private static String body(UUID what, String targets, String more) {
    return "{'name':'spring','distribution':'%s','targets':{%s}%s}"
        .formatted(what, targets, more.isEmpty() ? "" : "," + more);
  }

  private static String window(String cron, String duration) {
    return "'maintenance':{'cron':'%s','duration':'%s','zone':'UTC'}".formatted(cron, duration);
  }

  private void work(String time) {
    clock.set(Instant.parse(time));
    instance.work();
  }

  private static long notices(DeviceAddress device) {
    return DATABASE.number(
        "SELECT count(*) FROM outbox WHERE topic = 'firmware/" + device + "/notify'");
  }
}
