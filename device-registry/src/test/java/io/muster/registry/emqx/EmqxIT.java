package io.muster.registry.emqx;

import static io.muster.registry.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.localstack.postgres.LocalPostgres;
import io.muster.registry.Api;
import io.muster.registry.DeviceCertificates;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import io.restassured.response.Response;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

@RegistryTest
class EmqxIT {
  private static final String AUTHN = "/broker/authn";
  private static final String AUTHZ = "/broker/authz";
  private static final String SESSIONS = "/broker/sessions";

  Tokens tokens;
  LocalPostgres postgres;
  @Inject Heard heard;

  /** Somebody who wants to know. */
  @Singleton
  static class Heard implements SessionReports {
    private final List<SessionReport> reports = new CopyOnWriteArrayList<>();

    @Override
    public Uni<Void> take(SessionReport report) {
      reports.add(report);
      return Uni.createFrom().voidItem();
    }
  }

  @Test
  void letsADeviceInWithItsRulesAndAnEnd() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    var secret = admin.secret(admin.device(tenant, "one")).<String>path("secret");
    var answer = ask(AUTHN, Golden.text("authn-request.json", tenant, "one", secret));
    var allowed = (ObjectNode) Golden.json(answer.asString());
    var end = Instant.ofEpochSecond(allowed.get("expire_at").longValue());
    assertTrue(end.isAfter(Instant.now().plus(Duration.ofMinutes(50))), end.toString());
    assertTrue(end.isBefore(Instant.now().plus(Duration.ofMinutes(61))), end.toString());
    allowed.put("expire_at", 0);
    assertEquals(Golden.json("authn-answer-allow.json", tenant, "one"), allowed);
    admin
        .get(Api.devices(tenant) + "/one/credentials")
        .then()
        .body("items[0].firstUsedAt", notNullValue());
  }

  @Test
  void deniesWithTwoHundredAndNoReason() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    var device = admin.device(tenant, "one");
    var secret = admin.secret(device).<String>path("secret");
    admin.device(tenant, "two");
    var deny = Golden.json("answer-deny.json", tenant, "one");
    for (var body :
        List.of(
            Golden.text("authn-request.json", tenant, "one", "wrong"),
            Golden.text("authn-request.json", tenant, "two", secret),
            Golden.text("authn-request.json", tenant, "three", secret),
            Golden.text("authn-request.json", Api.freshTenant(), "one", secret),
            "{}",
            "[",
            "",
            "{\"clientid\":[]}")) {
      assertEquals(deny, Golden.json(ask(AUTHN, body).asString()), body);
    }
    admin.patch(device, Map.of("enabled", false)).then().statusCode(200);
    assertDenied(AUTHN, Golden.text("authn-request.json", tenant, "one", secret));
  }

  @Test
  void endsNoLaterThanTheCredential() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    var device = admin.device(tenant, "one");
    var end = Instant.now().plusSeconds(600);
    var secret =
        admin
            .post(device + "/credentials", Map.of("kind", "secret", "notAfter", end.toString()))
            .<String>path("secret");
    var answer = ask(AUTHN, Golden.text("authn-request.json", tenant, "one", secret));
    assertEquals(end.getEpochSecond(), answer.<Integer>path("expire_at").longValue());
  }

  @Test
  void aRevokedSecretIsNoticedWithinSeconds() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    var device = admin.device(tenant, "one");
    var created = admin.secret(device);
    var body = Golden.text("authn-request.json", tenant, "one", created.path("secret"));
    ask(AUTHN, body).then().body("result", equalTo("allow"));
    admin.delete(device + "/credentials/" + created.path("id")).then().statusCode(204);
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> ask(AUTHN, body).then().body("result", equalTo("deny")));
  }

  @Test
  void aCertificateLetsInWhomItWasRegisteredFor() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    var device = admin.device(tenant, "one");
    var pem = DeviceCertificates.pem(DeviceCertificates.usual().make());
    admin
        .post(device + "/credentials", Map.of("kind", "certificate", "certificate", pem))
        .then()
        .statusCode(201);
    var body = Golden.MAPPER.createObjectNode();
    body.put("clientid", tenant + ":one").put("certificate", pem);
    ask(AUTHN, body.toString()).then().body("result", equalTo("allow"));
    body.put("clientid", tenant + ":two");
    assertDenied(AUTHN, body.toString());
  }

  @Test
  void aDeviceActsForItselfAndAGatewayForWhatIsBehindIt() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    var other = admin.tenant();
    admin.device(tenant, "gateway");
    admin.device(tenant, "stranger");
    admin.device(other, "behind");
    admin
        .post(Api.devices(tenant), Map.of("id", "behind", "gateway", "gateway"))
        .then()
        .statusCode(201);
    ask(AUTHZ, Golden.text("authz-request-publish.json", tenant, "gateway", ""))
        .then()
        .body("result", equalTo("allow"));
    ask(AUTHZ, Golden.text("authz-request-subscribe.json", tenant, "behind", ""))
        .then()
        .body("result", equalTo("allow"));
    ask(AUTHZ, question(tenant + ":gateway", "publish", "event/" + tenant + "/behind"))
        .then()
        .body("result", equalTo("allow"));
    assertDenied(AUTHZ, question(tenant + ":stranger", "publish", "event/" + tenant + "/behind"));
    assertDenied(AUTHZ, question(tenant + ":behind", "publish", "event/" + tenant + "/gateway"));
    assertDenied(AUTHZ, question(tenant + ":gateway", "publish", "event/" + other + "/behind"));
    assertDenied(AUTHZ, question(tenant + ":nobody", "publish", "event/" + tenant + "/nobody"));
    assertDenied(AUTHZ, question(tenant + ":gateway", "subscribe", "#"));
    assertDenied(AUTHZ, "{}");
    assertDenied(AUTHZ, "{");
  }

  @Test
  void aDisabledDeviceMayDoNothingWithinSeconds() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    var device = admin.device(tenant, "one");
    var body = Golden.text("authz-request-publish.json", tenant, "one", "");
    ask(AUTHZ, body).then().body("result", equalTo("allow"));
    admin.patch(device, Map.of("enabled", false)).then().statusCode(200);
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> ask(AUTHZ, body).then().body("result", equalTo("deny")));
  }

  @Test
  void sessionsAreHeardOfAndWhatIsNoDeviceIsIgnored() {
    var tenant = Api.freshTenant();
    ask(SESSIONS, Golden.text("client-connected.json", tenant, "one", ""), 204);
    ask(SESSIONS, Golden.text("client-disconnected.json", tenant, "one", ""), 204);
    ask(SESSIONS, "{\"event\":\"client.connected\",\"clientid\":\"mqttx\"}", 204);
    ask(SESSIONS, "{", 204);
    var own =
        heard.reports.stream()
            .filter(it -> it.client().device().tenant().value().equals(tenant))
            .map(SessionReport::kind)
            .toList();
    assertEquals(List.of(SessionReport.Kind.CONNECTED, SessionReport.Kind.DISCONNECTED), own);
  }

  @Test
  void whoIsConnectedThereIsOnline() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    var device = admin.device(tenant, "one");
    ask(SESSIONS, Golden.text("client-connected.json", tenant, "one", ""), 204);
    admin.get(device).then().body("presence.status", equalTo("online"));
    ask(SESSIONS, Golden.text("client-disconnected.json", tenant, "one", ""), 204);
    admin.get(device).then().body("presence.status", equalTo("offline"));
  }

  @Test
  void onlyServicesMayAsk() {
    for (var path : List.of(AUTHN, AUTHZ, SESSIONS)) {
      assertProblem(Api.as(null).post(path, "{}"), 401, "not-authenticated");
      assertProblem(Api.as(tokens.admin()).post(path, "{}"), 401, "not-authenticated");
    }
  }

  @Test
  void withTheDatabaseAwayNobodyGetsIn() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    var secret = admin.secret(admin.device(tenant, "one")).<String>path("secret");
    postgres.stop();
    try {
      assertDenied(AUTHN, Golden.text("authn-request.json", tenant, "one", secret));
      assertDenied(AUTHZ, Golden.text("authz-request-publish.json", tenant, "one", ""));
    } finally {
      postgres.restart();
    }
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () ->
                ask(AUTHN, Golden.text("authn-request.json", tenant, "one", secret))
                    .then()
                    .body("result", equalTo("allow")));
  }

  private static String question(String clientId, String action, String topic) {
    return Golden.MAPPER
        .createObjectNode()
        .put("clientid", clientId)
        .put("action", action)
        .put("topic", topic)
        .put("qos", 1)
        .toString();
  }

  private void assertDenied(String path, String body) {
    assertEquals(Golden.json("{\"result\":\"deny\"}"), Golden.json(ask(path, body).asString()));
  }

  private Response ask(String path, String body) {
    return ask(path, body, 200);
  }

  private Response ask(String path, String body, int status) {
    var answer = Api.as(tokens.service()).post(path, body);
    answer.then().statusCode(status);
    return answer;
  }
}
