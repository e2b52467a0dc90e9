package io.muster.ingest.endpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.message.UserProperties;
import io.muster.contract.registry.DeviceLimits;
import io.muster.contract.topic.DownwardTopic;
import io.muster.ingest.endpoint.down.Reachable;
import io.muster.ingest.endpoint.packets.Choices;
import io.muster.ingest.endpoint.packets.GeneratedPackets;
import io.muster.ingest.endpoint.packets.GeneratedPackets.Words;
import io.muster.ingest.endpoint.session.EndReason;
import io.muster.ingest.intake.DeadLetterReason;
import io.muster.ingest.intake.Outcome;
import io.muster.ingest.intake.Publication;
import io.muster.ingest.relay.Downlink.DownwardMessage;
import io.muster.ingest.sessions.ReplicaIdentity;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * A few connections of one device and what stands behind them, all on one thread: packets, answers
 * of registry, database and store, withdrawals, downward messages and time come in the order that
 * {@link Choices} make. When they are used up everything must be given back.
 */
final class FuzzedEndpoint {
  private static final DeviceAddress SENSOR = DeviceAddress.of("acme", "sensor");
  private static final Words WORDS = Words.of("acme", "boiler", FakeAccess.SECRET);
  private static final List<String> DOWNWARD =
      List.of(
          "command/acme/boiler/req/1/on",
          "shadow/acme/boiler/update/delta",
          "firmware/acme/boiler/notify",
          "command/acme/sensor/req/1/on",
          "aws/acme/boiler/shadow/update/delta");
  private static final List<Outcome> OUTCOMES =
      List.of(
          Outcome.kept(),
          Outcome.kept(),
          Outcome.deadLettered(DeadLetterReason.MALFORMED),
          Outcome.refused(Outcome.Refused.Shortage.DATABASE),
          Outcome.refused(Outcome.Refused.Shortage.QUARANTINED),
          Outcome.refused(Outcome.Refused.Shortage.MEMORY));
  private static final int MOST_STEPS = 400;
  private static final int MOST_CLIENTS = 3;

  private final Choices choices;
  private final GeneratedPackets packets;
  private final FakeIntake intake = new FakeIntake();
  private final FakeAccess access = new FakeAccess();
  private final FakeSessions sessions = new FakeSessions();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Map<byte[], Outcome> outcomes = new IdentityHashMap<>();
  private final FuzzedClient[] clients = new FuzzedClient[MOST_CLIENTS];
  private final List<FuzzedClient> gone = new ArrayList<>();
  private final List<Runnable> waitingForTheirTurn = new ArrayList<>();
  private final Shared shared;
  private final int downWindow;
  private long passedMillis;

  /**
   * @param storeHolds whether nothing that is published completes before the choices say so
   */
  FuzzedEndpoint(EndpointConfig config, boolean storeHolds, Choices choices) {
    this.choices = choices;
    packets = new GeneratedPackets(choices, WORDS);
    var identity = new ReplicaIdentity("one", new UUID(0, 1));
    var tracer = OpenTelemetry.noop().getTracer("test");
    shared =
        new Shared(
            config,
            new EndpointPorts(
                intake, access, sessions, identity, meters, tracer, Clock.systemUTC()));
    shared.line.useTimer((task, nanos) -> waitingForTheirTurn.add(task));
    downWindow = config.down().window();
    access.gateways.put(SENSOR, TestEndpoint.DEVICE);
    access.limits = new DeviceLimits(1_000, 4_000);
    intake.judge(this::judge);
    if (storeHolds) {
      intake.hold();
    }
  }

  /** A packet as they come here. */
  static GeneratedPackets.Generated generated(Random random) {
    return new GeneratedPackets(Choices.drawn(random, 200), WORDS).next(true);
  }

  private Outcome judge(Publication publication) {
    var outcome = choices.oneIn(4) ? choices.of(OUTCOMES) : Outcome.kept();
    outcomes.put(publication.payload(), outcome);
    return outcome;
  }

  private Outcome outcome(byte[] payload) {
    var judged = outcomes.get(payload);
    return judged != null
        ? judged
        : intake.letters.stream()
            .filter(letter -> letter.payload() == payload)
            .findAny()
            .map(letter -> Outcome.deadLettered(letter.reason()))
            .orElse(null);
  }

  void run() {
    for (int i = 0; i < MOST_STEPS && choices.areLeft(); i++) {
      step();
      settle(false);
    }
    giveBack();
  }

  private void step() {
    switch (choices.below(16)) {
      case 6, 7 -> beHonest(choices.below(MOST_CLIENTS));
      case 8 -> deliver();
      case 9 -> storeDoes();
      case 10 -> databaseDoes();
      case 11 -> registryDoes();
      case 12 -> somebodyEndsIt();
      case 13 -> close(choices.below(MOST_CLIENTS));
      case 14 -> reads(choices.oneIn(3));
      case 15 -> passTime(choices.of(List.of(1, 30, 1_000, 11_000, 70_000)));
      default -> say(choices.below(MOST_CLIENTS));
    }
  }

  /** What chance alone hardly comes to: a client that hears messages and acknowledges them. */
  private void beHonest(int index) {
    var client = clients[index];
    if (client == null || client.isOver()) {
      close(index);
      var five = choices.below(2) == 0;
      clients[index] = new FuzzedClient(five, shared, this::outcome, downWindow);
      clients[index].send(packets.honestConnectToKeep(five));
      clients[index].send(packets.honestSubscribe(five));
      return;
    }
    var acknowledgement = client.nextAcknowledgement();
    if (acknowledgement != null) {
      for (; acknowledgement != null; acknowledgement = client.nextAcknowledgement()) {
        client.send(acknowledgement);
      }
    } else if (choices.oneIn(2)) {
      client.send(packets.honestSubscribe(client.five));
    } else {
      deliver();
    }
  }

  private void say(int index) {
    if (clients[index] == null || clients[index].isOver() && !choices.oneIn(4)) {
      knock(index);
      return;
    }
    var client = clients[index];
    var bytes = packets.next(client.five).bytes();
    for (int at = 0; at < bytes.length; ) {
      var end =
          choices.oneIn(3) ? Math.min(bytes.length, at + 1 + choices.below(256)) : bytes.length;
      client.send(Arrays.copyOfRange(bytes, at, end));
      at = end;
    }
  }

  private void knock(int index) {
    close(index);
    var five = choices.below(2) == 0;
    var client = new FuzzedClient(five, shared, this::outcome, downWindow);
    clients[index] = client;
    client.send(choices.oneIn(2) ? packets.connect(five).bytes() : packets.honestConnect(five));
  }

  private void close(int index) {
    if (clients[index] != null) {
      clients[index].close();
      gone.add(clients[index]);
      clients[index] = null;
    }
  }

  private void reads(boolean does) {
    var client = clients[choices.below(MOST_CLIENTS)];
    if (client != null) {
      client.reads(!does);
    }
  }

  private void deliver() {
    var to = DownwardTopic.parse(choices.of(DOWNWARD)).orElseThrow();
    var payload = new byte[choices.of(List.of(1, 40, 3_000))];
    var message =
        new DownwardMessage(
            to, payload, choices.below(3), null, null, null, UserProperties.NONE, -1);
    to.device()
        .ifPresent(device -> shared.index.audienceOf(device).forEach(it -> it.deliver(message)));
  }

  private void storeDoes() {
    switch (choices.below(4)) {
      case 0 -> intake.hold();
      case 1, 2 -> {
        if (!intake.held.isEmpty()) {
          intake.letGo(choices.below(intake.held.size()));
        }
      }
      default -> intake.letGo();
    }
  }

  private void databaseDoes() {
    switch (choices.below(4)) {
      case 0 -> {
        sessions.hold();
        sessions.outgoing.hold();
      }
      case 1 -> databaseAnswers();
      case 2 -> {
        sessions.away = true;
        sessions.outgoing.goAway();
      }
      default -> {
        sessions.away = false;
        sessions.outgoing.letGo();
      }
    }
  }

  private void databaseAnswers() {
    sessions.letGo();
    sessions.outgoing.letGo();
  }

  private void registryDoes() {
    switch (choices.below(6)) {
      case 0 -> access.registryAway = !access.registryAway;
      case 1 -> access.mandatesUnknown = !access.mandatesUnknown;
      case 2 -> access.holdGateways();
      case 3 -> access.letGatewaysGo();
      case 4 -> access.answersNever = !access.answersNever;
      default -> access.knowsGateways = !access.knowsGateways;
    }
  }

  private void somebodyEndsIt() {
    switch (choices.below(6)) {
      case 0 -> endAll(EndReason.ACCESS_WITHDRAWN);
      case 1 -> endAll(EndReason.CREDENTIAL_ENDED);
      case 2 -> endAll(EndReason.SHUTTING_DOWN);
      case 3 -> shared.index.gatewaysOf(SENSOR).forEach(it -> it.forget(SENSOR));
      case 4 -> shared.index.gatewaysOf(SENSOR).forEach(it -> it.reconsider(SENSOR));
      default -> {
        if (access.gateways.remove(SENSOR) == null) {
          access.gateways.put(SENSOR, TestEndpoint.DEVICE);
        }
      }
    }
  }

  private void endAll(EndReason reason) {
    for (Reachable connection : shared.index.everybody()) {
      connection.endFromOutside(reason, "by somebody else");
    }
  }

  private void passTime(int millis) {
    passedMillis += millis;
    var nowNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(passedMillis);
    var nowMillis = System.currentTimeMillis() + passedMillis;
    for (var client : clients) {
      if (client != null) {
        client.passTime(millis, nowNanos, nowMillis);
      }
    }
    gone.forEach(client -> client.passTime(millis, nowNanos, nowMillis));
    var turns = List.copyOf(waitingForTheirTurn);
    waitingForTheirTurn.clear();
    turns.forEach(Runnable::run);
  }

  /** Until nothing happens by itself any more. */
  private void settle(boolean calmly) {
    boolean busy;
    do {
      busy = false;
      for (var client : clients) {
        if (client != null) {
          client.runTasks();
          client.arrive(!calmly && choices.oneIn(8));
        }
      }
      for (var client : clients) {
        busy |= client != null && client.hasTasks();
      }
      for (var client : gone) {
        client.runTasks();
        busy |= client.hasTasks();
      }
    } while (busy);
  }

  private void giveBack() {
    access.answersNever = false;
    access.registryAway = false;
    access.mandatesUnknown = false;
    sessions.away = false;
    for (int i = 0; i < 3; i++) {
      intake.letGo();
      databaseAnswers();
      access.letGatewaysGo();
      passTime(100);
      settle(true);
    }
    for (int i = 0; i < MOST_CLIENTS; i++) {
      close(i);
    }
    // Whoever asks the registry for somebody who has gone asks once more.
    passTime(10_000);
    settle(true);
    judgeAll();
  }

  private void judgeAll() {
    var offered = intake.offered.stream().map(it -> it.publication().payload()).toList();
    gone.forEach(client -> client.judge(offered));
    for (var gauge :
        List.of(
            "connections", "knocking", "knocking.bytes", "paused", "in.flight", "memory.bytes")) {
      var left = meters.get("muster.endpoint." + gauge).gauge().value();
      assertEquals(0, left, gauge + " not given back");
    }
    assertEquals(0, meters.get("muster.endpoint.unread.bytes").gauge().value(), "unread bytes");
    assertTrue(shared.index.isEmpty(), "connections that are still reachable");
    assertEquals(sessions.claims.size(), sessions.ends.size(), "sessions taken and ended");
    assertEquals(
        intake.announced("session/connected").size(),
        intake.announced("session/disconnected").size(),
        "connections told of");
  }
}
