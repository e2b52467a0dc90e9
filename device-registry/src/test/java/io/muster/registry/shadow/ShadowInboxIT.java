package io.muster.registry.shadow;

import static io.muster.registry.shadow.Json.bytes;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.contract.event.ContractJson;
import io.muster.contract.event.DeliveredEvent;
import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.SessionEvent;
import io.muster.contract.event.SubscribedEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.ServiceName;
import io.muster.contract.topic.PlatformTopic;
import io.muster.outbox.OutboxEntry;
import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What ingest's log says, without ingest. */
@RegistryTest
class ShadowInboxIT {
  @Inject ShadowInbox inbox;
  @Inject DeltaResender resender;
  @Inject Pool pool;
  Tokens tokens;
  private String tenant;
  private Api operator;
  private String shadow;
  private DeviceAddress lamp;
  private long begin;

  @BeforeEach
  void makeADevice() {
    tenant = Api.as(tokens.admin()).tenant();
    operator = Api.as(tokens.person("operator", tenant));
    shadow = operator.device(tenant, "lamp") + "/shadow";
    lamp = DeviceAddress.of(tenant, "lamp");
    begin = page(Long.MAX_VALUE, 1).next();
  }

  @Test
  void anUpdateIsAnsweredInItsFamilyAndToldInBoth() throws IOException {
    apply(request("update", "{'state':{'desired':{'on':true}},'clientToken':'t'}"));
    var said = awaitSaid(5);
    assertEquals(
        List.of(
            "shadow/" + lamp + "/update/accepted",
            "shadow/" + lamp + "/update/delta",
            "shadow/" + lamp + "/update/documents",
            "aws/" + lamp + "/shadow/update/delta",
            "aws/" + lamp + "/shadow/update/documents"),
        topics(said));
    for (var message : said) {
      assertEquals("t", json(message).get("clientToken").textValue(), message.topic());
      assertEquals("application/json", message.contentType());
      assertEquals(1, message.qos());
    }
    assertEquals(1, json(said.get(0)).get("version").intValue());
    assertTrue(json(said.get(1)).at("/state/on").booleanValue());
    assertEquals(1, json(said.get(2)).at("/current/version").intValue());
    apply(awsRequest("update", "{'state':{'reported':{'on':true}}}"));
    assertEquals(
        List.of(
            "aws/" + lamp + "/shadow/update/accepted",
            "shadow/" + lamp + "/update/documents",
            "aws/" + lamp + "/shadow/update/documents"),
        topics(awaitSaid(8).subList(5, 8)));
    operator.get(shadow).then().body("version", equalTo(2));
    operator
        .get("/api/v1/tenants/" + tenant + "/devices/lamp/shadow-history")
        .then()
        .body("items.source", equalTo(List.of("device", "device")));
  }

  @Test
  void getAndDeleteAreAnswered() throws IOException {
    apply(
        request("get", ""),
        request("update", "{'state':{'reported':{'a':1}}}"),
        request("get", "{'clientToken':'g'}"),
        awsRequest("delete", "anything"),
        awsRequest("name/config/get", ""));
    var said = awaitSaid(7);
    assertEquals(
        List.of(
            "shadow/" + lamp + "/get/rejected",
            "shadow/" + lamp + "/update/accepted",
            "shadow/" + lamp + "/update/documents",
            "aws/" + lamp + "/shadow/update/documents",
            "shadow/" + lamp + "/get/accepted",
            "aws/" + lamp + "/shadow/delete/accepted",
            "aws/" + lamp + "/shadow/name/config/get/rejected"),
        topics(said));
    var absent = json(said.getFirst());
    assertEquals(404, absent.get("code").intValue());
    assertEquals(
        "No shadow exists with name: '" + tenant + ":lamp'", absent.get("message").textValue());
    assertFalse(absent.has("clientToken"));
    assertEquals(1, json(said.get(4)).at("/state/reported/a").intValue());
    assertEquals("g", json(said.get(4)).get("clientToken").textValue());
    assertEquals(1, json(said.get(5)).get("version").intValue());
    assertEquals(
        "No shadow exists with name: 'config'", json(said.get(6)).get("message").textValue());
    assertEquals(404, operator.get(shadow).statusCode());
  }

  @Test
  void whatIsWrongIsRejectedAndTheRestGoesOn() throws IOException {
    var big = "x".repeat(8_200);
    apply(
        request("update", "{'state':{'desired':[]},'clientToken':'t'}"),
        request("update", "no JSON"),
        request("update", "{'state':{'reported':{'a':1}},'version':4}"),
        request("update", "{'state':{'reported':{'a':'" + big + "'}}}"),
        request("name/a.b/update", "{'state':{}}"),
        request("update", "{'state':{'reported':{'a':1}}}"));
    var said = awaitSaid(8);
    assertEquals(
        List.of(400, 400, 409, 413, 400),
        said.subList(0, 5).stream().map(it -> json(it).get("code").intValue()).toList());
    assertEquals("t", json(said.getFirst()).get("clientToken").textValue());
    assertEquals("shadow/" + lamp + "/name/a.b/update/rejected", said.get(4).topic());
    assertEquals("shadow/" + lamp + "/update/accepted", said.get(5).topic());
    assertEquals(1, json(said.get(5)).get("version").intValue());
  }

  @Test
  void whoAsksTooOftenIsToldSo() throws IOException {
    var requests = new ArrayList<OutboxEvent>();
    // The rate goes by when they came.
    var at = Instant.now();
    for (int i = 0; i < 60; i++) {
      requests.add(eventAt("shadow/" + lamp + "/get", new byte[0], at));
    }
    apply(requests.toArray(OutboxEvent[]::new));
    var codes = awaitSaid(60).stream().map(it -> json(it).get("code").intValue()).toList();
    assertEquals(40, codes.stream().filter(code -> code == 404).count());
    assertEquals(20, codes.stream().filter(code -> code == 429).count());
  }

  @Test
  void manyUpdatesInOneBatchMakeAsManyVersions() {
    var updates = new ArrayList<OutboxEvent>();
    for (int i = 0; i < 30; i++) {
      updates.add(request("update", "{'state':{'reported':{'k" + i + "':" + i + "}}}"));
    }
    apply(updates.toArray(OutboxEvent[]::new));
    var whole = operator.get(shadow);
    assertEquals(30, whole.<Integer>path("version"));
    assertEquals(30, whole.<Map<?, ?>>path("state.reported").size());
    operator
        .get("/api/v1/tenants/" + tenant + "/devices/lamp/shadow-history")
        .then()
        .body("items.size()", equalTo(20))
        .body("items[0].version", equalTo(30))
        .body("items[19].version", equalTo(11));
  }

  @Test
  void updatesFromBothSidesAtOnceLoseNothing() throws Exception {
    var rest =
        java.util.concurrent.CompletableFuture.runAsync(
            () -> {
              for (int i = 0; i < 30; i++) {
                operator.patch(shadow, Map.of("state", Map.of("desired", Map.of("r" + i, i))));
              }
            });
    for (int i = 0; i < 30; i++) {
      apply(
          eventAt(
              "shadow/" + lamp + "/update",
              bytes("{'state':{'reported':{'m" + i + "':" + i + "}}}"),
              Instant.now().plusSeconds(i)));
    }
    rest.get();
    var whole = operator.get(shadow);
    assertEquals(60, whole.<Integer>path("version"));
    assertEquals(30, whole.<Map<?, ?>>path("state.reported").size());
    assertEquals(30, whole.<Map<?, ?>>path("state.desired").size());
  }

  @Test
  void aSubscriberGetsWhatItMissed() throws IOException {
    operator.patch(shadow, Map.of("state", Map.of("desired", Map.of("on", true))));
    operator.patch(shadow + "/config", Map.of("state", Map.of("desired", Map.of("n", 1))));
    operator.patch(shadow + "/calm", Map.of("state", Map.of("reported", Map.of("n", 1))));
    var before = awaitSaid(10).size();
    apply(subscribed("c1", 1, "shadow/" + lamp + "/update/delta"));
    var first = awaitSaid(before + 1).getLast();
    assertEquals("shadow/" + lamp + "/update/delta", first.topic());
    assertTrue(json(first).at("/state/on").booleanValue());
    assertFalse(json(first).has("clientToken"));
    apply(subscribed("c1", 1, "$aws/things/" + tenant + ":lamp/#"));
    assertEquals(
        List.of(
            "aws/" + lamp + "/shadow/name/config/update/delta",
            "aws/" + lamp + "/shadow/update/delta"),
        topics(awaitSaid(before + 3).subList(before + 1, before + 3)).stream().sorted().toList());
    apply(subscribed("c1", 1, "shadow/" + lamp + "/update/accepted", "command/x/y/req/#"));
    apply(request("get", ""));
    assertEquals("shadow/" + lamp + "/get/accepted", awaitSaid(before + 4).getLast().topic());
  }

  @Test
  void aDeltaThatNobodyAcknowledgesIsSentAgainAndOneThatIsDeliveredIsNot() {
    apply(subscribed("c1", 1, "shadow/" + lamp + "/update/delta"));
    operator.patch(shadow, Map.of("state", Map.of("desired", Map.of("on", true))));
    assertEquals(1, pending());
    makeDue();
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> deltas("shadow/" + lamp + "/update/delta").size() == 2);
    // Nobody listens in AWS IoT's family.
    assertEquals(1, deltas("aws/" + lamp + "/shadow/update/delta").size());
    assertEquals(1, pending());
    var last = deltas("shadow/" + lamp + "/update/delta").getLast();
    apply(delivered(UUID.randomUUID()));
    assertEquals(1, pending());
    apply(delivered(last.id()));
    assertEquals(0, pending());
  }

  @Test
  void aDeltaIsSentAgainFiveTimesAndThenWithTheNextSubscription() {
    apply(subscribed("c1", 1, "shadow/" + lamp + "/update/delta"));
    operator.patch(shadow, Map.of("state", Map.of("desired", Map.of("on", true))));
    for (int again = 1; again <= 5; again++) {
      makeDue();
      resendNow();
      awaitDeltas(1 + again);
      assertEquals(1, pending());
    }
    makeDue();
    resendNow();
    assertEquals(0, pending());
    apply(subscribed("c1", 2, "shadow/" + lamp + "/update/delta"));
    // One that had been sent again, too, would be here before it.
    awaitDeltas(7);
    assertEquals(1, pending());
  }

  private void awaitDeltas(int count) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> assertEquals(count, deltas("shadow/" + lamp + "/update/delta").size()));
  }

  private void resendNow() {
    resender.resendDue().await().atMost(Duration.ofSeconds(60));
  }

  @Test
  void instancesThatLookAtOnceSendAnOverdueDeltaOnce() {
    apply(subscribed("c1", 1, "shadow/" + lamp + "/update/delta"));
    operator.patch(shadow, Map.of("state", Map.of("desired", Map.of("on", true))));
    makeDue();
    // The service's own look may be the third.
    Uni.join()
        .all(resender.resendDue(), resender.resendDue())
        .andFailFast()
        .await()
        .atMost(Duration.ofSeconds(60));
    assertEquals(2, writtenDeltas());
    assertEquals(1, pending());
  }

  /** Also those that have no place in the log yet. */
  private long writtenDeltas() {
    return count(
        "SELECT count(*) FROM outbox"
            + " WHERE topic = 'shadow/' || $1::text || '/lamp/update/delta'");
  }

  @Test
  void whatTheDeviceReportedIsNotSentAgain() {
    apply(subscribed("c1", 1, "shadow/" + lamp + "/#"));
    operator.patch(shadow, Map.of("state", Map.of("desired", Map.of("on", true))));
    assertEquals(1, pending());
    apply(request("update", "{'state':{'reported':{'on':true}}}"));
    assertEquals(0, pending());
  }

  @Test
  void nothingIsSentAgainToWhomIsNotThere() {
    operator.patch(shadow, Map.of("state", Map.of("desired", Map.of("on", true))));
    assertEquals(0, pending());
    apply(subscribed("c1", 3, "shadow/" + lamp + "/update/delta"));
    assertEquals(1, pending());
    // Of an older connection: the newer one is still there.
    apply(disconnected("c1", 2));
    assertEquals(1, listeners());
    apply(disconnected("c1", 3));
    assertEquals(0, listeners());
    makeDue();
    Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> pending() == 0);
    assertEquals(2, writtenDeltas());
  }

  @Test
  void aNewConnectionsWordReplacesWhatTheOldOneHeard() {
    apply(
        subscribed("c1", 1, "shadow/" + lamp + "/#", "$aws/things/" + tenant + ":lamp/#"),
        subscribed("c1", 2, "shadow/" + lamp + "/update/delta"));
    assertEquals(1, listeners());
    apply(subscribed("c2", 3, "shadow/" + lamp + "/#"));
    assertEquals(3, listeners());
  }

  @Test
  void whatComesOfADeviceThatIsGoneIsDropped() throws IOException {
    var gone = DeviceAddress.of(tenant, "gone");
    apply(
        eventAt("shadow/" + gone + "/get", new byte[0], Instant.now()),
        eventAt("shadow/" + gone + "/update", bytes("{'state':{}}"), Instant.now()),
        event(
            PlatformTopic.of(ServiceName.INGEST, "session/subscribed", gone),
            new SubscribedEvent("x", 1, List.of("shadow/" + gone + "/#"), Instant.now())),
        request("get", ""));
    assertEquals(List.of("shadow/" + lamp + "/get/rejected"), topics(awaitSaid(1)));
  }

  @Test
  void whatIsNotForItIsNotWanted() {
    assertTrue(inbox.wants(request("get", "")));
    assertTrue(inbox.wants(awsRequest("name/x/update", "")));
    for (var topic :
        List.of(
            "presence/acme/lamp",
            "shadow/acme/lamp/get/accepted",
            "aws/acme/lamp/jobs/get",
            "platform/ingest/session/connected/acme/lamp",
            "platform/ingest/dead-letter/acme/lamp",
            "command/acme/lamp/res/1/200")) {
      assertFalse(inbox.wants(eventAt(topic, new byte[0], Instant.now())), topic);
    }
  }

  @Test
  void anEventThatCannotBeReadStopsNothing() throws IOException {
    apply(
        eventAt("platform/ingest/session/subscribed/" + lamp, bytes("{"), Instant.now()),
        eventAt("platform/ingest/delivered/" + lamp, new byte[] {1, 2}, Instant.now()),
        request("get", ""));
    assertEquals(1, awaitSaid(1).size());
  }

  private void apply(OutboxEvent... events) {
    pool.withTransaction(connection -> inbox.apply(connection, Arrays.asList(events)))
        .await()
        .atMost(Duration.ofSeconds(60));
  }

  private OutboxEvent request(String operation, String payload) {
    return eventAt("shadow/" + lamp + "/" + operation, bytes(payload), Instant.now());
  }

  private OutboxEvent awsRequest(String operation, String payload) {
    return eventAt("aws/" + lamp + "/shadow/" + operation, bytes(payload), Instant.now());
  }

  private OutboxEvent subscribed(String client, long epoch, String... filters) {
    return event(
        PlatformTopic.of(ServiceName.INGEST, "session/subscribed", lamp),
        new SubscribedEvent(tenant + ":" + client, epoch, List.of(filters), Instant.now()));
  }

  private OutboxEvent disconnected(String client, long epoch) {
    return event(
        PlatformTopic.of(ServiceName.INGEST, "session/disconnected", lamp),
        new SessionEvent("r", "b", 1, epoch, tenant + ":" + client, Instant.now(), "client"));
  }

  private OutboxEvent delivered(UUID message) {
    return event(
        PlatformTopic.of(ServiceName.INGEST, "delivered", lamp),
        new DeliveredEvent("shadow/" + lamp + "/update/delta", 1, Instant.now(), message));
  }

  private static OutboxEvent event(PlatformTopic topic, Object data) {
    var entry = OutboxEntry.event(UUID.randomUUID(), topic, data, Instant.now(), Map.of());
    return eventAt(entry.topic(), entry.payload(), entry.createdAt());
  }

  private static OutboxEvent eventAt(String topic, byte[] payload, Instant at) {
    return new OutboxEvent(1, UUID.randomUUID(), topic, 1, null, Map.of(), payload, at);
  }

  private long pending() {
    return count(
        "SELECT count(*) FROM shadow_pending_delta p JOIN shadow s ON s.key = p.shadow_key"
            + " JOIN device d ON d.key = s.device_key JOIN tenant t ON t.key = d.tenant_key"
            + " WHERE t.id = $1");
  }

  private long listeners() {
    return count(
        "SELECT count(*) FROM shadow_listener l JOIN device d ON d.key = l.device_key"
            + " JOIN tenant t ON t.key = d.tenant_key WHERE t.id = $1");
  }

  private long count(String sql) {
    return pool.preparedQuery(sql)
        .execute(Tuple.of(tenant))
        .await()
        .atMost(Duration.ofSeconds(60))
        .iterator()
        .next()
        .getLong(0);
  }

  private void makeDue() {
    pool.query("UPDATE shadow_pending_delta SET resend_at = now() - interval '1 s'")
        .execute()
        .await()
        .atMost(Duration.ofSeconds(60));
  }

  private List<OutboxEvent> deltas(String topic) {
    return said().stream().filter(it -> it.topic().equals(topic)).toList();
  }

  /** To this test's device, in order. */
  private List<OutboxEvent> awaitSaid(int count) {
    Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> said().size() >= count);
    var said = said();
    assertEquals(count, said.size(), () -> topics(said).toString());
    return said;
  }

  private List<OutboxEvent> said() {
    List<OutboxEvent> said = new ArrayList<>();
    var page = page(begin, 500);
    while (!page.items().isEmpty()) {
      page.items().stream()
          .filter(it -> it.topic().contains("/" + lamp + "/"))
          .filter(it -> !it.topic().startsWith("platform/"))
          .forEach(said::add);
      page = page(page.next(), 500);
    }
    return said;
  }

  private static List<String> topics(List<OutboxEvent> events) {
    return events.stream().map(OutboxEvent::topic).toList();
  }

  private static JsonNode json(OutboxEvent event) {
    return ShadowJson.read(event.payload());
  }

  private EventPage page(long after, int limit) {
    var answer =
        Api.as(tokens.service()).get("/internal/v1/events?after=" + after + "&limit=" + limit);
    answer.then().statusCode(200);
    try {
      return ContractJson.mapper().readValue(answer.asString(), EventPage.class);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
