package io.muster.ingest.relay;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasKey;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.RegistryEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.ServiceName;
import io.muster.contract.message.CarriedProperties;
import io.muster.contract.message.UserProperties;
import io.muster.contract.topic.PlatformTopic;
import io.muster.ingest.IngestStack;
import io.muster.ingest.access.AccessConfig;
import io.muster.ingest.access.DeviceAccess;
import io.muster.ingest.access.FakeRegistry.Reply;
import io.muster.ingest.access.Withdrawal;
import io.muster.outbox.EventIds;
import io.muster.outbox.Outbox;
import io.muster.outbox.OutboxEntry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The outbox, the real broker and back, in the service as it runs. */
@QuarkusTest
@QuarkusTestResource(IngestStack.class)
class RelayIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

  @Inject Pool pool;
  @Inject Relay relay;
  @Inject MeterRegistry meters;
  @Inject DeviceAccess deviceAccess;
  @Inject AccessConfig access;
  IngestStack stack;

  private final EventIds ids = new EventIds(Clock.systemUTC());

  @Test
  void whatDevicesAnswerReachesTheServiceInOrderWithIdAndTrace() {
    try (var command = service(ServiceName.COMMAND).subscribe("command/order/+/res/+/+")) {
      append(answers("order", 0, 50));
      append(answers("order", 50, 100));
      await().atMost(PATIENCE).until(() -> command.payloads().stream().distinct().count() == 100);
      assertEquals(numbers(0, 100), command.payloads().stream().distinct().toList());
      var first = command.received().getFirst();
      assertNotNull(UUID.fromString(ServiceClient.property(first, BrokerLink.ID_PROPERTY)));
      assertTrue(ServiceClient.property(first, "traceparent").contains(TRACE));
      assertEquals("text/plain", first.getContentType().orElseThrow().toString());
    }
    await().atMost(PATIENCE).until(() -> waiting("order") == 0);
  }

  @Test
  void aMessageThatNobodySubscribesToIsSettledAndStaysInTheLog() {
    append(List.of(entry("presence/nobody/d1", "online", Instant.now())));
    await().atMost(PATIENCE).until(() -> waiting("nobody") == 0);
    assertEquals(1, count("SELECT count(*) FROM outbox WHERE topic = 'presence/nobody/d1'"));
  }

  @Test
  void whatTheBrokerRefusesBecomesADeadLetterAndHoldsUpNothing() {
    try (var command = service(ServiceName.COMMAND).subscribe("command/refused/+/res/+/+")) {
      append(
          List.of(
              entry("aws/refused/d1/jobs/no/such/topic", "x", Instant.now()),
              entry("command/refused/d1/res/r1/200", "0", Instant.now())));
      await().atMost(PATIENCE).until(() -> command.payloads().contains("0"));
    }
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                count("SELECT count(*) FROM dead_letter WHERE tenant = 'refused'") == 1
                    && waiting("refused") == 0);
  }

  @Test
  void withTheBrokerAwayTheOutboxWaitsTheLogGoesOnAndTheServiceIsReady() {
    stack.broker().kill();
    try {
      append(answers("away", 0, 20));
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  count(
                          "SELECT count(*) FROM outbox"
                              + " WHERE topic LIKE '%/away/%' AND sequence IS NOT NULL")
                      == 20);
      assertEquals(20, waiting("away"));
      given()
          .when()
          .get("/q/health/ready")
          .then()
          .body("checks.find { it.name == 'relay' }.status", equalTo("UP"));
    } finally {
      stack.broker().restart();
    }
    await().atMost(PATIENCE).until(() -> waiting("away") == 0);
  }

  @Test
  void whatNobodyTookInTimeBecomesADeadLetter() {
    stack.broker().kill();
    try {
      append(
          List.of(
              entry(
                  "command/expired/d1/res/r1/200",
                  "too late",
                  Instant.now().minus(Duration.ofDays(8)))));
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  count(
                          "SELECT count(*) FROM dead_letter WHERE tenant = 'expired'"
                              + " AND device = 'd1' AND reason = 'expired-undelivered'"
                              + " AND payload = 'too late'::bytea")
                      == 1);
      assertEquals(0, waiting("expired"));
    } finally {
      stack.broker().restart();
    }
  }

  @Test
  void aMessageCarriesAllThatItsDeviceSaidOfIt() {
    var properties = UserProperties.builder().add("zz", "1").add("a", "2").add("zz", "3").build();
    var carried = new CarriedProperties(1, new byte[] {7}, Instant.now().plusSeconds(600));
    try (var command = service(ServiceName.COMMAND).subscribe("command/said/+/res/+/+")) {
      append(List.of(saying("command/said/d1/res/r1/200", properties, carried)));
      await().atMost(PATIENCE).until(() -> !command.received().isEmpty());
      var heard = command.received().getFirst();
      assertEquals(
          "zz=1 a=2 zz=3",
          heard.getUserProperties().asList().stream()
              .map(it -> it.getName() + "=" + it.getValue())
              .limit(3)
              .collect(Collectors.joining(" ")));
      assertEquals(1, heard.getPayloadFormatIndicator().orElseThrow().getCode());
      assertEquals(7, heard.getCorrelationData().orElseThrow().get(0));
      var left = heard.getMessageExpiryInterval().orElseThrow();
      assertTrue(left > 500 && left <= 600, () -> left + " seconds");
    }
  }

  private OutboxEntry saying(String topic, UserProperties properties, CarriedProperties carried) {
    return new OutboxEntry(
        ids.next(), topic, 1, null, properties, new byte[] {'x'}, Instant.now(), carried);
  }

  @Test
  void whatExpiresWhileTheBrokerIsAwayBecomesADeadLetter() {
    stack.broker().kill();
    try {
      var soon = new CarriedProperties(null, null, Instant.now().plusSeconds(2));
      append(List.of(saying("command/short/d1/res/r1/200", UserProperties.of("a", "b"), soon)));
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  count(
                          "SELECT count(*) FROM dead_letter WHERE tenant = 'short'"
                              + " AND reason = 'expired-undelivered'"
                              + " AND detail LIKE '%message expiry'"
                              + " AND user_properties = '{\"a\":\"b\"}'")
                      == 1);
      assertEquals(0, waiting("short"));
    } finally {
      stack.broker().restart();
    }
  }

  @Test
  void aServicesMessageToADeviceComesToTheEndpoint() {
    var before = downward();
    try (var command = service(ServiceName.COMMAND)) {
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                command.publish("command/down/d1/req/r1/reboot", "now");
                return downward() > before;
              });
    }
  }

  @Test
  void theLogIsForServicesAlone() {
    append(answers("log", 0, 3));
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                count(
                        "SELECT count(*) FROM outbox"
                            + " WHERE topic LIKE '%/log/%' AND sequence IS NOT NULL")
                    == 3);
    given()
        .auth()
        .oauth2(stack.serviceToken("registry"))
        .queryParam("limit", 1000)
        .when()
        .get("/internal/v1/events")
        .then()
        .statusCode(200)
        .body("items.size()", greaterThanOrEqualTo(3))
        .body("items[0].sequence", equalTo(1))
        .body("oldest", equalTo(1));
    given().when().get("/internal/v1/events").then().statusCode(401);
    given()
        .auth()
        .oauth2(stack.personsToken("admin", "*"))
        .when()
        .get("/internal/v1/events")
        .then()
        .statusCode(401);
    given()
        .auth()
        .oauth2(stack.serviceToken("registry"))
        .queryParam("limit", 100_000)
        .when()
        .get("/internal/v1/events")
        .then()
        .statusCode(400);
  }

  @Test
  void whoIsConnectedIsForServicesAlone() {
    var path = "/internal/v1/sessions";
    var service = stack.serviceToken("command");
    given().auth().oauth2(service).get(path).then().statusCode(200).body("$", hasKey("items"));
    given().auth().oauth2(service).get(path + "?limit=1001").then().statusCode(400);
    given().get(path).then().statusCode(401);
    given().auth().oauth2(stack.personsToken("admin", "*")).get(path).then().statusCode(401);
  }

  @Test
  void aWithdrawalHasItsEffectWithTheNextLookAtTheLog() {
    assertTrue(access.logPollInterval().compareTo(Duration.ofSeconds(5)) < 0);
    var device = DeviceAddress.of("withdrawn", "d1");
    var withdrawals = new CopyOnWriteArrayList<Withdrawal>();
    deviceAccess.onWithdrawal(withdrawals::add);
    var told =
        OutboxEntry.event(
            ids.next(),
            PlatformTopic.of(ServiceName.REGISTRY, "device-disabled", device),
            new RegistryEvent.DeviceDisabled(device, 2),
            Instant.now(),
            Map.of());
    var event =
        new OutboxEvent(
            1,
            told.id(),
            told.topic(),
            1,
            told.contentType(),
            Map.of(),
            told.payload(),
            told.createdAt());
    stack
        .registry()
        .answer(
            request ->
                Reply.json(
                    request.uri().contains("after=0&")
                        ? new EventPage(List.of(event), 1, 1)
                        : new EventPage(List.of(), 1, 1)));
    await().atMost(PATIENCE).until(() -> withdrawals.contains(new Withdrawal.OfDevice(device)));
  }

  private ServiceClient service(ServiceName name) {
    return new ServiceClient(stack.broker().port(), name, stack.serviceToken(name.value()));
  }

  private double downward() {
    return meters.find("muster.downlink.messages").counters().stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  private void append(List<OutboxEntry> entries) {
    pool.withTransaction(transaction -> Outbox.append(transaction, entries))
        .await()
        .atMost(PATIENCE);
    relay.outboxWritten();
  }

  private long waiting(String tenant) {
    return count(
        "SELECT count(*) FROM outbox WHERE topic LIKE '%/" + tenant + "/%' AND settled_at IS NULL");
  }

  private long count(String sql) {
    return pool.query(sql).execute().await().atMost(PATIENCE).iterator().next().getLong(0);
  }

  private List<OutboxEntry> answers(String tenant, int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(n -> entry("command/" + tenant + "/d1/res/r1/200", "" + n, Instant.now()))
        .toList();
  }

  private OutboxEntry entry(String topic, String payload, Instant at) {
    return new OutboxEntry(
        ids.next(),
        topic,
        1,
        "text/plain",
        Map.of("traceparent", "00-" + TRACE + "-b7ad6b7169203331-01"),
        payload.getBytes(StandardCharsets.UTF_8),
        at);
  }

  private static List<String> numbers(int from, int to) {
    return IntStream.range(from, to).mapToObj(Integer::toString).toList();
  }
}
