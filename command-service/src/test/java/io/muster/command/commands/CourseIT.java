package io.muster.command.commands;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.muster.command.CommandDatabase;
import io.muster.command.commands.PlayedBroker.Conduct;
import io.muster.command.life.State;
import io.muster.contract.event.CloudEvent;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.rest.idempotency.IdempotencyKey;
import io.muster.rest.paging.Cursor;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import io.smallrye.mutiny.Uni;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The course of commands on a real database, in one instance; the broker is the test's. */
class CourseIT {
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  @RegisterExtension static final CommandDatabase DATABASE = new CommandDatabase();

  private final List<Instance> instances = new ArrayList<>();
  private final PlayedBroker broker = new PlayedBroker();
  private String tenant;
  private Instance instance;
  private DeviceAddress device;

  @BeforeEach
  void start() {
    tenant = "t" + UUID.randomUUID().toString().substring(0, 12);
    instance = newInstance(Map.of());
    device = DeviceAddress.of(tenant, "d1");
    instance.know(device);
  }

  @AfterEach
  void stop() {
    instances.forEach(Instance::close);
  }

  @Test
  void aConnectedDeviceGetsItAndAnswers() {
    broker.connect(device);
    var id = instance.send(device, reboot());
    awaitState(id, "succeeded");
    var view = instance.read(device, id);
    var steps = view.steps().stream().map(StepView::state).toList();
    // A device may answer before the broker's word comes, and need not say that it has accepted.
    var inOrder = List.of("queued", "sent", "delivered", "accepted", "succeeded");
    assertEquals(inOrder.stream().filter(steps::contains).toList(), steps);
    assertEquals("queued", steps.getFirst());
    assertEquals(200, view.answer().status());
    assertEquals("{\"ok\":true}", view.answer().payload().toString());
    awaitEnded(State.SUCCEEDED, "none");
    var message = broker.received().getFirst();
    assertEquals("command/" + device + "/req/" + id + "/reboot", message.topic());
    assertEquals("{\"delay\":5}", new String(message.payload(), StandardCharsets.UTF_8));
    assertEquals(view.expiresAt(), message.expiresAt());
    assertEquals(0, DATABASE.number("SELECT open_commands FROM device_queue"));
    await("nothing is left to look for")
        .atMost(PATIENCE)
        .until(
            () ->
                DATABASE.number("SELECT count(*) FROM device_queue WHERE look_at IS NOT NULL")
                    == 0);
  }

  @Test
  void anAbsentDeviceGetsAllInOrderWhenItIsThere() {
    List<UUID> ids = new ArrayList<>();
    for (var i = 0; i < 20; i++) {
      ids.add(instance.send(device, reboot()));
    }
    assertEquals(0, DATABASE.number("SELECT count(*) FROM outbox"));
    broker.connect(device);
    awaitState(ids.getLast(), "succeeded");
    assertEquals(
        ids.stream().map(it -> "command/" + device + "/req/" + it + "/reboot").toList(),
        broker.received().stream().map(OutboxEvent::topic).distinct().toList());
  }

  @Test
  void withTheBrokerAwayNothingIsSentAndNothingIsLost() {
    broker.connect(device);
    broker.goAway();
    var id = instance.send(device, reboot());
    await().atMost(PATIENCE).until(() -> DATABASE.number("SELECT count(*) FROM outbox") >= 1);
    assertEquals("queued", instance.read(device, id).state());
    broker.comeBack();
    awaitState(id, "succeeded");
  }

  @Test
  void whatIsCalledOffBeforeTheBrokerHasItIsNotSent() {
    broker.connect(device);
    broker.goAway();
    var id = instance.send(device, reboot());
    await().atMost(PATIENCE).until(() -> instance.read(device, id).attempts() >= 1);
    instance.commands.cancel(device, id, Instance.AUTHOR).await().atMost(PATIENCE);
    // Whoever was about to send it when it was called off has tried.
    await()
        .atMost(PATIENCE)
        .until(() -> DATABASE.number("SELECT count(*) FROM outbox WHERE settled_at IS NULL") == 0);
    broker.comeBack();
    var next = instance.send(device, reboot());
    awaitState(next, "succeeded");
    assertTrue(broker.received().stream().noneMatch(it -> it.topic().contains(id.toString())));
    assertEquals("cancelled", instance.read(device, id).state());
    assertEquals("after-sending", instance.read(device, id).reason());
    awaitEnded(State.CANCELLED, "after-sending");
  }

  @Test
  void expiresWithoutAnybodyDoingAnything() {
    var id = instance.send(device, body(Duration.ofMillis(300)));
    awaitState(id, "expired");
    assertEquals("not-sent", instance.read(device, id).reason());
    awaitEnded(State.EXPIRED, "not-sent");
  }

  @Test
  void timesOutWithoutAnybodyDoingAnything() {
    broker.devices(Conduct.GONE);
    broker.connect(device);
    var id = instance.send(device, body(Duration.ofHours(1)));
    // It is sent more than once, and always the same.
    await().atMost(PATIENCE).until(() -> broker.received().size() > 1);
    assertEquals("sent", instance.read(device, id).state());
    DATABASE.run("UPDATE command SET expires_at = now()");
    DATABASE.run("UPDATE device_queue SET look_at = now()");
    awaitState(id, "timed-out");
    assertEquals("not-delivered", instance.read(device, id).reason());
    awaitEnded(State.TIMED_OUT, "not-delivered");
  }

  @Test
  void aForeignDevicesAnswerChangesNothing() {
    broker.devices(Conduct.GONE);
    broker.connect(device);
    var other = DeviceAddress.of(tenant, "d2");
    instance.know(other);
    var stranger = DeviceAddress.of("other-" + tenant.substring(0, 8), "d1");
    var id = instance.send(device, reboot());
    awaitState(id, "sent");
    broker.answer(other, id, 200);
    broker.answer(stranger, id, 200);
    await().atMost(PATIENCE).until(() -> answers("foreign") == 2);
    assertEquals("sent", instance.read(device, id).state());
    broker.answer(device, UUID.randomUUID(), 200);
    await().atMost(PATIENCE).until(() -> answers("unknown") == 1);
    broker.answer(device, id, 500);
    awaitState(id, "failed");
    broker.answer(device, id, 200);
    await().atMost(PATIENCE).until(() -> answers("late") == 1);
    assertEquals("failed", instance.read(device, id).state());
    awaitEnded(State.FAILED, "none");
  }

  @Test
  void aDeviceBehindAGatewayIsReachedThroughIt() {
    var gateway = DeviceAddress.of(tenant, "gateway");
    var epoch = broker.connect(gateway);
    var id = instance.send(device, reboot());
    broker.listen(gateway, epoch, device, "shadow/" + device + "/#");
    broker.listen(gateway, epoch, device, "command/" + device + "/req/#");
    awaitState(id, "succeeded");
    broker.disconnect(gateway, epoch);
    await()
        .atMost(PATIENCE)
        .until(() -> DATABASE.number("SELECT count(*) FROM connection WHERE alive") == 0);
    var late = instance.send(device, body(Duration.ofMillis(500)));
    awaitState(late, "expired");
  }

  @Test
  void aLateWordOfAnOlderConnectionDoesNotEndTheNewOne() {
    var older = broker.connect(device);
    broker.connect(device);
    broker.disconnect(device, older);
    awaitState(instance.send(device, reboot()), "succeeded");
  }

  @Test
  void aDeviceThatComesBackIsSentAtOnceWhatItMissed() {
    broker.devices(Conduct.GONE);
    var epoch = broker.connect(device);
    var hour = new RetryBody(0, Duration.ofHours(1), Duration.ofHours(1));
    var id =
        instance.send(device, new CommandBody("x", null, null, null, null, null, null, null, hour));
    awaitState(id, "sent");
    broker.disconnect(device, epoch);
    broker.devices(Conduct.ANSWER);
    broker.connect(device);
    awaitState(id, "succeeded");
    assertEquals(2, broker.received().size());
  }

  @Test
  void whatCannotBeReadHoldsUpNothing() {
    broker.append(UUID.randomUUID(), "command/" + device + "/res/no-id/200", null, new byte[0]);
    broker.append(UUID.randomUUID(), "command/" + device + "/res", null, new byte[0]);
    broker.append(
        UUID.randomUUID(),
        "platform/ingest/session/connected/" + device,
        CloudEvent.CONTENT_TYPE,
        new byte[] {1, 2});
    broker.append(
        UUID.randomUUID(),
        "platform/ingest/delivered/" + device,
        CloudEvent.CONTENT_TYPE,
        "{\"data\":{}}".getBytes(StandardCharsets.UTF_8));
    broker.connect(device);
    awaitState(instance.send(device, reboot()), "succeeded");
  }

  @Test
  void commandsOfADeletedDeviceEnd() {
    var id = instance.send(device, reboot());
    var other = DeviceAddress.of(tenant, "d2");
    instance.know(other);
    var others = instance.send(other, reboot());
    instance.registryTells("platform/registry/device-deleted/" + device);
    awaitState(id, "cancelled");
    assertEquals("device-deleted", instance.read(device, id).reason());
    var state = instance.read(other, others).state();
    assertEquals("queued", state);
    assertEquals(1, DATABASE.number("SELECT count(*) FROM device_queue WHERE NOT known"));
  }

  @Test
  void whatEndedLongAgoIsForgottenAndWhatIsOpenIsNot() {
    var open = instance.send(device, reboot());
    var cancelled = instance.send(device, reboot());
    instance.commands.cancel(device, cancelled, Instance.AUTHOR).await().atMost(PATIENCE);
    instance.forgetFinished(Duration.ofHours(1));
    assertEquals(2, DATABASE.number("SELECT count(*) FROM command"));
    instance.forgetFinished(Duration.ZERO);
    assertEquals(1, DATABASE.number("SELECT count(*) FROM command"));
    assertEquals("queued", instance.read(device, open).state());
  }

  @Test
  void fiftyClientsWithOneKeySendOneCommand() throws Exception {
    var key = Optional.of(new IdempotencyKey("same"));
    Set<UUID> ids = ConcurrentHashMap.newKeySet();
    try (var clients = Executors.newFixedThreadPool(50)) {
      for (var i = 0; i < 50; i++) {
        clients.submit(
            () ->
                ids.add(
                    instance
                        .commands
                        .send(
                            device,
                            instance.commands.nextId(),
                            reboot(),
                            key,
                            Instance.AUTHOR,
                            Map.of())
                        .await()
                        .atMost(PATIENCE)
                        .command()));
      }
    }
    assertEquals(1, ids.size());
    assertEquals(1, DATABASE.number("SELECT count(*) FROM command"));
    var another =
        instance.commands.send(
            device, instance.commands.nextId(), other(), key, Instance.AUTHOR, Map.of());
    assertEquals("idempotency-key-used", ((Refusal.Conflict) refusal(another)).kind());
  }

  @Test
  void limitsHoldForFiftyClientsAtOnce() throws Exception {
    var strict =
        newInstance(
            Map.of(
                "muster.command.limits.open-per-device", "7",
                "muster.command.limits.open-per-tenant", "9"));
    try (var clients = Executors.newFixedThreadPool(50)) {
      for (var i = 0; i < 50; i++) {
        clients.submit(() -> strict.send(device, reboot()));
      }
    }
    assertEquals(7, DATABASE.number("SELECT count(*) FROM command"));
    assertEquals(7, DATABASE.number("SELECT open_commands FROM device_queue"));
    var second = DeviceAddress.of(tenant, "d2");
    strict.know(second);
    strict.send(second, reboot());
    strict.send(second, reboot());
    var tooMany =
        strict.commands.send(
            second,
            strict.commands.nextId(),
            reboot(),
            Optional.empty(),
            Instance.AUTHOR,
            Map.of());
    assertEquals(new Refusal.LimitReached("open commands of the tenant", 9), refusal(tooMany));
  }

  @Test
  void listsPageByPageWithinTheTenant() {
    List<UUID> ids = new ArrayList<>();
    for (var i = 0; i < 5; i++) {
      ids.addFirst(instance.send(device, reboot()));
    }
    var question =
        new CommandReader.Question(Optional.of(device), Optional.empty(), Optional.of("reboot"));
    var first =
        instance
            .reader
            .list(device.tenant(), question, Cursor.read(null), 3)
            .await()
            .indefinitely();
    assertEquals(ids.subList(0, 3), first.items().stream().map(CommandView::id).toList());
    var second =
        instance
            .reader
            .list(device.tenant(), question, Cursor.read(first.next()), 3)
            .await()
            .indefinitely();
    assertEquals(ids.subList(3, 5), second.items().stream().map(CommandView::id).toList());
    var stranger = DeviceAddress.of("other-" + tenant.substring(0, 8), "d1");
    assertTrue(instance.reader.find(stranger, ids.getFirst()).await().indefinitely().isEmpty());
  }

  @Test
  void aLostLogMakesPresenceUnknownAndCommandsAreTried() {
    broker.connect(device);
    var id = instance.send(device, reboot());
    awaitState(id, "succeeded");
    DATABASE.run("DELETE FROM connection");
    DATABASE.run("INSERT INTO presence_gap (since) VALUES (now())");
    var next = instance.send(device, reboot());
    awaitState(next, "succeeded");
  }

  @Test
  void theEventsOfACommandAreKeptAliveAndEndWithTheToken() {
    var patient =
        new Instance(DATABASE, Map.of("muster.command.following.keep-alive", "50ms"), broker);
    instances.add(patient);
    patient.startRequestsOnly();
    var id = instance.send(device, reboot());
    var events = followed(patient, id, Duration.ofMillis(500));
    if (events.size() < 3) {
      // The machine stood still for that time.
      events = followed(patient, id, Duration.ofSeconds(10));
    }
    assertEquals("state", events.getFirst().name());
    assertEquals(ProgressEvent.KEEP_ALIVE, events.get(1));
    assertEquals(ProgressEvent.end("token-expired"), events.getLast());
  }

  private List<ProgressEvent> followed(Instance asked, UUID id, Duration lifeOfToken) {
    return asked
        .following
        .follow(device, id, lifeOfToken)
        .collect()
        .asList()
        .await()
        .atMost(PATIENCE);
  }

  @Test
  void asManyClientsFollowAsMayAndNoMore() {
    var small = new Instance(DATABASE, Map.of("muster.command.following.clients", "1"), broker);
    instances.add(small);
    small.startRequestsOnly();
    var id = instance.send(device, reboot());
    var first =
        small.following.follow(device, id, Duration.ofDays(1)).subscribe().with(event -> {});
    var refused =
        assertThrows(
            RefusedException.class, () -> small.following.follow(device, id, Duration.ofDays(1)));
    assertEquals(new Refusal.LimitReached("clients that follow a command", 1), refused.refusal());
    first.cancel();
    small.following.follow(device, id, Duration.ofDays(1)).toUni().await().atMost(PATIENCE);
    var gone = small.following.follow(device, UUID.randomUUID(), Duration.ofDays(1)).toUni();
    assertThrows(RefusedException.class, () -> gone.await().atMost(PATIENCE));
  }

  private Instance newInstance(Map<String, String> settings) {
    var started = new Instance(DATABASE, settings, broker).start();
    instances.add(started);
    return started;
  }

  private double answers(String outcome) {
    return instances.stream()
        .mapToDouble(it -> it.meters.counter("muster.command.answers", "outcome", outcome).count())
        .sum();
  }

  private void awaitState(UUID id, String state) {
    await().atMost(PATIENCE).until(() -> instance.read(device, id).state(), state::equals);
  }

  /** It is counted after the commit that others see. */
  private void awaitEnded(State state, String reason) {
    await().atMost(PATIENCE).until(() -> instance.ended(state, reason) == 1);
  }

  private static Refusal refusal(Uni<?> answer) {
    return assertThrows(RefusedException.class, () -> answer.await().atMost(PATIENCE)).refusal();
  }

  private static CommandBody reboot() {
    return body("reboot", null);
  }

  private static CommandBody other() {
    return body("other", null);
  }

  private static CommandBody body(Duration timeToLive) {
    return body("reboot", timeToLive);
  }

  private static CommandBody body(String name, Duration timeToLive) {
    var payload = JsonNodeFactory.instance.objectNode().put("delay", 5);
    var retry = new RetryBody(0, Duration.ofMillis(300), Duration.ofMillis(600));
    return new CommandBody(
        name, payload, null, null, null, null, timeToLive, null, timeToLive == null ? null : retry);
  }
}
