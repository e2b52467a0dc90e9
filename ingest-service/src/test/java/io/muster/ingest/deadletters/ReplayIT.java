package io.muster.ingest.deadletters;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.empty;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.IngestStack;
import io.muster.ingest.intake.DeadLetterReason;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.specification.RequestSpecification;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Dead letters that are taken in once more, over REST, by the service as it runs. */
@QuarkusTest
@QuarkusTestResource(IngestStack.class)
class ReplayIT {
  private static final AtomicInteger TENANTS = new AtomicInteger();

  @Inject Pool pool;
  IngestStack stack;

  private final String tenant = "replay-" + TENANTS.incrementAndGet();
  private final DeviceAddress device = DeviceAddress.of(tenant, "one");

  @Test
  void aReadingThatTheDatabaseRefusedOnceIsStored() {
    replay(
        letter(
            "telemetry/" + device, "{\"ts\":1000,\"a\":1}", DeadLetterReason.REFUSED_BY_DATABASE));
    assertEquals(
        1,
        count(
            "SELECT count(*) FROM reading r JOIN device d ON d.key = r.device_key WHERE d.tenant = $1"));
  }

  @Test
  void anEventIsStored() {
    replay(letter("event/" + device, "alarm", DeadLetterReason.TOO_OLD));
    assertEquals(
        1,
        count(
            "SELECT count(*) FROM event e JOIN device d ON d.key = e.device_key WHERE d.tenant = $1"));
  }

  @Test
  void aMessageThatNobodyTookIsRelayedAgainAlthoughItsIdIsInTheOutboxAlready() {
    var letter = letter("presence/" + device, "online", DeadLetterReason.EXPIRED_UNDELIVERED);
    inOutbox(letter.id(), letter.topic());
    replay(letter);
    assertEquals(2, count("SELECT count(*) FROM outbox WHERE topic = 'presence/' || $1 || '/one'"));
  }

  @Test
  void aRelayedMessageIsRelayedAlthoughTheAnnouncementOfItsLetterHasItsId() {
    var letter = letter("presence/" + device, "online", DeadLetterReason.REFUSED_BY_DATABASE);
    inOutbox(letter.id(), "platform/ingest/dead-letter/" + device);
    replay(letter);
    assertEquals(1, count("SELECT count(*) FROM outbox WHERE topic = 'presence/' || $1 || '/one'"));
  }

  @Test
  void whatWasReplayedAndExpiredAgainIsReplayedAgain() {
    var first = letter("presence/" + device, "online", DeadLetterReason.EXPIRED_UNDELIVERED);
    inOutbox(first.id(), first.topic());
    replay(first);
    var relayed =
        run("SELECT id FROM outbox WHERE topic = $1 AND id <> $2", first.topic(), first.id())
            .iterator()
            .next()
            .getUUID(0);
    replay(letter(relayed, first.topic(), "online", DeadLetterReason.EXPIRED_UNDELIVERED));
    assertEquals(3, count("SELECT count(*) FROM outbox WHERE topic = 'presence/' || $1 || '/one'"));
  }

  /** Replays a letter, which is gone afterwards. */
  private void replay(DeadLetter letter) {
    letters().post("/" + letter.id() + "/replay").then().statusCode(204);
    letters().get().then().statusCode(200).body("items", empty());
  }

  private RequestSpecification letters() {
    return given()
        .basePath("/api/v1/tenants/" + tenant + "/dead-letters")
        .auth()
        .oauth2(stack.personsToken("operator", tenant));
  }

  private DeadLetter letter(String topic, String payload, DeadLetterReason reason) {
    return letter(UUID.randomUUID(), topic, payload, reason);
  }

  private DeadLetter letter(UUID id, String topic, String payload, DeadLetterReason reason) {
    var bytes = payload.getBytes(StandardCharsets.UTF_8);
    var letter =
        new DeadLetter(
            id,
            device,
            Optional.of(device),
            topic,
            1,
            null,
            Map.of(),
            bytes,
            bytes.length,
            reason,
            null,
            Instant.now());
    await(DeadLetterTable.insert(pool, List.of(letter)));
    return letter;
  }

  private void inOutbox(UUID id, String topic) {
    run(
        "INSERT INTO outbox (id, topic, qos, payload, created_at) VALUES ($1, $2, 1, '', now())",
        id,
        topic);
  }

  private long count(String sql) {
    return run(sql, tenant).iterator().next().getLong(0);
  }

  private RowSet<Row> run(String sql, Object... parameters) {
    return await(pool.preparedQuery(sql).execute(Tuple.wrap(parameters)));
  }

  private static <T> T await(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
  }
}
