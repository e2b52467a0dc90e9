package io.muster.registry.inbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.contract.event.ContractJson;
import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.id.ServiceName;
import io.muster.localstack.postgres.LocalPostgres;
import io.muster.outbox.SharedEffects;
import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import io.quarkus.arc.All;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The database does not take what a device asked for, and never will. */
@RegistryTest
class FailedRequestIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  Tokens tokens;
  LocalPostgres postgres;
  @Inject Pool pool;
  @Inject @All List<InboxHandler> handlers;

  private final AtomicInteger skipped = new AtomicInteger();
  private String tenant;
  private String device;
  private long begin;

  @BeforeEach
  void makeWhatCannotBeStored() throws SQLException {
    var admin = Api.as(tokens.admin());
    tenant = admin.tenant();
    device = admin.device(tenant, "lamp");
    begin = page(Long.MAX_VALUE).next();
    // Of a page each version is in the history; the shadow itself has the last one alone.
    execute(
        "ALTER TABLE registry.shadow_history ADD CONSTRAINT no_poison CHECK"
            + " (reported IS NULL OR reported::text NOT LIKE '%poison%')");
  }

  @AfterEach
  void makeItStorableAgain() throws SQLException {
    execute("ALTER TABLE registry.shadow_history DROP CONSTRAINT no_poison");
  }

  @Test
  void itIsToldSoAndOthersAreAnswered() {
    take(
        update(1, "{\"state\":{\"reported\":{\"a\":1}},\"clientToken\":\"x\"}"),
        update(2, "{\"state\":{\"reported\":{\"a\":\"poison\"}},\"clientToken\":\"y\"}"),
        update(3, "{\"state\":{\"reported\":{\"a\":3}},\"clientToken\":\"z\"}"));
    Awaitility.await().atMost(PATIENCE).until(() -> said("rejected").size() == 1);
    var rejected = said("rejected").getFirst();
    assertEquals(500, rejected.get("code").intValue());
    assertEquals("Internal service failure", rejected.get("message").textValue());
    assertEquals("y", rejected.get("clientToken").textValue());
    Awaitility.await().atMost(PATIENCE).until(() -> said("accepted").size() == 2);
    assertEquals(1, skipped.get());
    var shadow = Api.as(tokens.admin()).get(device + "/shadow");
    assertEquals(2, shadow.<Integer>path("version"));
    assertEquals(3, shadow.<Integer>path("state.reported.a"));
  }

  private void take(OutboxEvent... events) {
    var ofIngest = handlers.stream().filter(it -> it.service().equals(ServiceName.INGEST)).toList();
    var effects =
        new SharedEffects(
            pool,
            PATIENCE,
            "log-of-" + tenant,
            PATIENCE,
            new InboxReader(ofIngest, skipped::incrementAndGet));
    assertEquals(true, effects.isMine().await().atMost(PATIENCE));
    effects.take(new EventPage(List.of(events), events.length, 1)).await().atMost(PATIENCE);
  }

  private OutboxEvent update(long sequence, String payload) {
    return new OutboxEvent(
        sequence,
        UUID.randomUUID(),
        "shadow/" + tenant + "/lamp/update",
        1,
        null,
        Map.of(),
        payload.getBytes(StandardCharsets.UTF_8),
        Instant.now());
  }

  private List<JsonNode> said(String outcome) {
    var topic = "shadow/" + tenant + "/lamp/update/" + outcome;
    return page(begin).items().stream()
        .filter(it -> it.topic().equals(topic))
        .map(FailedRequestIT::json)
        .toList();
  }

  private static JsonNode json(OutboxEvent event) {
    try {
      return ContractJson.mapper().readTree(event.payload());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private EventPage page(long after) {
    var answer =
        Api.as(tokens.service()).get("/internal/v1/events?limit=500&after=" + after).asString();
    try {
      return ContractJson.mapper().readValue(answer, EventPage.class);
    } catch (IOException e) {
      throw new AssertionError(answer, e);
    }
  }

  private void execute(String sql) throws SQLException {
    try (var connection = postgres.connectAsSuperuser();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
