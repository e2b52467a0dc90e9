package io.muster.command.commands;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.command.CommandDatabase;
import io.muster.command.commands.PlayedBroker.Conduct;
import io.muster.contract.id.DeviceAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What several instances on one database do, together and in turn; the broker is the test's. */
class SharedWorkIT {
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final int DEVICES = 40;
  private static final int OF_EACH = 5;

  @RegisterExtension static final CommandDatabase DATABASE = new CommandDatabase();

  private final List<Instance> instances = new ArrayList<>();
  private final PlayedBroker broker = new PlayedBroker();
  private final Map<DeviceAddress, List<UUID>> sent = new ConcurrentHashMap<>();
  private String tenant;
  private Instance instance;
  private DeviceAddress device;

  @BeforeEach
  void start() {
    tenant = "t" + UUID.randomUUID().toString().substring(0, 12);
    instance = newInstance();
    device = known("d1");
  }

  @AfterEach
  void stop() {
    instances.forEach(Instance::close);
  }

  @Test
  void whoWaitsAtOneInstanceGetsTheAnswerThatArrivesAtTheOther() {
    var front = new Instance(DATABASE, Map.of(), broker).startRequestsOnly();
    instances.add(front);
    broker.connect(device);
    var id = front.send(device, reboot());
    var view = front.waiting.forEnd(device, id, PATIENCE).await().atMost(PATIENCE.multipliedBy(2));
    assertEquals("succeeded", view.state());
    broker.devices(Conduct.GONE);
    var silent = front.send(device, reboot());
    var open = front.waiting.forEnd(device, silent, Duration.ofMillis(50));
    assertEquals(false, open.await().atMost(PATIENCE).finished());
  }

  @Test
  void whoFollowsAtOneInstanceSeesTheStepsMadeAtTheOther() {
    var other =
        new Instance(DATABASE, Map.of("muster.command.following.look-every", "200ms"), broker);
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
    broker.connect(device);
    await().atMost(PATIENCE).untilTrue(ended);
    assertEquals(ProgressEvent.end("finished"), events.getLast());
    var last = events.get(events.size() - 2);
    assertEquals("state", last.name());
    assertTrue(last.data().contains("\"state\":\"succeeded\""), last.data());
    await()
        .atMost(PATIENCE)
        .until(() -> other.meters.get("muster.command.followers").gauge().value() == 0);
  }

  /** Both look, publish and follow; nothing is to be sent again for an hour. */
  @Test
  void noCommandIsSentByBoth() throws Exception {
    var second = newInstance();
    var devices = devices();
    try (var clients = Executors.newFixedThreadPool(10)) {
      send(clients, devices, second, patient(), 3);
    }
    try (var clients = Executors.newFixedThreadPool(10)) {
      devices.forEach(broker::connect);
      send(clients, devices, second, patient(), OF_EACH - 3);
    }
    awaitAllSucceeded();
    for (var one : devices) {
      assertEquals(topics(one), broker.topics(one));
    }
    assertEquals(DEVICES * OF_EACH, broker.received().size());
    assertEquals(0, DATABASE.number("SELECT count(*) FROM command WHERE attempts <> 1"));
  }

  /** Both look, publish and follow; then one is gone in the midst of it. */
  @Test
  void whatOneLeavesThatDiesTheOtherDoes() throws Exception {
    var second = newInstance();
    var devices = devices();
    try (var clients = Executors.newFixedThreadPool(10)) {
      send(clients, devices, second, reboot(), OF_EACH);
    }
    devices.forEach(broker::connect);
    await().atMost(PATIENCE).until(() -> broker.received().size() > 30);
    instance.die();
    awaitAllSucceeded();
    for (var one : devices) {
      // What it was about to write down as sent may come again, and does not overtake.
      assertEquals(topics(one), broker.topics(one).stream().distinct().toList());
    }
    assertEquals(0, DATABASE.number("SELECT sum(open_commands) FROM device_queue"));
  }

  @Test
  void deadlinesThatPassWhileNobodyIsThereAreKept() {
    var taking = known("taking");
    var working = known("working");
    var absent = known("absent");
    broker.connect(taking);
    broker.connect(working);
    broker.devices(Conduct.TAKE);
    var unanswered = instance.send(taking, reboot());
    awaitState(instance, taking, unanswered, "delivered");
    broker.devices(Conduct.WORK);
    var unfinished = instance.send(working, reboot());
    awaitState(instance, working, unfinished, "accepted");
    var unsent = instance.send(absent, reboot());
    instance.die();
    haveNoTimeLeft();
    var front = new Instance(DATABASE, Map.of(), broker).startRequestsOnly();
    instances.add(front);
    assertEquals("delivered", front.read(taking, unanswered).state());
    assertEquals("accepted", front.read(working, unfinished).state());
    assertEquals("queued", front.read(absent, unsent).state());
    newInstance();
    awaitState(front, taking, unanswered, "timed-out");
    awaitState(front, working, unfinished, "timed-out");
    awaitState(front, absent, unsent, "expired");
    assertEquals("no-answer", front.read(taking, unanswered).reason());
    assertEquals("not-finished", front.read(working, unfinished).reason());
    assertEquals("not-sent", front.read(absent, unsent).reason());
  }

  /** As if all had been sent long ago. */
  private static void haveNoTimeLeft() {
    DATABASE.run("UPDATE command SET expires_at = now()");
    DATABASE.run("UPDATE command SET respond_by = now() WHERE respond_by IS NOT NULL");
    DATABASE.run("UPDATE device_queue SET look_at = now()");
  }

  private DeviceAddress known(String id) {
    var one = DeviceAddress.of(tenant, id);
    instance.know(one);
    return one;
  }

  private List<DeviceAddress> devices() {
    List<DeviceAddress> devices = new ArrayList<>();
    for (var i = 0; i < DEVICES; i++) {
      devices.add(known("many-" + i));
    }
    return devices;
  }

  /** Each device is sent so many, in turn at one instance and the other. */
  private void send(
      ExecutorService clients,
      List<DeviceAddress> devices,
      Instance second,
      CommandBody what,
      int count) {
    for (var one : devices) {
      clients.submit(
          () -> {
            var ids = sent.computeIfAbsent(one, key -> new CopyOnWriteArrayList<>());
            for (var i = 0; i < count; i++) {
              ids.add((i % 2 == 0 ? instance : second).send(one, what));
            }
          });
    }
  }

  private static void awaitState(Instance asked, DeviceAddress one, UUID id, String state) {
    await().atMost(PATIENCE).until(() -> asked.read(one, id).state(), state::equals);
  }

  private void awaitAllSucceeded() {
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                DATABASE.number("SELECT count(*) FROM command WHERE state = 'succeeded'")
                    == DEVICES * OF_EACH);
  }

  /** In the order in which they were sent. */
  private List<String> topics(DeviceAddress one) {
    return sent.get(one).stream().map(it -> "command/" + one + "/req/" + it + "/reboot").toList();
  }

  private Instance newInstance() {
    var started = new Instance(DATABASE, Map.of(), broker).start();
    instances.add(started);
    return started;
  }

  private static CommandBody reboot() {
    return reboot(null);
  }

  /** One that is not sent again for an hour. */
  private static CommandBody patient() {
    return reboot(new RetryBody(0, Duration.ofHours(1), Duration.ofHours(1)));
  }

  private static CommandBody reboot(RetryBody retry) {
    return new CommandBody(
        "reboot", null, null, null, null, null, null, Duration.ofHours(1), retry);
  }
}
