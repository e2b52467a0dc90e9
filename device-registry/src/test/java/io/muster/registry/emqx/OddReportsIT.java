package io.muster.registry.emqx;

import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A broker of others tells what cannot be, or cannot be stored: it is not asked to tell it again.
 */
@RegistryTest
class OddReportsIT {
  private static final long YEAR_2900 = 29_348_092_800_000L;

  Tokens tokens;
  private Api admin;
  private String presence;
  private String client;

  @BeforeEach
  void makeADevice() {
    admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    presence = admin.device(tenant, "one") + "/presence";
    client = tenant + ":one";
  }

  @Test
  void nothingIsHeardInTheFuture() {
    report(Map.of("event", "client.connected", "clientid", client, "connected_at", YEAR_2900));
    admin.get(presence).then().body("status", equalTo("online"));
    assertFalse(time("since").isAfter(Instant.now()));
    assertFalse(time("lastSeen").isAfter(Instant.now()));
  }

  @Test
  void aReasonIsShortAndInOneLine() {
    report(
        Map.of(
            "event", "client.connected", "clientid", client, "connected_at", 1, "node", "a\u0000"));
    report(
        Map.of(
            "event",
            "client.disconnected",
            "clientid",
            client,
            "connected_at",
            1,
            "disconnected_at",
            2,
            "reason",
            "tcp\u0000\n" + "x".repeat(5_000)));
    admin.get(presence).then().body("status", equalTo("offline"));
    assertEquals("tcp??" + "x".repeat(55), admin.get(presence).path("reason"));
  }

  @Test
  void whatHappenedAtNoTimeIsIgnored() {
    for (var at : new Object[] {Long.MAX_VALUE, -1, "soon", Map.of()}) {
      report(
          Map.of(
              "event",
              "client.connected",
              "clientid",
              client,
              "connected_at",
              at,
              "timestamp",
              at));
    }
    admin.get(presence).then().body("status", equalTo("unknown"));
  }

  private void report(Map<String, Object> event) {
    Api.as(tokens.service()).post("/broker/sessions", event).then().statusCode(204);
  }

  private Instant time(String member) {
    return Instant.parse(admin.get(presence).path(member));
  }
}
