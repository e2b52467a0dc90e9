package io.muster.outbox;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.contract.event.OutboxEvent;
import io.muster.contract.message.CarriedProperties;
import io.muster.contract.message.UserProperties;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What MQTT 5 says of a message beside its content. */
class OutboxPropertiesIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final UserProperties TWICE =
      UserProperties.builder().add("long name", "1").add("a", "2").add("long name", "3").build();

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private final RecordingBroker broker = new RecordingBroker();
  private final List<String> givenUp = new CopyOnWriteArrayList<>();

  private static OutboxEntry entry(UserProperties properties, CarriedProperties carried) {
    return new OutboxEntry(
        UUID.randomUUID(),
        "command/acme/d1/res/r1/200",
        1,
        null,
        properties,
        new byte[] {'x'},
        Instant.now(),
        carried);
  }

  private static void append(OutboxEntry... entries) {
    Outbox.append(DATABASE.pool(), List.of(entries)).await().atMost(PATIENCE);
  }

  private OutboxPublisher publisher() {
    var publisher =
        new OutboxPublisher(
            DATABASE.pool(),
            OutboxSettings.defaults()
                .withIntervals(Duration.ofMillis(50), Duration.ofMillis(100), PATIENCE)
                .withPatience(PATIENCE, Duration.ofMillis(10), Duration.ofMillis(50), 5),
            Clock.systemUTC(),
            broker,
            (transaction, event, reason) -> {
              givenUp.add(reason + " " + event.id());
              return Uni.createFrom().voidItem();
            });
    publisher.start();
    return publisher;
  }

  private static List<OutboxEvent> log() {
    return new OutboxLog(DATABASE.pool()).page(0, 10).await().atMost(PATIENCE).items();
  }

  @Test
  void allIsThereForTheBrokerAndInTheLog() {
    var expiresAt = Instant.now().plusSeconds(600).truncatedTo(ChronoUnit.MICROS);
    append(entry(TWICE, new CarriedProperties(1, new byte[] {7, 0}, expiresAt)));
    try (var publisher = publisher()) {
      await().atMost(PATIENCE).until(() -> broker.taken().size() == 1);
      for (var event : List.of(broker.taken().getFirst(), log().getFirst())) {
        assertEquals(TWICE, event.userProperties());
        assertEquals(1, event.payloadFormat());
        assertArrayEquals(new byte[] {7, 0}, event.correlationData());
        assertEquals(expiresAt, event.expiresAt());
      }
    }
  }

  @Test
  void theOrderOfUserPropertiesIsKept() {
    var ordered = UserProperties.builder().add("zz", "1").add("y", "2").add("xxx", "3").build();
    append(entry(ordered, CarriedProperties.NONE), entry(UserProperties.NONE, null));
    try (var publisher = publisher()) {
      await().atMost(PATIENCE).until(() -> broker.taken().size() == 2);
      assertEquals(ordered, broker.taken().getFirst().userProperties());
      assertEquals(UserProperties.NONE, broker.taken().getLast().userProperties());
      assertEquals(CarriedProperties.NONE, broker.taken().getLast().carried());
    }
  }

  /** A replica of before the migration goes on beside this one. */
  @Test
  void rowsOfBeforeAreRead() {
    DATABASE.run(
        "INSERT INTO outbox (id, topic, qos, user_properties, payload, created_at)"
            + " VALUES (gen_random_uuid(), 'event/acme/d1', 1, '{\"a\":\"1\"}', 'x', now())");
    try (var publisher = publisher()) {
      await().atMost(PATIENCE).until(() -> broker.taken().size() == 1);
      assertEquals(UserProperties.of("a", "1"), broker.taken().getFirst().userProperties());
      assertNull(broker.taken().getFirst().expiresAt());
    }
  }

  @Test
  void aReaderOfBeforeFindsWhatItKnows() {
    append(entry(TWICE, CarriedProperties.NONE));
    assertEquals(
        1,
        DATABASE.number(
            "SELECT count(*) FROM outbox WHERE user_properties"
                + " = '{\"a\":\"2\",\"long name\":\"3\"}'"));
  }

  @Test
  void whatHasExpiredIsGivenUpAndNotPublished() {
    broker.goAway();
    var expired = entry(UserProperties.NONE, new CarriedProperties(null, null, Instant.now()));
    var later =
        entry(
            UserProperties.NONE, new CarriedProperties(null, null, Instant.now().plusSeconds(600)));
    append(expired, later);
    try (var publisher = publisher()) {
      await().atMost(PATIENCE).until(() -> givenUp.equals(List.of("EXPIRED " + expired.id())));
      broker.comeBack();
      await().atMost(PATIENCE).until(() -> broker.taken().size() == 1);
      assertEquals(later.id(), broker.taken().getFirst().id());
    }
  }

  @Test
  void theStatementForOneEntryRefusesWhatItCannotHold() {
    assertThrows(
        IllegalArgumentException.class, () -> Outbox.row(entry(TWICE, CarriedProperties.NONE)));
    assertThrows(
        IllegalArgumentException.class,
        () -> Outbox.row(entry(UserProperties.NONE, new CarriedProperties(1, null, null))));
    Outbox.row(entry(UserProperties.of(Map.of("a", "1", "b", "2")), CarriedProperties.NONE));
  }
}
