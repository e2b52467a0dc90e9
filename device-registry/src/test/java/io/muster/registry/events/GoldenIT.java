package io.muster.registry.events;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.contract.Golden;
import io.muster.contract.event.ContractJson;
import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.CredentialProof;
import io.muster.contract.registry.VerifyRequest;
import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import io.restassured.response.Response;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the registry really says to services looks as the contract's golden payloads do. */
@RegistryTest
class GoldenIT {
  Tokens tokens;
  private Api admin;
  private Api service;
  private String tenant;
  private String device;
  private long begin;

  @BeforeEach
  void makeADevice() throws IOException {
    admin = Api.as(tokens.admin());
    service = Api.as(tokens.service());
    begin = page(Long.MAX_VALUE).next();
    tenant = admin.tenant();
    device = admin.device(tenant, "pump-1");
  }

  @Test
  void answersOfTheInternalInterface() throws IOException {
    var end = Instant.now().plusSeconds(600).truncatedTo(ChronoUnit.SECONDS).toString();
    var secret =
        admin
            .post(device + "/credentials", Map.of("kind", "secret", "notAfter", end))
            .<String>path("secret");
    Golden.assertSameShape("internal/verify-answer-allow.json", verify(secret).asByteArray());
    Golden.assertSameShape("internal/verify-answer-deny.json", verify("wrong").asByteArray());
    admin.device(tenant, "gateway-1");
    admin.patch(device, Map.of("gateway", "gateway-1"));
    var view = service.get("/internal/v1/tenants/" + tenant + "/devices/pump-1");
    assertEquals(200, view.statusCode());
    Golden.assertSameShape("internal/device-view.json", view.asByteArray());
  }

  private Response verify(String secret) throws IOException {
    var request =
        new VerifyRequest(
            DeviceAddress.of(tenant, "pump-1"), new CredentialProof.Secret(secret), "192.0.2.7");
    return service
        .request()
        .contentType("application/json")
        .body(ContractJson.mapper().writeValueAsString(request))
        .post("/internal/v1/credentials/verify");
  }

  @Test
  void events() throws IOException {
    var credential = admin.secret(device).<String>path("id");
    admin.delete(device + "/credentials/" + credential);
    admin.patch(device, Map.of("enabled", false));
    admin.delete(device);
    var names =
        new String[] {"device-created", "credential-revoked", "device-disabled", "device-deleted"};
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> mine().keySet().containsAll(List.of(names)));
    var said = mine();
    for (var name : names) {
      Golden.assertSameShape("events/registry." + name + ".json", said.get(name).payload());
    }
  }

  /** The last event of each name about the device of this test. */
  private Map<String, OutboxEvent> mine() throws IOException {
    var found = new HashMap<String, OutboxEvent>();
    var after = begin;
    while (true) {
      var page = page(after);
      for (var event : page.items()) {
        if (event.topic().endsWith("/" + tenant + "/pump-1")) {
          found.put(event.topic().split("/")[2], event);
        }
      }
      if (page.items().isEmpty()) {
        return found;
      }
      after = page.next();
    }
  }

  private EventPage page(long after) throws IOException {
    var body = service.get("/internal/v1/events?limit=500&after=" + after).asByteArray();
    return ContractJson.mapper().readValue(body, EventPage.class);
  }
}
