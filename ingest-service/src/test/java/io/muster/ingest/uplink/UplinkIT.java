package io.muster.ingest.uplink;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.UplinkBatch;
import io.muster.contract.event.UplinkBatch.Beginning;
import io.muster.contract.event.UplinkState;
import io.muster.ingest.uplink.StubHub.Mood;
import io.muster.localstack.FreePort;
import io.muster.localstack.postgres.LocalPostgres;
import io.muster.outbox.EventFollower;
import io.muster.outbox.OutboxEntry;
import io.muster.outbox.TimedPool;
import io.muster.rest.problem.RefusedException;
import io.smallrye.mutiny.Uni;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An edge's log on its way into its hub's, both in a real database. */
class UplinkIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int BATCH = 7;

  @TempDir static Path folder;
  private static LocalPostgres postgres;
  private static LogDatabase edge;
  private static LogDatabase hub;

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final List<SiteLogs.Taken> taken = new CopyOnWriteArrayList<>();
  private final List<EventFollower> followers = new ArrayList<>();
  private SiteLogs logs;
  private StubHub link;

  @BeforeAll
  static void start() {
    Uni.createFrom().voidItem().await().indefinitely();
    postgres = LocalPostgres.start(folder, FreePort.any());
    edge = new LogDatabase(postgres, "ingest");
    hub = new LogDatabase(postgres, "command");
  }

  @AfterAll
  static void stop() {
    edge.close();
    hub.close();
    postgres.close();
  }

  @BeforeEach
  void prepare() {
    edge.clear();
    hub.clear();
    logs = siteLogs(2);
    link = new StubHub(logs, "lyon");
  }

  @AfterEach
  void close() {
    followers.forEach(EventFollower::close);
  }

  private SiteLogs siteLogs(int most) {
    return new SiteLogs(new TimedPool(hub.pool(), PATIENCE), most, Clock.systemUTC(), taken::add);
  }

  private EventFollower follow() {
    return follow(PATIENCE);
  }

  /**
   * @param timeout after which an answer counts as lost; of a slow hub, too
   */
  private EventFollower follow(Duration timeout) {
    var effects =
        new UplinkEffects(
            new TimedPool(edge.pool(), PATIENCE),
            edge.log(),
            link,
            Retelling.of("lyon", Clock.systemUTC()),
            new UplinkCounts(meters));
    var follower =
        new EventFollower(
            new EventFollower.Settings(
                "edge", BATCH, Duration.ofMillis(20), timeout, Duration.ofMillis(50)),
            (after, limit) -> edge.log().page(after, limit),
            effects,
            Clock.systemUTC());
    followers.add(follower);
    follower.start();
    return follower;
  }

  private void awaitPosition(long position) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              edge.number();
              assertEquals(position, hub.count("SELECT coalesce(max(position), 0) FROM site_log"));
            });
  }

  private double counted(String name) {
    return meters.counter(name).count();
  }

  /** What devices answered, as the hub's log has it. */
  private static List<String> answersAtTheHub() {
    return hub.events().stream()
        .filter(it -> it.topic().startsWith("command/"))
        .map(it -> new String(it.payload(), StandardCharsets.UTF_8))
        .toList();
  }

  private static List<String> numbers(int from, int to) {
    return IntStream.range(from, to).mapToObj(Integer::toString).toList();
  }

  @Test
  void everyEntryArrivesOnceInOrderAndAsItWas() {
    edge.append(LogEntries.answers(0, 25));
    follow();
    awaitPosition(26); // and the end of what was told again
    assertEquals(numbers(0, 25), answersAtTheHub());
    var sent = edge.events();
    var arrived = hub.events();
    for (int i = 0; i < arrived.size(); i++) {
      assertSameMessage(sent.get(i), arrived.get(i));
    }
    assertTrue(link.sizes().stream().allMatch(size -> size <= BATCH), link.sizes()::toString);
    await().atMost(PATIENCE).until(() -> counted("muster.uplink.messages") == 26);
    assertEquals(0, counted("muster.uplink.missed.messages"));
    edge.append(LogEntries.answers(25, 30));
    awaitPosition(31);
    assertEquals(numbers(0, 30), answersAtTheHub());
  }

  private static void assertSameMessage(OutboxEvent sent, OutboxEvent arrived) {
    assertEquals(sent.id(), arrived.id());
    assertEquals(sent.topic(), arrived.topic());
    assertEquals(sent.contentType(), arrived.contentType());
    assertEquals(sent.userProperties(), arrived.userProperties());
    assertArrayEquals(sent.payload(), arrived.payload());
    assertEquals(sent.createdAt(), arrived.createdAt());
    assertEquals(sent.payloadFormat(), arrived.payloadFormat());
    assertArrayEquals(sent.correlationData(), arrived.correlationData());
    assertEquals(sent.expiresAt(), arrived.expiresAt());
  }

  @Test
  void aHubThatIsAwayGetsAllWhenItIsBack() {
    link.is(Mood.AWAY);
    edge.append(LogEntries.answers(0, 10));
    var follower = follow();
    await().atMost(PATIENCE).until(() -> link.asked() > 2);
    assertTrue(follower.upToDateAt().isEmpty());
    assertTrue(counted("muster.uplink.failures") > 1);
    link.is(Mood.WELL);
    awaitPosition(11);
    assertEquals(numbers(0, 10), answersAtTheHub());
  }

  @Test
  void anAnswerThatIsLostOrNeverComesCostsNoSecondEntry() {
    follow(Duration.ofMillis(400));
    edge.append(LogEntries.answers(0, 10));
    awaitPosition(11);
    for (var mood : List.of(Mood.DYING_AFTER, Mood.SILENT_AFTER)) {
      link.is(mood);
      var before = answersAtTheHub().size();
      edge.append(LogEntries.answers(before, before + 20));
      await().atMost(PATIENCE).until(() -> answersAtTheHub().size() > before);
      link.is(Mood.WELL);
      awaitPosition(before + 21);
      assertEquals(numbers(0, before + 20), answersAtTheHub());
    }
  }

  @Test
  void whatIsRefusedIsNeitherLostNorOvertaken() {
    follow();
    awaitPosition(1);
    link.is(Mood.REFUSING);
    edge.append(LogEntries.answers(0, 3));
    var asked = link.asked();
    await().atMost(PATIENCE).until(() -> link.asked() > asked + 2);
    edge.append(LogEntries.answers(3, 6));
    assertEquals(List.of(), answersAtTheHub());
    link.is(Mood.WELL);
    awaitPosition(7);
    assertEquals(numbers(0, 6), answersAtTheHub());
  }

  @Test
  void anotherInstanceGoesOnAfterAKill() {
    edge.append(LogEntries.answers(0, 10));
    follow().close();
    edge.append(LogEntries.answers(10, 20));
    follow();
    await().atMost(PATIENCE).until(() -> answersAtTheHub().equals(numbers(0, 20)));
  }

  @Test
  void whatExpiredIsCountedAndWhoIsConnectedIsToldAgain() {
    connect("gone", 11);
    connect("here", 12);
    edge.append(List.of(LogEntries.connected("gone", 11), LogEntries.connected("here", 12)));
    var before = follow();
    awaitPosition(7); // it told of both, and whom they hear for, once more
    before.close();
    assertEquals(List.of("acme:gone", "acme:here"), connectedAtTheHub());
    edge.run("DELETE FROM mqtt_session WHERE epoch = 11");
    edge.append(List.of(LogEntries.disconnected("gone", 11)));
    edge.append(LogEntries.answers(0, 5));
    edge.run("DELETE FROM outbox WHERE sequence <= 10");
    follow();
    awaitPosition(16);
    assertEquals(numbers(2, 5), answersAtTheHub());
    assertEquals(3, counted("muster.uplink.missed.messages"));
    assertEquals(3, taken.stream().mapToLong(SiteLogs.Taken::missed).sum());
    assertEquals(List.of("acme:here"), connectedAtTheHub());
    assertEquals(
        List.of("platform/ingest/session/disconnected/acme/gone"),
        topicsAtTheHub("platform/ingest/session/disconnected/"));
  }

  private static void connect(String device, long epoch) {
    edge.run(
        "INSERT INTO endpoint_replica (boot_id, name, lease_until) VALUES"
            + " (gen_random_uuid(), 'ingest-0', now())");
    edge.run(
        """
        INSERT INTO mqtt_session (client_identifier, session_key, epoch, replica_key,
          connection_id, connected_at, expiry_seconds, subscriptions)
        SELECT 'acme:%s', %d, %2$d, max(key), 5, now(), 0,
               '[{"filter": "command/acme/other/req/#"}]'::jsonb FROM endpoint_replica\
        """
            .formatted(device, epoch));
  }

  private static List<String> connectedAtTheHub() {
    List<String> clients = new ArrayList<>();
    hub.run("SELECT client_identifier FROM site_session ORDER BY 1")
        .forEach(row -> clients.add(row.getString(0)));
    return clients;
  }

  private static List<String> topicsAtTheHub(String prefix) {
    return hub.events().stream()
        .map(OutboxEvent::topic)
        .filter(topic -> topic.startsWith(prefix))
        .toList();
  }

  @Test
  void anEmptyDatabaseInPlaceOfTheFormerIsTakenFromItsBeginning() {
    connect("gone", 11);
    edge.append(List.of(LogEntries.connected("gone", 11)));
    edge.append(LogEntries.answers(0, 10));
    var before = follow();
    awaitPosition(14);
    before.close();
    assertEquals(List.of("acme:gone"), connectedAtTheHub());
    edge.clear();
    edge.append(LogEntries.answers(10, 13));
    follow();
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              edge.number();
              return connectedAtTheHub().isEmpty();
            });
    assertEquals(numbers(0, 13), answersAtTheHub());
    assertEquals(4, hub.count("SELECT position FROM site_log"));
    assertEquals(0, counted("muster.uplink.missed.messages"));
  }

  @Test
  void aDatabaseThatWasRestoredSkipsNothingAndDoublesNothing() {
    edge.append(LogEntries.answers(0, 5));
    var before = follow();
    awaitPosition(6);
    var backup = edge.events();
    edge.run("CREATE TABLE IF NOT EXISTS kept AS SELECT * FROM uplink");
    edge.run("TRUNCATE kept");
    edge.run("INSERT INTO kept SELECT * FROM uplink");
    edge.append(LogEntries.answers(5, 10));
    awaitPosition(11);
    before.close();
    // Back to the state of the backup; then it gives the same numbers to others.
    edge.run("DELETE FROM outbox WHERE sequence > " + backup.size());
    edge.run("UPDATE outbox_counter SET last_sequence = " + backup.size());
    edge.run("TRUNCATE uplink");
    edge.run("INSERT INTO uplink SELECT * FROM kept");
    edge.append(LogEntries.answers(10, 18));
    follow();
    await().atMost(PATIENCE).until(() -> answersAtTheHub().size() == 18);
    assertEquals(numbers(0, 18), answersAtTheHub());
    assertEquals(2, counted("muster.uplink.beginnings"));
  }

  @Test
  void aHubThatWasRestoredGetsAgainWhatItLost() {
    edge.append(LogEntries.answers(0, 10));
    var before = follow();
    awaitPosition(11);
    before.close();
    var fourth = edge.events().get(3);
    hub.number();
    hub.run("DELETE FROM outbox WHERE sequence > 4");
    hub.run("UPDATE outbox_counter SET last_sequence = 4");
    hub.run("UPDATE site_log SET position = 4, last_id = '" + fourth.id() + "'");
    follow();
    awaitPosition(11);
    assertEquals(numbers(0, 10), answersAtTheHub());
    assertEquals(1, counted("muster.uplink.beginnings"));
  }

  @Test
  void twoSitesDoNotDisturbEachOtherAndAThirdIsTooMany() {
    take("lyon", LogEntries.answers(0, 3));
    take("aarhus", LogEntries.answers(3, 6));
    assertEquals(numbers(0, 6), answersAtTheHub());
    assertEquals(2, hub.count("SELECT count(*) FROM site_log WHERE position = 3"));
    var refused =
        assertThrows(RefusedException.class, () -> take("porto", LogEntries.answers(6, 7)));
    assertTrue(refused.refusal().toString().contains("sites"), refused::getMessage);
    take("lyon", List.of());
  }

  /** A site begins with these, unless it has begun. */
  private void take(String site, List<OutboxEntry> entries) {
    var log = UUID.randomUUID();
    var nothing = new Beginning(new UplinkState(null, 0, null), 0);
    logs.take(site, new UplinkBatch(log, 0, null, nothing, LogEntries.numbered(0, entries)))
        .await()
        .atMost(PATIENCE);
  }

  @Test
  void aSiteThatIsNoMoreIsForgottenWithItsConnections() {
    take("lyon", List.of(LogEntries.connected("a", 5)));
    take("aarhus", List.of(LogEntries.connected("b", 6)));
    hub.run("UPDATE site_log SET taken_at = now() - interval '2 days' WHERE site = 'lyon'");
    var forgotten = logs.forget(Duration.ofDays(1)).await().atMost(PATIENCE);
    assertEquals(1, forgotten);
    assertEquals(List.of("acme:b"), connectedAtTheHub());
    assertEquals(
        List.of("platform/ingest/session/disconnected/acme/a"),
        topicsAtTheHub("platform/ingest/session/disconnected/"));
    assertEquals(1, hub.count("SELECT count(*) FROM site_log"));
  }

  @Test
  void theHubKnowsWhoIsConnectedAtASiteAndWhatTheyHear() {
    take(
        "lyon",
        List.of(
            LogEntries.connected("a", 5),
            LogEntries.subscribed("a", 5, "command/acme/a/req/#"),
            LogEntries.subscribed("a", 5, "shadow/acme/a/#", "command/acme/a/req/#"),
            LogEntries.connected("b", 6),
            LogEntries.disconnected("b", 6),
            LogEntries.connected("c", 7),
            LogEntries.disconnected("c", 6)));
    // Late, of a site that it has left.
    take("aarhus", List.of(LogEntries.connected("a", 4), LogEntries.disconnected("a", 4)));
    assertEquals(List.of("acme:a", "acme:c"), connectedAtTheHub());
    assertEquals(
        2,
        hub.count(
            "SELECT jsonb_array_length(hears -> 'acme/a') FROM site_session"
                + " WHERE client_identifier = 'acme:a' AND epoch = 5 AND site = 'lyon'"));
  }
}
