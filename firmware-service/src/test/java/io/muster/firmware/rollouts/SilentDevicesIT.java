package io.muster.firmware.rollouts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.firmware.FirmwareDatabase;
import io.muster.firmware.Neighbour;
import io.muster.firmware.SetClock;
import io.muster.rest.audit.Author;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Rollouts to devices that do not say how it ended, on a real database. */
class SilentDevicesIT {
  private static final Instant T0 = Instant.parse("2026-01-05T10:00:00Z");
  private static final Author OTHER = new Author("sam", null);

  @RegisterExtension static final FirmwareDatabase DATABASE = new FirmwareDatabase();

  private SetClock clock;
  private Neighbour registry;
  private TenantId tenant;
  private RolloutInstance instance;
  private UUID distribution;
  private List<DeviceAddress> devices;

  @BeforeEach
  void start() throws IOException {
    clock = new SetClock();
    clock.set(T0);
    registry = new Neighbour();
    tenant = new TenantId("t" + UUID.randomUUID().toString().substring(0, 12));
    instance = new RolloutInstance(DATABASE, Map.of(), clock, registry.url());
    distribution = instance.distribution(tenant, "2.0");
    devices =
        IntStream.range(0, 4).mapToObj(i -> DeviceAddress.of(tenant.value(), "d" + i)).toList();
    devices.forEach(registry::add);
  }

  @AfterEach
  void stop() {
    instance.close();
    registry.close();
  }

  @Test
  void withoutATimeItWaitsForEver() {
    var rollout = make("");
    instance.succeed(devices.get(0), devices.get(1), devices.get(2));
    after(Duration.ofDays(365));
    assertEquals("running", instance.state(tenant, rollout));
    assertEquals(Map.of("finished", 3L, "given", 1L), counts(rollout));
  }

  @Test
  void whoDoesNotLookInTimeHasNoPart() {
    var rollout = make("'updateWithin':'PT1H'");
    instance.succeed(devices.get(0), devices.get(1), devices.get(2));
    after(Duration.ofMinutes(59));
    assertEquals(Map.of("finished", 3L, "given", 1L), counts(rollout));
    after(Duration.ofMinutes(1));
    assertEquals(Map.of("finished", 3L, "unreached", 1L), counts(rollout));
    assertEquals("finished", instance.state(tenant, rollout));
    assertTrue(instance.open(devices.get(3)).isEmpty());
    assertEquals(
        1, DATABASE.number("SELECT count(*) FROM action_status WHERE execution = '[overdue]'"));
    instance.actions.retry(tenant, rollout, List.of("unreached"), OTHER);
    instance.work();
    assertEquals(Map.of("finished", 3L, "given", 1L), counts(rollout));
  }

  @Test
  void whoHasSeenItAndStaysSilentCountsAsAFailure() {
    var rollout = make("'updateWithin':'PT1H'");
    instance.succeed(devices.get(0), devices.get(1), devices.get(2));
    instance.retrieve(devices.get(3));
    after(Duration.ofMinutes(61));
    var view = instance.read(tenant, rollout);
    assertEquals(Map.of("finished", 3L, "overdue", 1L), view.counts());
    assertEquals("stopped", view.state());
    assertEquals("error-share", view.reason());
    // It is asked to leave it, and is told so when it comes.
    assertEquals("cancelling", instance.open(devices.get(3)).getFirst().state().label());
  }

  @Test
  void whoWasLateAndMadeItHasIt() {
    var rollout = make("'updateWithin':'PT1H','groups':[{'errorShare':0.5}]");
    devices.forEach(instance::retrieve);
    instance.succeed(devices.get(0), devices.get(1), devices.get(2));
    after(Duration.ofMinutes(61));
    assertEquals("success-share", instance.read(tenant, rollout).reason());
    instance.succeed(devices.get(3));
    after(Duration.ofMinutes(1));
    assertEquals(Map.of("finished", 4L), counts(rollout));
    instance.actions.resume(tenant, rollout, OTHER);
    instance.work();
    assertEquals("finished", instance.state(tenant, rollout));
  }

  @Test
  void whoWasSilentHasAsManyAttemptsAsWhoFailed() {
    var rollout =
        make(
            "'updateWithin':'PT1H','retry':{'attempts':2,'minBackoff':'PT10M'},"
                + "'groups':[{'errorShare':0.5,'successShare':0.5}]");
    devices.forEach(instance::retrieve);
    instance.succeed(devices.get(0), devices.get(1), devices.get(2));
    after(Duration.ofMinutes(61));
    assertEquals(Map.of("finished", 3L, "retrying", 1L), counts(rollout));
    after(Duration.ofMinutes(10));
    assertEquals(
        List.of("cancelling", "open"),
        instance.open(devices.get(3)).stream().map(it -> it.state().label()).toList());
    assertEquals(Map.of("finished", 3L, "given", 1L), counts(rollout));
    instance.leave(devices.get(3));
    instance.retrieve(devices.get(3));
    after(Duration.ofMinutes(61));
    assertEquals(Map.of("finished", 3L, "overdue", 1L), counts(rollout));
    assertEquals("finished", instance.state(tenant, rollout));
    assertEquals(0, DATABASE.number("SELECT count(*) FROM rollout WHERE due_at IS NOT NULL"));
    instance.actions.retry(tenant, rollout, List.of("overdue"), OTHER);
    instance.work();
    assertEquals(Map.of("finished", 3L, "given", 1L), counts(rollout));
  }

  @Test
  void whatWasAskedToBeLeftAndIsNotComesToAnEndToo() {
    var rollout = make("'updateWithin':'PT1H'");
    devices.forEach(instance::retrieve);
    instance.actions.cancel(tenant, rollout, true, OTHER);
    after(Duration.ofMinutes(1));
    assertEquals(Map.of("cancelling", 4L), counts(rollout));
    after(Duration.ofHours(1));
    assertEquals(Map.of("overdue", 4L), counts(rollout));
    assertEquals(0, DATABASE.number("SELECT count(*) FROM rollout WHERE due_at IS NOT NULL"));
  }

  @Test
  void aCanaryThatNobodyReachesDoesNotLetOthersBegin() {
    var rollout = make("'updateWithin':'PT1H','groups':[{'count':1},{}]");
    after(Duration.ofMinutes(61));
    var view = instance.read(tenant, rollout);
    assertEquals(Map.of("unreached", 1L, "pending", 3L), view.counts());
    assertEquals("stopped", view.state());
    assertEquals("success-share", view.reason());
    instance.actions.resume(tenant, rollout, OTHER);
    instance.work();
    assertEquals(Map.of("unreached", 1L, "given", 3L), counts(rollout));
  }

  @Test
  void aCanaryThatGotSomethingElseDoesNotLetOthersBegin() {
    var rollout = make("'groups':[{'count':1},{}]");
    instance.assign(devices.get(0), instance.distribution(tenant, "9.0"));
    after(Duration.ofMinutes(1));
    assertEquals("stopped", instance.state(tenant, rollout));
    assertEquals(Map.of("cancelled", 1L, "pending", 3L), counts(rollout));
  }

  @Test
  void manyAtATimeAreGivenUpAcrossTurns() {
    for (var i = 0; i < 250; i++) {
      registry.add(DeviceAddress.of(tenant.value(), "x" + i));
    }
    registry.filter("id==x*", id -> id.startsWith("x"));
    var rollout =
        instance.make(
            tenant,
            "{'name':'spring','distribution':'%s','targets':{'filter':'id==x*'},%s}"
                .formatted(distribution, "'updateWithin':'PT1H','groups':[{'errorShare':1}]"));
    instance.work();
    DATABASE.run("UPDATE action SET retrieved = true WHERE key % 2 = 0");
    after(Duration.ofMinutes(61));
    assertEquals(Map.of("overdue", 125L, "unreached", 125L), counts(rollout));
  }

  @Test
  void theWayBackGoesToWhatWasThereLast() {
    instance.assign(devices.get(0), instance.distribution(tenant, "1.0"));
    instance.succeed(devices.get(0));
    var rollout = make("'updateWithin':'PT1H'");
    after(Duration.ofMinutes(61));
    assertEquals(Map.of("unreached", 4L), counts(rollout));
    instance.assign(devices.get(0), instance.distribution(tenant, "1.5"));
    instance.succeed(devices.get(0));
    instance.actions.retry(tenant, rollout, List.of("unreached"), OTHER);
    instance.work();
    instance.succeed(devices.get(0));
    instance.work();
    instance.waysBack.make(tenant, rollout, null, null, OTHER);
    instance.work();
    instance.succeed(devices.get(0));
    assertEquals("1.5", instance.installed(devices.get(0)));
  }

  private UUID make(String more) {
    var ids = devices.stream().map(it -> "'" + it.device() + "'").toList();
    var rollout =
        instance.make(
            tenant,
            "{'name':'spring','distribution':'%s','targets':{'devices':[%s]}%s}"
                .formatted(distribution, String.join(",", ids), more.isEmpty() ? "" : "," + more));
    instance.work();
    return rollout;
  }

  private Map<String, Long> counts(UUID rollout) {
    return instance.counts(tenant, rollout);
  }

  /** Also what is looked at with some delay has been looked at. */
  private void after(Duration duration) {
    clock.advance(duration);
    instance.work();
    clock.advance(Duration.ofSeconds(11));
    instance.work();
  }
}
