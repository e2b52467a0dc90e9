package io.muster.ingest.sessions;

import static io.muster.ingest.sessions.TestReplica.NEVER_ENDS;
import static io.muster.ingest.sessions.TestReplica.SHORT_LEASE;
import static io.muster.ingest.sessions.TestReplica.client;
import static io.muster.ingest.sessions.TestReplica.will;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.message.CarriedProperties;
import io.muster.contract.message.UserProperties;
import io.smallrye.mutiny.Uni;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresSessionsIT {
  @TempDir static Path folder;
  private static SessionsDatabase database;

  private final DeviceAddress device = newDevice();
  private TestReplica one;
  private TestReplica two;

  @BeforeAll
  static void startDatabase() {
    // Two replicas in one process would race to set up Mutiny, which a service does only once.
    Uni.createFrom().voidItem().await().indefinitely();
    database = SessionsDatabase.start(folder);
  }

  @AfterAll
  static void stopDatabase() {
    database.close();
  }

  @BeforeEach
  void startReplicas() {
    one = new TestReplica("one", database);
    two = new TestReplica("two", database);
    await().until(() -> one.sessions.isReady() && two.sessions.isReady());
  }

  @AfterEach
  void stopReplicas() {
    one.close();
    two.close();
  }

  private static DeviceAddress newDevice() {
    return DeviceAddress.of("acme", "d" + UUID.randomUUID().toString().substring(0, 8));
  }

  private boolean hasSession() {
    return one.count(
            "SELECT count(*) FROM mqtt_session WHERE client_identifier = $1",
            client(device).value())
        == 1;
  }

  private long wills() {
    return one.count(
        "SELECT count(*) FROM mqtt_will WHERE client_identifier = $1", client(device).value());
  }

  @Test
  void aFirstConnectIsANewSession() {
    var taken = one.take(device, false, NEVER_ENDS);
    assertFalse(taken.present());
    assertEquals(List.of(), taken.subscriptions());
  }

  @Test
  void aPersistentSessionIsPresentAgainWithItsSubscriptionsAtAnotherReplica() {
    var subscription = new StoredSubscription("command/acme/d/req/#", 1, 7);
    var first = one.take(device, false, NEVER_ENDS);
    one.sessions
        .storeSubscriptions(first.sessionKey(), first.epoch(), List.of(subscription))
        .await()
        .indefinitely();
    one.end(device, first, NEVER_ENDS, true);
    var second = two.take(device, false, NEVER_ENDS);
    assertTrue(second.present());
    assertEquals(List.of(subscription), second.subscriptions());
    assertEquals(first.sessionKey(), second.sessionKey());
    assertTrue(second.epoch() > first.epoch());
  }

  @Test
  void aCleanStartForgetsWhatWasBefore() {
    var first = one.take(device, false, NEVER_ENDS);
    one.pool
        .query("INSERT INTO exactly_once VALUES (" + first.sessionKey() + ", 5)")
        .execute()
        .await()
        .indefinitely();
    var second = two.take(device, true, NEVER_ENDS);
    assertFalse(second.present());
    assertNotEquals(first.sessionKey(), second.sessionKey());
    assertFalse(one.sessions.release(first.sessionKey(), 5).await().indefinitely());
  }

  @Test
  void aSessionWithoutExpiryEndsWithItsConnectionAndItsEpochStillGrows() {
    var first = one.take(device, true, 0);
    one.end(device, first, 0, false);
    await().until(() -> !hasSession());
    var second = one.take(device, false, 0);
    assertFalse(second.present());
    assertTrue(second.epoch() > first.epoch());
  }

  @Test
  void aSessionIsGoneWhenItHasExpired() {
    var first = one.take(device, false, 1);
    one.end(device, first, 1, true);
    await().until(() -> !hasSession());
    assertFalse(one.take(device, false, 1).present());
  }

  @Test
  void aTakeoverIsToldToTheReplicaThatLosesAndToNobodyElse() {
    one.take(device, false, NEVER_ENDS);
    two.take(device, false, NEVER_ENDS);
    await().until(() -> !one.lost.isEmpty());
    assertEquals(List.of(new LostSession.TakenOver(one.lastConnection())), one.lost);
    assertEquals(List.of(), two.lost);
  }

  @Test
  void theEndOfAnOlderConnectionDoesNotEndTheNewerOne() {
    var older = one.take(device, false, NEVER_ENDS);
    var newer = two.take(device, false, NEVER_ENDS);
    one.end(device, older, 0, true);
    two.end(device, newer, NEVER_ENDS, true);
    await().until(() -> one.count(connectedSessions(), client(device).value()) == 0);
    assertTrue(two.take(device, false, NEVER_ENDS).present());
  }

  private static String connectedSessions() {
    return "SELECT count(*) FROM mqtt_session WHERE client_identifier = $1 "
        + "AND replica_key IS NOT NULL";
  }

  @Test
  void anEpochSaysWhichOfTwoDatabasesConnectionsIsTheLaterOne() {
    one.take(device, false, NEVER_ENDS);
    // As of a database that was restored, or has just been made.
    one.pool.query("SELECT setval('mqtt_epoch', 5)").execute().await().indefinitely();
    var micros = one.count("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint");
    var later = two.take(device, false, NEVER_ENDS);
    assertTrue(later.epoch() > micros);
    assertTrue(later.epoch() < micros + 60_000_000);
    // Not with each connection: within a second they only grow.
    var last = one.take(device, false, NEVER_ENDS);
    assertTrue(last.epoch() > later.epoch());
    // A clock that is set back does not take the numbers back with it.
    var ahead = last.epoch() + 3_600_000_000L;
    one.pool.query("SELECT setval('mqtt_epoch', " + ahead + ")").execute().await().indefinitely();
    assertEquals(ahead + 1, two.take(device, false, NEVER_ENDS).epoch());
  }

  @Test
  void ofManyConnectsAtOnceEachGetsItsOwnEpochAndOneHoldsTheSession() {
    Set<Long> epochs = ConcurrentHashMap.newKeySet();
    TestReplica.sideBySide(
        40, n -> epochs.add((n % 2 == 0 ? one : two).take(device, false, NEVER_ENDS).epoch()));
    assertEquals(40, epochs.size());
    assertEquals(
        epochs.stream().mapToLong(it -> it).max().getAsLong(),
        one.count(
            "SELECT epoch FROM mqtt_session WHERE client_identifier = $1", client(device).value()));
  }

  @Test
  void theWillOfALostConnectionIsPublishedOnceByWhicheverReplica() {
    var taken = one.take(device, true, 0, will(device, 0));
    one.end(device, taken, 0, true);
    await().until(() -> wills() == 0);
    var published =
        java.util.stream.Stream.concat(one.intake.offered.stream(), two.intake.offered.stream())
            .toList();
    assertEquals(1, published.size());
    var publication = published.getFirst().publication();
    assertEquals("presence/" + device, publication.topic().name());
    assertEquals(device, publication.publisher());
    assertArrayEquals("gone".getBytes(), publication.payload());
    assertTrue(publication.retain());
    assertEquals("text/plain", publication.contentType());
    assertEquals(will(device, 0).userProperties(), publication.userProperties());
    assertEquals(1, publication.carried().payloadFormat());
    assertArrayEquals(new byte[] {7}, publication.carried().correlationData());
    assertEquals(publication.receivedAt().plusSeconds(60), publication.carried().expiresAt());
  }

  @Test
  void aWillOfAReplicaOfBeforeIsPublished() {
    var taken = one.take(device, true, 0, will(device, 0));
    one.pool
        .query(
            "UPDATE mqtt_will SET user_property_list = NULL, payload_format = NULL,"
                + " correlation_data = NULL, expiry_seconds = NULL")
        .execute()
        .await()
        .indefinitely();
    one.end(device, taken, 0, true);
    await().until(() -> wills() == 0);
    var publication =
        java.util.stream.Stream.concat(one.intake.offered.stream(), two.intake.offered.stream())
            .findFirst()
            .orElseThrow()
            .publication();
    assertEquals("unknown", publication.userProperties().get("why"));
    assertEquals(2, publication.userProperties().size());
    assertEquals(CarriedProperties.NONE, publication.carried());
  }

  /** As most wills are. */
  @Test
  void aWillThatSaysNothingBesideItsPayloadIsKept() {
    var bare =
        new StoredWill(
            "presence/" + device,
            new byte[0],
            1,
            false,
            null,
            UserProperties.NONE,
            0,
            CarriedProperties.NONE,
            -1);
    var taken = one.take(device, true, 0, bare);
    assertEquals(1, wills());
    // Left behind, it would be published by the replicas of the next test.
    one.end(device, taken, 0, false);
    await().until(() -> wills() == 0);
  }

  @Test
  void theWillIsForgottenAtAGoodbye() {
    var taken = one.take(device, true, 0, will(device, 0));
    one.end(device, taken, 0, false);
    await().until(() -> wills() == 0);
    assertTrue(one.intake.offered.isEmpty() && two.intake.offered.isEmpty());
  }

  @Test
  void aDelayedWillIsCancelledByAReconnect() {
    var taken = one.take(device, false, NEVER_ENDS, will(device, 60));
    one.end(device, taken, NEVER_ENDS, true);
    await().until(() -> one.count(connectedSessions(), client(device).value()) == 0);
    assertEquals(1, wills());
    two.take(device, false, NEVER_ENDS);
    assertEquals(0, wills());
  }

  @Test
  void aDelayedWillIsPublishedWhenItsTimeHasComeAndNotBefore() {
    var begin = System.nanoTime();
    var taken = one.take(device, false, NEVER_ENDS, will(device, 1));
    one.end(device, taken, NEVER_ENDS, true);
    await().until(() -> wills() == 0);
    assertTrue(Duration.ofNanos(System.nanoTime() - begin).toMillis() >= 1_000);
  }

  @Test
  void theWillIsDueAtTheSessionsEndWhenThatComesFirst() {
    var taken = one.take(device, false, 1, will(device, 3_600));
    one.end(device, taken, 1, true);
    await().until(() -> wills() == 0);
  }

  @Test
  void aTakeoverPublishesAWillWithoutDelay() {
    one.take(device, false, NEVER_ENDS, will(device, 0));
    two.take(device, false, NEVER_ENDS);
    await().until(() -> wills() == 0);
    assertEquals(1, one.intake.offered.size() + two.intake.offered.size());
  }

  @Test
  void whatADeadReplicaHeldIsEndedAndAnnouncedAndItsWillsArePublishedOnce() {
    var dead = new TestReplica("dead", database);
    var devices = IntStream.range(0, 7).mapToObj(i -> newDevice()).toList();
    await().until(dead.sessions::isReady);
    devices.forEach(it -> dead.take(it, false, NEVER_ENDS, will(it, 0)));
    dead.die();
    one.outlive("dead");
    try (var judge = new TestReplica("judge", database.pool(), SHORT_LEASE)) {
      var living = List.of(one, two, judge);
      await().until(() -> offered(living) >= 7);
      await().until(() -> one.count("SELECT count(*) FROM mqtt_will") == 0);
      assertEquals(7, offered(living));
      var held = devices.stream().map(it -> client(it).value()).sorted().toList();
      await().untilAsserted(() -> assertEquals(held, announced(living, held)));
      assertTrue(one.take(devices.getFirst(), false, NEVER_ENDS).present());
      await()
          .until(() -> one.count("SELECT count(*) FROM endpoint_replica WHERE name = 'dead'") == 0);
    }
  }

  private static int offered(List<TestReplica> replicas) {
    return replicas.stream().mapToInt(it -> it.intake.offered.size()).sum();
  }

  private static List<String> announced(List<TestReplica> replicas, List<String> among) {
    return replicas.stream()
        .flatMap(it -> it.disconnectedClients().stream())
        .filter(among::contains)
        .sorted()
        .toList();
  }

  @Test
  void aReplicaThatWasTakenForDeadEndsAllItHasAndGoesOn() {
    // It sees soon whether it still has its lease.
    try (var late = new TestReplica("late", database.pool(), SHORT_LEASE)) {
      await().until(late.sessions::isReady);
      late.take(device, false, NEVER_ENDS);
      late.pool
          .query("UPDATE mqtt_session SET replica_key = NULL, expires_at = now() + interval '1 h'")
          .execute()
          .await()
          .indefinitely();
      late.pool
          .query("DELETE FROM endpoint_replica WHERE name = 'late'")
          .execute()
          .await()
          .indefinitely();
      await().until(() -> late.lost.contains(new LostSession.All()));
      await().until(late.sessions::isReady);
      await().ignoreExceptions().until(() -> late.take(device, false, NEVER_ENDS).present());
    }
  }

  @Test
  void endsThatCameWhileTheDatabaseWasAwayAreWrittenWhenItIsBack() {
    var taken = one.take(device, true, 0);
    database.stop();
    one.end(device, taken, 0, true);
    database.restart();
    await().ignoreExceptions().until(() -> !hasSession());
    assertEquals(List.of(), one.lost, "nobody was taken for dead for a database that was away");
  }

  @Test
  void anIdentifierIsReleasedOnce() {
    var taken = one.take(device, false, NEVER_ENDS);
    one.pool
        .query("INSERT INTO exactly_once VALUES (" + taken.sessionKey() + ", 9)")
        .execute()
        .await()
        .indefinitely();
    assertTrue(one.sessions.release(taken.sessionKey(), 9).await().indefinitely());
    assertFalse(two.sessions.release(taken.sessionKey(), 9).await().indefinitely());
  }

  /** What the intake goes by when a message of an earlier connection comes late. */
  @Test
  void aPubrelTellsOverWhichConnectionTheSessionHasGoneOn() {
    one.take(device, false, NEVER_ENDS);
    assertEquals(0, releasedEpoch());
    var second = one.take(device, false, NEVER_ENDS);
    one.sessions.release(second.sessionKey(), 5).await().indefinitely();
    assertEquals(second.epoch(), releasedEpoch());
    var third = one.take(device, false, NEVER_ENDS);
    assertEquals(second.epoch(), releasedEpoch());
    one.sessions.release(third.sessionKey(), 6).await().indefinitely();
    assertEquals(third.epoch(), releasedEpoch());
  }

  private long releasedEpoch() {
    return one.count(
        "SELECT released_epoch FROM mqtt_session WHERE client_identifier = $1",
        client(device).value());
  }
}
