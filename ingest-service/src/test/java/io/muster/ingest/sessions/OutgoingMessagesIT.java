package io.muster.ingest.sessions;

import static io.muster.ingest.sessions.TestReplica.NEVER_ENDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.message.UserProperties;
import io.muster.ingest.sessions.OutgoingMessage.Message;
import io.smallrye.mutiny.Uni;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is on its way to clients at QoS 2, over connections and replicas. */
class OutgoingMessagesIT {
  private static final Duration WITHIN = Duration.ofSeconds(60);

  @TempDir static Path folder;
  private static SessionsDatabase database;

  private final DeviceAddress device =
      DeviceAddress.of("acme", "d" + UUID.randomUUID().toString().substring(0, 8));
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

  private static Message message(String payload) {
    return new Message(
        "command/acme/d/req/1/on",
        payload.getBytes(),
        1,
        "text/plain",
        "answer/here",
        new byte[] {7},
        UserProperties.builder().add("b", "1").add("a", "2").add("b", "3").build(),
        List.of(7, 9),
        Instant.parse("2030-01-01T00:00:00Z"));
  }

  private static Message bare() {
    return new Message(
        "firmware/acme/d/notify",
        new byte[0],
        null,
        null,
        null,
        null,
        UserProperties.NONE,
        List.of(),
        null);
  }

  private static boolean begin(TestReplica replica, TakenSession by, int identifier, Message it) {
    return replica
        .sessions
        .outgoing()
        .begin(by.sessionKey(), by.epoch(), new OutgoingMessage(identifier, it))
        .await()
        .atMost(WITHIN);
  }

  private static boolean taken(TestReplica replica, TakenSession by, int identifier) {
    var outgoing = replica.sessions.outgoing();
    return outgoing.taken(by.sessionKey(), by.epoch(), identifier).await().atMost(WITHIN);
  }

  private static void over(TestReplica replica, TakenSession by, int identifier) {
    replica
        .sessions
        .outgoing()
        .over(by.sessionKey(), by.epoch(), identifier)
        .await()
        .atMost(WITHIN);
  }

  private long rows(TakenSession of) {
    return one.count(
        "SELECT count(*) FROM outgoing_exactly_once WHERE session_key = $1", of.sessionKey());
  }

  private static List<Integer> identifiers(TakenSession session) {
    return session.outgoing().stream().map(OutgoingMessage::packetIdentifier).toList();
  }

  @Test
  void theNextConnectionHasAllThatWasSaidOfAMessageAtAnotherReplica() {
    var first = one.take(device, false, NEVER_ENDS);
    assertTrue(begin(one, first, 5, message("!")));
    assertTrue(begin(one, first, 3, bare()));
    one.end(device, first, NEVER_ENDS, true);
    var second = two.take(device, false, NEVER_ENDS);
    assertEquals(List.of(5, 3), identifiers(second), "in the order in which they began");
    var kept = second.outgoing().getFirst().message();
    assertEquals("command/acme/d/req/1/on", kept.topic());
    assertArrayEquals("!".getBytes(), kept.payload());
    assertEquals(1, kept.payloadFormat());
    assertEquals("text/plain", kept.contentType());
    assertEquals("answer/here", kept.responseTopic());
    assertArrayEquals(new byte[] {7}, kept.correlationData());
    assertEquals(message("!").userProperties(), kept.userProperties());
    assertEquals(List.of(7, 9), kept.subscriptionIdentifiers());
    assertEquals(Instant.parse("2030-01-01T00:00:00Z"), kept.expiresAt());
    var other = second.outgoing().getLast().message();
    assertNull(other.payloadFormat());
    assertNull(other.contentType());
    assertNull(other.correlationData());
    assertNull(other.expiresAt());
    assertEquals(0, other.payload().length);
    assertTrue(other.userProperties().isEmpty());
  }

  @Test
  void ofWhatTheClientHasOnlyTheIdentifierIsLeft() {
    var first = one.take(device, false, NEVER_ENDS);
    begin(one, first, 5, message("!"));
    assertTrue(taken(one, first, 5));
    var second = two.take(device, false, NEVER_ENDS);
    assertEquals(List.of(5), identifiers(second));
    assertNull(second.outgoing().getFirst().message());
  }

  @Test
  void ofWhatTheClientHasForgottenNothingIsLeft() {
    var first = one.take(device, false, NEVER_ENDS);
    begin(one, first, 5, message("!"));
    begin(one, first, 6, message("!"));
    taken(one, first, 5);
    over(one, first, 5);
    assertEquals(List.of(6), identifiers(two.take(device, false, NEVER_ENDS)));
  }

  @Test
  void anIdentifierIsUsedAgainWhenItIsOver() {
    var first = one.take(device, false, NEVER_ENDS);
    begin(one, first, 5, message("old"));
    taken(one, first, 5);
    over(one, first, 5);
    assertTrue(begin(one, first, 5, message("new")));
    var kept = two.take(device, false, NEVER_ENDS).outgoing().getFirst().message();
    assertArrayEquals("new".getBytes(), kept.payload());
  }

  /** Of a message that was never sent, since the answer was lost. */
  @Test
  void whatAnIdentifierWasKeptForWithoutBeingUsedIsReplaced() {
    var first = one.take(device, false, NEVER_ENDS);
    begin(one, first, 5, message("lost"));
    begin(one, first, 6, bare());
    assertTrue(begin(one, first, 5, message("new")));
    var second = two.take(device, false, NEVER_ENDS);
    assertEquals(List.of(6, 5), identifiers(second));
    assertArrayEquals("new".getBytes(), second.outgoing().getLast().message().payload());
  }

  @Test
  void whatAConnectionSaysThatLostItsSessionHasNoEffect() {
    var older = one.take(device, false, NEVER_ENDS);
    begin(one, older, 5, message("!"));
    var newer = two.take(device, false, NEVER_ENDS);
    assertFalse(begin(one, older, 6, message("late")));
    assertFalse(taken(one, older, 5));
    over(one, older, 5);
    var third = one.take(device, false, NEVER_ENDS);
    assertEquals(List.of(5), identifiers(third));
    assertNotNull(third.outgoing().getFirst().message());
    assertFalse(taken(two, newer, 5));
    assertTrue(taken(one, third, 5));
  }

  /** Whoever takes a session sees all that its former connection may have sent. */
  @Test
  void aTakeoverSeesWhatWasBegunOrPreventsIt() {
    for (int round = 0; round < 20; round++) {
      var holder = one.take(device, false, NEVER_ENDS);
      var before = identifiers(holder).size();
      var begun = new CompletableFuture[8];
      for (int i = 0; i < begun.length; i++) {
        begun[i] =
            one.sessions
                .outgoing()
                .begin(
                    holder.sessionKey(),
                    holder.epoch(),
                    new OutgoingMessage(1 + round * 10 + i, bare()))
                .subscribeAsCompletionStage();
      }
      var next = two.take(device, false, NEVER_ENDS);
      var kept = IntStream.range(0, begun.length).filter(i -> (Boolean) begun[i].join()).count();
      assertEquals(before + kept, identifiers(next).size());
    }
  }

  @Test
  void aCleanStartForgetsAll() {
    var first = one.take(device, false, NEVER_ENDS);
    begin(one, first, 5, message("!"));
    var second = two.take(device, true, NEVER_ENDS);
    assertEquals(List.of(), second.outgoing());
    assertEquals(0, rows(first));
  }

  @Test
  void nothingIsLeftOfASessionThatHasExpired() {
    var first = one.take(device, false, 1);
    begin(one, first, 5, message("!"));
    one.end(device, first, 1, true);
    await().until(() -> rows(first) == 0);
  }

  @Test
  void nothingIsLeftOfASessionThatWasEnded() {
    var first = one.take(device, false, NEVER_ENDS);
    begin(one, first, 5, message("!"));
    one.end(device, first, 0, false);
    await().until(() -> rows(first) == 0);
  }

  @Test
  void aReplicaThatDiesLeavesThemToTheNext() {
    var dead = new TestReplica("dead", database);
    await().until(dead.sessions::isReady);
    var first = dead.take(device, false, NEVER_ENDS);
    begin(dead, first, 5, message("!"));
    begin(dead, first, 6, message("?"));
    taken(dead, first, 5);
    dead.die();
    var second = one.take(device, false, NEVER_ENDS);
    assertEquals(List.of(5, 6), identifiers(second));
    assertNull(second.outgoing().getFirst().message());
    assertNotNull(second.outgoing().getLast().message());
  }

  @Test
  void withTheDatabaseAwayNothingBeginsAndAnswersAreWrittenWhenItIsBack() {
    var first = one.take(device, false, NEVER_ENDS);
    begin(one, first, 5, message("!"));
    begin(one, first, 6, message("!"));
    database.stop();
    var taken =
        one.sessions
            .outgoing()
            .taken(first.sessionKey(), first.epoch(), 5)
            .subscribeAsCompletionStage();
    var over =
        one.sessions
            .outgoing()
            .over(first.sessionKey(), first.epoch(), 6)
            .subscribeAsCompletionStage();
    assertThrows(RuntimeException.class, () -> begin(one, first, 7, bare()));
    assertFalse(taken.isDone());
    database.restart();
    await().until(() -> taken.isDone() && over.isDone());
    assertTrue(taken.join());
    await()
        .ignoreExceptions()
        .until(() -> identifiers(two.take(device, false, NEVER_ENDS)).equals(List.of(5)));
  }
}
