package io.muster.ingest.endpoint;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.message.UserProperties;
import io.muster.contract.topic.DownwardTopic;
import io.muster.ingest.intake.Announcement;
import io.muster.ingest.intake.Completion;
import io.muster.ingest.intake.Intake;
import io.muster.ingest.intake.Outcome;
import io.muster.ingest.intake.Publication;
import io.muster.ingest.intake.RefusedPublish;
import io.muster.ingest.relay.Downlink.DownwardMessage;
import io.muster.ingest.sessions.HeldConnections;
import io.muster.ingest.sessions.LostSession;
import io.muster.ingest.sessions.OutgoingMessages;
import io.muster.ingest.sessions.ReplicaIdentity;
import io.muster.ingest.sessions.SessionClaim;
import io.muster.ingest.sessions.SessionEnd;
import io.muster.ingest.sessions.Sessions;
import io.muster.ingest.sessions.StoredSubscription;
import io.muster.ingest.sessions.TakenSession;
import io.opentelemetry.api.OpenTelemetry;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is held of and for connections that were let in. */
class HeldConnectionsTest {
  /** An intake whose receipts and dead letters wait for the test. */
  private static final class SlowIntake implements Intake {
    final FakeIntake rest = new FakeIntake();
    final Queue<Completion> delivered = new ConcurrentLinkedQueue<>();
    final Queue<Completion> letters = new ConcurrentLinkedQueue<>();

    @Override
    public void offer(Publication publication, Completion completion) {
      rest.offer(publication, completion);
    }

    @Override
    public void deadLetter(RefusedPublish refused, Completion completion) {
      letters.add(completion);
    }

    @Override
    public void announce(Announcement announcement, Completion completion) {
      if (announcement.event().equals("delivered")) {
        delivered.add(completion);
      } else {
        rest.announce(announcement, completion);
      }
    }

    @Override
    public boolean storeIsReachable() {
      return true;
    }
  }

  /** Sessions whose end fails the first time. */
  private static final class FaultySessions implements Sessions {
    final FakeSessions rest = new FakeSessions();
    final AtomicInteger ended = new AtomicInteger();

    @Override
    public Uni<TakenSession> take(SessionClaim claim, BooleanSupplier wanted) {
      return rest.take(claim, wanted);
    }

    @Override
    public void ended(SessionEnd end) {
      if (ended.incrementAndGet() == 1) {
        throw new IllegalStateException("a fault of ours");
      }
    }

    @Override
    public Uni<Void> storeSubscriptions(
        long sessionKey, long epoch, List<StoredSubscription> subscriptions) {
      return rest.storeSubscriptions(sessionKey, epoch, subscriptions);
    }

    @Override
    public void forget(DeviceAddress device) {}

    @Override
    public Uni<Boolean> release(long sessionKey, int packetIdentifier) {
      return rest.release(sessionKey, packetIdentifier);
    }

    @Override
    public OutgoingMessages outgoing() {
      return rest.outgoing();
    }

    @Override
    public void compareWith(HeldConnections connections) {}

    @Override
    public void onLost(Consumer<LostSession> lost) {}
  }

  private final FakeAccess access = new FakeAccess();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private DeviceEndpoint endpoint;

  private void start(Intake intake, Sessions sessions, String... settings) {
    var ports =
        new EndpointPorts(
            intake,
            access,
            sessions,
            new ReplicaIdentity("one", new UUID(0, 1)),
            meters,
            OpenTelemetry.noop().getTracer("test"),
            Clock.systemUTC());
    endpoint = new DeviceEndpoint(TestEndpoint.config(TestEndpoint.pairs(settings)), ports);
    endpoint.start();
  }

  @AfterEach
  void stop() {
    endpoint.stop();
  }

  private ProbeClient connected(String client) throws IOException {
    return ProbeClient.connected(endpoint.port(), ProbeClient.connect5(client, FakeAccess.SECRET));
  }

  private double gauge(String name) {
    return meters.get("muster.endpoint." + name).gauge().value();
  }

  @Test
  void userPropertiesCountAgainstWhatAConnectionMayHold() throws IOException {
    var intake = new FakeIntake();
    intake.hold();
    start(intake, new FakeSessions(), "up.window-bytes", "65536");
    try (var client = connected(TestEndpoint.CLIENT)) {
      var publish =
          ProbeClient.publish5(
              TestEndpoint.TELEMETRY,
              1,
              1,
              out -> {
                for (int i = 0; i < 60; i++) {
                  out.write(0x26);
                  out.writeUTF("name-" + i);
                  out.writeUTF("v".repeat(1_200));
                }
              },
              "{}");
      client.send(publish);
      // At the door it was not read either, and held nothing.
      await().until(() -> gauge("paused") == 1 && gauge("memory.bytes") > 72_000);
      intake.letGo();
      assertEquals(0x40, client.hear()[0]);
      await().until(() -> gauge("paused") == 0 && gauge("memory.bytes") == 0);
    }
  }

  private static byte[] publishAs(int alias, String topic) throws IOException {
    return ProbeClient.publish5(
        topic,
        1,
        1,
        out -> {
          out.write(0x23);
          out.writeShort(alias);
        },
        "{}");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void manyOpenExchangesCountUntilTheyAreCompletedOrTheirConnectionEnds(boolean completed)
      throws IOException {
    start(new FakeIntake(), new FakeSessions());
    try (var client = connected(TestEndpoint.CLIENT)) {
      for (int id = 60_000; id < 60_008; id++) {
        client.send(ProbeClient.publish5(TestEndpoint.TELEMETRY, 2, id, out -> {}, "{}")).hear();
      }
      await().until(() -> gauge("in.flight") == 0 && gauge("memory.bytes") == 0);
      client.send(ProbeClient.publish5(TestEndpoint.TELEMETRY, 2, 1, out -> {}, "{}")).hear();
      await().until(() -> gauge("in.flight") == 0 && gauge("memory.bytes") == 8_192);
      if (completed) {
        client.send(pubRel(1)).hear();
        for (int id = 60_000; id < 60_008; id++) {
          client.send(pubRel(id)).hear();
        }
        await().until(() -> gauge("memory.bytes") == 0);
      }
    }
    await().until(() -> gauge("memory.bytes") == 0);
  }

  private static byte[] pubRel(int identifier) {
    return new byte[] {0x62, 2, (byte) (identifier >> 8), (byte) identifier};
  }

  @Test
  void topicAliasesCountUntilTheyAreReplacedOrTheirConnectionEnds() throws IOException {
    start(new FakeIntake(), new FakeSessions(), "up.topic-alias-bytes", "20000");
    try (var client = connected(TestEndpoint.CLIENT)) {
      for (int alias = 1; alias <= 16; alias++) {
        client.send(publishAs(alias, alias + "t".repeat(1_000))).hear();
      }
      await().until(() -> gauge("in.flight") == 0);
      // What the last message held is given back just after that.
      await().until(() -> gauge("memory.bytes") < 16 * 1_100);
      assertTrue(gauge("memory.bytes") > 16 * 1_000);
      // The same again is not counted again.
      client.send(publishAs(16, "16" + "t".repeat(1_000))).hear();
      for (int alias = 1; alias <= 15; alias++) {
        client.send(publishAs(alias, TestEndpoint.TELEMETRY)).hear();
      }
      await().until(() -> gauge("memory.bytes") < 1_100 + 15 * 100);
      assertTrue(gauge("memory.bytes") > 1_000);
    }
    await().until(() -> gauge("memory.bytes") == 0);
  }

  @Test
  void aDeadLettersTopicNameCountsUntilItIsStored() throws IOException {
    var intake = new SlowIntake();
    start(intake, new FakeSessions());
    try (var client = connected(TestEndpoint.CLIENT)) {
      client.send(ProbeClient.publish5("t".repeat(1_000), 1, 1, out -> {}, "{}"));
      await().until(() -> intake.letters.size() == 1);
      assertTrue(gauge("memory.bytes") >= 2_000);
      intake.letters.remove().complete(Outcome.kept());
      await().until(() -> gauge("memory.bytes") == 0);
    }
  }

  @Test
  void whatWasDeliveredCountsUntilItIsStored() throws IOException {
    var intake = new SlowIntake();
    start(intake, new FakeSessions());
    try (var client = connected(TestEndpoint.CLIENT)) {
      client.send(ProbeClient.subscribe5(1, "command/acme/boiler/req/#")).hear();
      var topic = DownwardTopic.parse("command/acme/boiler/req/1/reboot").orElseThrow();
      endpoint.deliver(
          new DownwardMessage(topic, new byte[0], 1, null, null, null, UserProperties.NONE, -1));
      var publish = client.hear();
      assertEquals(0x32, publish[0]);
      var at = 4 + "command/acme/boiler/req/1/reboot".length();
      client.send(new byte[] {0x40, 2, publish[at], publish[at + 1]});
      await().until(() -> intake.delivered.size() == 1);
      assertTrue(gauge("memory.bytes") >= 1_000);
      intake.delivered.remove().complete(Outcome.kept());
      await().until(() -> gauge("memory.bytes") == 0);
    }
  }

  /** Again, should the machine take longer than its credential lasts. */
  private ProbeClient connectedFor(int seconds) {
    var connected = new AtomicReference<ProbeClient>();
    await()
        .ignoreException(IOException.class)
        .until(
            () -> {
              access.validUntil = Instant.now().plusSeconds(seconds);
              connected.set(connected(TestEndpoint.CLIENT));
              return true;
            });
    return connected.get();
  }

  @Test
  void oneConnectionsFaultEndsNoOtherOnesClock() throws IOException {
    var sessions = new FaultySessions();
    // One loop: both connections have the same timer.
    start(new FakeIntake(), sessions, "threads", "1");
    try (var first = connectedFor(2)) {
      assertEquals(-1, first.hearByte());
    }
    try (var second = connectedFor(1)) {
      var disconnect = second.hear();
      assertEquals(0xE0, disconnect[0] & 0xFF);
      assertEquals(0x87, disconnect[2] & 0xFF);
    }
  }
}
