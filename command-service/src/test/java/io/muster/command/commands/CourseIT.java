package io.muster.command.commands;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.muster.command.CommandDatabase;
import io.muster.contract.event.CloudEvent;
import io.muster.contract.event.DeliveredEvent;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.SessionEvent;
import io.muster.contract.event.SubscribedEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.ServiceName;
import io.muster.contract.topic.PlatformTopic;
import io.muster.outbox.OutboxEntry;
import io.muster.rest.idempotency.IdempotencyKey;
import io.muster.rest.paging.Cursor;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import io.smallrye.mutiny.Uni;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The course of commands on a real database, in one instance and in two; the broker is the test's.
 */
class CourseIT {
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  @RegisterExtension static final CommandDatabase DATABASE = new CommandDatabase();

  private final List<Instance> instances = new ArrayList<>();
  private final List<OutboxEvent> log = Instance.newLog();
  private final List<OutboxEvent> received = new CopyOnWriteArrayList<>();
  private final AtomicBoolean brokerAway = new AtomicBoolean();
  private final AtomicBoolean devicesAnswer = new AtomicBoolean(true);
  private final AtomicLong epochs = new AtomicLong();
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
    connect(device);
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
    var message = received.getFirst();
    assertEquals("command/" + device + "/req/" + id + "/reboot", message.topic());
    assertEquals("{\"delay\":5}", new String(message.payload(), StandardCharsets.UTF_8));
    assertEquals(view.expiresAt(), message.expiresAt());
    assertEquals(0, DATABASE.number("SELECT open_commands FROM device_queue"));
    assertEquals(0, DATABASE.number("SELECT count(*) FROM device_queue WHERE look_at IS NOT NULL"));
  }

  @Test
  void anAbsentDeviceGetsAllInOrderWhenItIsThere() {
    List<UUID> ids = new ArrayList<>();
    for (var i = 0; i < 20; i++) {
      ids.add(instance.send(device, reboot()));
    }
    assertEquals(0, DATABASE.number("SELECT count(*) FROM outbox"));
    connect(device);
    awaitState(ids.getLast(), "succeeded");
    assertEquals(
        ids.stream().map(it -> "command/" + device + "/req/" + it + "/reboot").toList(),
        received.stream().map(OutboxEvent::topic).distinct().toList());
  }

  @Test
  void withTheBrokerAwayNothingIsSentAndNothingIsLost() {
    connect(device);
    brokerAway.set(true);
    var id = instance.send(device, reboot());
    await().atMost(PATIENCE).until(() -> DATABASE.number("SELECT count(*) FROM outbox") == 1);
    assertEquals("queued", instance.read(device, id).state());
    brokerAway.set(false);
    awaitState(id, "succeeded");
  }

  @Test
  void whatIsCalledOffBeforeTheBrokerHasItIsNotSent() {
    connect(device);
    brokerAway.set(true);
    var id = instance.send(device, reboot());
    await().atMost(PATIENCE).until(() -> instance.read(device, id).attempts() == 1);
    instance.commands.cancel(device, id, Instance.AUTHOR).await().atMost(PATIENCE);
    brokerAway.set(false);
    var next = instance.send(device, reboot());
    awaitState(next, "succeeded");
    assertTrue(received.stream().noneMatch(it -> it.topic().contains(id.toString())));
    assertEquals("cancelled", instance.read(device, id).state());
    assertEquals("after-sending", instance.read(device, id).reason());
  }

  @Test
  void expiresWithoutAnybodyDoingAnything() {
    var id = instance.send(device, body(Duration.ofMillis(300)));
    awaitState(id, "expired");
    assertEquals("not-sent", instance.read(device, id).reason());
  }

  @Test
  void timesOutWithoutAnybodyDoingAnything() {
    devicesAnswer.set(false);
    connect(device);
    var id = instance.send(device, body(Duration.ofSeconds(2)));
    awaitState(id, "timed-out");
    assertEquals("not-delivered", instance.read(device, id).reason());
    // It was sent more than once, and always the same.
    assertTrue(received.size() > 1, "sent " + received.size() + " times");
  }

  @Test
  void aForeignDevicesAnswerChangesNothing() {
    devicesAnswer.set(false);
    connect(device);
    var other = DeviceAddress.of(tenant, "d2");
    instance.know(other);
    var stranger = DeviceAddress.of("other-" + tenant.substring(0, 8), "d1");
    var id = instance.send(device, reboot());
    awaitState(id, "sent");
    answer(other, id, 200);
    answer(stranger, id, 200);
    await().atMost(PATIENCE).until(() -> answers("foreign") == 2);
    assertEquals("sent", instance.read(device, id).state());
    answer(device, UUID.randomUUID(), 200);
    await().atMost(PATIENCE).until(() -> answers("unknown") == 1);
    answer(device, id, 500);
    awaitState(id, "failed");
    answer(device, id, 200);
    await().atMost(PATIENCE).until(() -> answers("late") == 1);
    assertEquals("failed", instance.read(device, id).state());
  }

  @Test
  void aDeviceBehindAGatewayIsReachedThroughIt() {
    var gateway = DeviceAddress.of(tenant, "gateway");
    var epoch = connect(gateway);
    var id = instance.send(device, reboot());
    listen(gateway, epoch, "shadow/" + device + "/#");
    listen(gateway, epoch, "command/" + device + "/req/#");
    awaitState(id, "succeeded");
    disconnect(gateway, epoch);
    await()
        .atMost(PATIENCE)
        .until(() -> DATABASE.number("SELECT count(*) FROM connection WHERE alive") == 0);
    var late = instance.send(device, body(Duration.ofMillis(500)));
    awaitState(late, "expired");
  }

  @Test
  void aLateWordOfAnOlderConnectionDoesNotEndTheNewOne() {
    var older = connect(device);
    connect(device);
    disconnect(device, older);
    awaitState(instance.send(device, reboot()), "succeeded");
  }

  @Test
  void aDeviceThatComesBackIsSentAtOnceWhatItMissed() {
    devicesAnswer.set(false);
    var epoch = connect(device);
    var hour = new RetryBody(0, Duration.ofHours(1), Duration.ofHours(1));
    var id =
        instance.send(device, new CommandBody("x", null, null, null, null, null, null, null, hour));
    awaitState(id, "sent");
    disconnect(device, epoch);
    devicesAnswer.set(true);
    connect(device);
    awaitState(id, "succeeded");
    assertEquals(2, received.size());
  }

  @Test
  void whatCannotBeReadHoldsUpNothing() {
    append(UUID.randomUUID(), "command/" + device + "/res/no-id/200", null, new byte[0]);
    append(UUID.randomUUID(), "command/" + device + "/res", null, new byte[0]);
    append(
        UUID.randomUUID(),
        "platform/ingest/session/connected/" + device,
        CloudEvent.CONTENT_TYPE,
        new byte[] {1, 2});
    append(
        UUID.randomUUID(),
        "platform/ingest/delivered/" + device,
        CloudEvent.CONTENT_TYPE,
        "{\"data\":{}}".getBytes(StandardCharsets.UTF_8));
    connect(device);
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
                        .send(device, reboot(), key, Instance.AUTHOR, Map.of())
                        .await()
                        .atMost(PATIENCE)
                        .command()));
      }
    }
    assertEquals(1, ids.size());
    assertEquals(1, DATABASE.number("SELECT count(*) FROM command"));
    var another = instance.commands.send(device, other(), key, Instance.AUTHOR, Map.of());
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
        strict.commands.send(second, reboot(), Optional.empty(), Instance.AUTHOR, Map.of());
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
    connect(device);
    var id = instance.send(device, reboot());
    awaitState(id, "succeeded");
    DATABASE.run("DELETE FROM connection");
    DATABASE.run("INSERT INTO presence_gap (since) VALUES (now())");
    var next = instance.send(device, reboot());
    awaitState(next, "succeeded");
  }

  @Test
  void whoWaitsAtOneInstanceGetsTheAnswerThatArrivesAtTheOther() {
    var front = new Instance(DATABASE, Map.of(), log, this::take).startRequestsOnly();
    instances.add(front);
    connect(device);
    var id = front.send(device, reboot());
    var view = front.waiting.forEnd(device, id, PATIENCE).await().atMost(PATIENCE.multipliedBy(2));
    assertEquals("succeeded", view.state());
    devicesAnswer.set(false);
    var silent = front.send(device, reboot());
    var open = front.waiting.forEnd(device, silent, Duration.ofMillis(50));
    assertEquals(false, open.await().atMost(PATIENCE).finished());
  }

  @Test
  void whoFollowsAtOneInstanceSeesTheStepsMadeAtTheOther() {
    var other =
        new Instance(
            DATABASE, Map.of("muster.command.following.look-every", "200ms"), log, this::take);
    instances.add(other);
    other.startRequestsOnly();
    var id = instance.send(device, reboot());
    List<ProgressEvent> events = new CopyOnWriteArrayList<>();
    var ended = new AtomicBoolean();
    other
        .following
        .follow(device, id, Duration.ofDays(1))
        .onCompletion()
        .invoke(() -> ended.set(true))
        .subscribe()
        .with(events::add);
    await().atMost(PATIENCE).until(() -> events.size() == 1);
    assertTrue(events.getFirst().data().contains("\"state\":\"queued\""), events.toString());
    connect(device);
    await().atMost(PATIENCE).untilTrue(ended);
    assertEquals(ProgressEvent.end("finished"), events.getLast());
    var last = events.get(events.size() - 2);
    assertEquals("state", last.name());
    assertTrue(last.data().contains("\"state\":\"succeeded\""), last.data());
    assertEquals(0, other.meters.get("muster.command.followers").gauge().value());
  }

  @Test
  void theEventsOfACommandAreKeptAliveAndEndWithTheToken() {
    var patient =
        new Instance(
            DATABASE, Map.of("muster.command.following.keep-alive", "50ms"), log, this::take);
    instances.add(patient);
    patient.startRequestsOnly();
    var id = instance.send(device, reboot());
    var events =
        patient
            .following
            .follow(device, id, Duration.ofMillis(500))
            .collect()
            .asList()
            .await()
            .atMost(PATIENCE);
    assertEquals("state", events.getFirst().name());
    assertEquals(ProgressEvent.KEEP_ALIVE, events.get(1));
    assertEquals(ProgressEvent.end("token-expired"), events.getLast());
  }

  @Test
  void asManyClientsFollowAsMayAndNoMore() {
    var small =
        new Instance(DATABASE, Map.of("muster.command.following.clients", "1"), log, this::take);
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

  /** Both look, publish and follow; then one is gone in the midst of it. */
  @Test
  void twoInstancesShareTheWorkAndOneThatDiesLeavesNothing() throws Exception {
    var second = newInstance(Map.of());
    List<DeviceAddress> devices = new ArrayList<>();
    for (var i = 0; i < 40; i++) {
      var one = DeviceAddress.of(tenant, "many-" + i);
      instance.know(one);
      devices.add(one);
    }
    Map<DeviceAddress, List<UUID>> sent = new ConcurrentHashMap<>();
    try (var clients = Executors.newFixedThreadPool(10)) {
      for (var one : devices) {
        clients.submit(
            () -> {
              List<UUID> ids = new ArrayList<>();
              for (var i = 0; i < 5; i++) {
                ids.add((i % 2 == 0 ? instance : second).send(one, reboot()));
              }
              sent.put(one, ids);
            });
      }
    }
    devices.forEach(this::connect);
    await().atMost(PATIENCE).until(() -> received.size() > 30);
    instance.die();
    await()
        .atMost(PATIENCE)
        .until(
            () -> DATABASE.number("SELECT count(*) FROM command WHERE state = 'succeeded'") == 200);
    for (var one : devices) {
      var prefix = "command/" + one + "/";
      assertEquals(
          sent.get(one).stream().map(it -> prefix + "req/" + it + "/reboot").toList(),
          received.stream()
              .map(OutboxEvent::topic)
              .filter(it -> it.startsWith(prefix))
              .distinct()
              .toList());
    }
    assertEquals(0, DATABASE.number("SELECT sum(open_commands) FROM device_queue"));
  }

  private Instance newInstance(Map<String, String> settings) {
    var started = new Instance(DATABASE, settings, log, this::take).start();
    instances.add(started);
    return started;
  }

  /** The broker, and behind it devices that acknowledge and answer. */
  private Uni<Void> take(OutboxEvent event) {
    if (brokerAway.get()) {
      return Uni.createFrom().failure(new IllegalStateException("away"));
    }
    received.add(event);
    if (devicesAnswer.get()) {
      var level = event.topic().split("/");
      var to = DeviceAddress.of(level[1], level[2]);
      var delivered = new DeliveredEvent(event.topic(), 1, Instant.now(), event.id());
      tell("delivered", to, delivered);
      answer(to, UUID.fromString(level[4]), 202);
      answer(to, UUID.fromString(level[4]), 200);
    }
    return Uni.createFrom().voidItem();
  }

  private long connect(DeviceAddress one) {
    var epoch = epochs.incrementAndGet();
    tell(
        "session/connected",
        one,
        new SessionEvent("r", "b", epoch, epoch, client(one), Instant.now(), null));
    return epoch;
  }

  private void disconnect(DeviceAddress one, long epoch) {
    tell(
        "session/disconnected",
        one,
        new SessionEvent("r", "b", epoch, epoch, client(one), Instant.now(), "client"));
  }

  /** The gateway's connection hears what is said to the device behind it. */
  private void listen(DeviceAddress gateway, long epoch, String filter) {
    tell(
        "session/subscribed",
        device,
        new SubscribedEvent(client(gateway), epoch, List.of(filter), Instant.now()));
  }

  private static String client(DeviceAddress one) {
    return one.tenant() + ":" + one.device();
  }

  private void answer(DeviceAddress from, UUID id, int status) {
    append(
        UUID.randomUUID(),
        "command/" + from + "/res/" + id + "/" + status,
        "application/json",
        "{\"ok\":true}".getBytes(StandardCharsets.UTF_8));
  }

  private void tell(String event, DeviceAddress about, Object data) {
    var topic = PlatformTopic.of(ServiceName.INGEST, event, about);
    var entry = OutboxEntry.event(UUID.randomUUID(), topic, data, Instant.now(), Map.of());
    append(entry.id(), entry.topic(), CloudEvent.CONTENT_TYPE, entry.payload());
  }

  private synchronized void append(UUID id, String topic, String contentType, byte[] payload) {
    log.add(
        new OutboxEvent(
            log.size() + 1, id, topic, 1, contentType, Map.of(), payload, Instant.now()));
  }

  private double answers(String outcome) {
    return instances.stream()
        .mapToDouble(it -> it.meters.counter("muster.command.answers", "outcome", outcome).count())
        .sum();
  }

  private void awaitState(UUID id, String state) {
    await().atMost(PATIENCE).until(() -> instance.read(device, id).state(), state::equals);
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
