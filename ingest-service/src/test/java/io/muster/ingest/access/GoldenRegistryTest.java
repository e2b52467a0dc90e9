package io.muster.ingest.access;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.contract.Golden;
import io.muster.contract.event.CloudEvent;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.RegistryEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.muster.contract.registry.ClaimAnswer;
import io.muster.contract.registry.ClaimRequest;
import io.muster.contract.registry.CredentialProof;
import io.muster.contract.registry.DeletedTenants;
import io.muster.contract.registry.DeviceLimits;
import io.muster.contract.registry.DeviceScope;
import io.muster.contract.registry.DeviceView;
import io.muster.contract.registry.ProvisionRequest;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.contract.registry.VerifyRequest;
import io.muster.ingest.access.FakeRegistry.Reply;
import io.vertx.mutiny.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the registry says, as the contract's golden payloads have it, is understood here. */
class GoldenRegistryTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final DeviceAddress PUMP = DeviceAddress.of("acme", "pump-1");
  private static final UUID ID = UUID.fromString("0190163d-8694-739b-aea5-966c26f8ad91");
  private static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");

  @TempDir Path folder;

  @Test
  void asksAndUnderstandsOverHttp() throws IOException {
    Files.writeString(folder.resolve("token"), "token-1");
    var vertx = Vertx.vertx();
    try (var registry = new FakeRegistry()) {
      // The first request of a process loads classes: no short waits here.
      var config = new TestConfig(registry.url(), folder.resolve("token"), PATIENCE, 4);
      var client = new HttpRegistryClient(vertx, config);
      var request = new VerifyRequest(PUMP, new CredentialProof.Secret("s3cret"), "192.0.2.7");
      registry.answer(any -> new Reply(200, Golden.text("internal/verify-answer-allow.json")));
      assertEquals(
          new VerifyAnswer.Allowed(PUMP, ID, NOON, new DeviceLimits(10, 1_024)),
          client.verify(request).await().atMost(PATIENCE));
      Golden.assertSameShape(
          "internal/verify-request.json", registry.requests().getFirst().body().getBytes());
      registry.answer(any -> new Reply(200, Golden.text("internal/verify-answer-deny.json")));
      assertEquals(
          new VerifyAnswer.Denied(VerifyAnswer.Reason.WRONG_SECRET),
          client.verify(request).await().atMost(PATIENCE));
      registry.answer(any -> new Reply(200, Golden.text("internal/verify-answer-token.json")));
      assertEquals(
          new VerifyAnswer.Allowed(
              PUMP,
              ID,
              NOON,
              new DeviceLimits(10, 1_024),
              new VerifyAnswer.IssuedToken(ID, Set.of(DeviceScope.FIRMWARE_READ))),
          client.verify(request).await().atMost(PATIENCE));
      registry.answer(any -> new Reply(200, Golden.text("internal/device-view.json")));
      assertEquals(
          Optional.of(new DeviceView(PUMP, true, new DeviceId("gateway-1"), 3)),
          client.device(PUMP).await().atMost(PATIENCE));
      client.close();
    } finally {
      vertx.closeAndAwait();
    }
  }

  @Test
  void asksForDevicesThatAreNobodyYet() throws IOException {
    Files.writeString(folder.resolve("token"), "token-1");
    var vertx = Vertx.vertx();
    try (var registry = new FakeRegistry()) {
      var config = new TestConfig(registry.url(), folder.resolve("token"), PATIENCE, 4);
      var client = new HttpRegistryClient(vertx, config);
      registry.answer(any -> new Reply(200, Golden.text("internal/claim-answer-allow.json")));
      var claim = new ClaimRequest(PUMP.tenant(), "hush", "192.0.2.7");
      assertEquals(new ClaimAnswer.Allowed(ID, NOON), client.claim(claim).await().atMost(PATIENCE));
      Golden.assertSameShape(
          "internal/claim-request.json", registry.requests().getLast().body().getBytes());
      registry.answer(any -> new Reply(200, Golden.text("internal/claim-answer-deny.json")));
      assertEquals(
          new ClaimAnswer.Denied(VerifyAnswer.Reason.CLAIM_EXPIRED),
          client.claim(claim).await().atMost(PATIENCE));
      registry.answer(any -> new Reply(200, Golden.text("internal/provision-reply.json")));
      var request = new ProvisionRequest(PUMP.tenant(), ID, "192.0.2.7", new byte[] {'{', '}'});
      var reply = client.provision(request).await().atMost(PATIENCE);
      assertEquals(409, reply.status());
      assertEquals("{\"status\":409}", new String(reply.payload(), UTF_8));
      Golden.assertSameShape(
          "internal/provision-request.json", registry.requests().getLast().body().getBytes());
      client.close();
    } finally {
      vertx.closeAndAwait();
    }
  }

  @Test
  void asksForTenantsThatWereDeleted() throws IOException {
    Files.writeString(folder.resolve("token"), "token-1");
    var vertx = Vertx.vertx();
    try (var registry = new FakeRegistry()) {
      var config = new TestConfig(registry.url(), folder.resolve("token"), PATIENCE, 4);
      var client = new HttpRegistryClient(vertx, config);
      registry.answer(any -> new Reply(200, Golden.text("internal/deleted-tenants.json")));
      assertEquals(
          new DeletedTenants(List.of(PUMP.tenant(), new TenantId("globex")), 7),
          client.deletedTenants(5, 100).await().atMost(PATIENCE));
      client.close();
    } finally {
      vertx.closeAndAwait();
    }
  }

  @Test
  void understandsItsEvents() {
    assertEquals(new RegistryEvent.TenantDeleted(PUMP.tenant()), read("tenant-deleted"));
    assertEquals(new RegistryEvent.DeviceCreated(PUMP, 1), read("device-created"));
    assertEquals(new RegistryEvent.DeviceDisabled(PUMP, 3), read("device-disabled"));
    assertEquals(new RegistryEvent.DeviceDeleted(PUMP), read("device-deleted"));
    assertEquals(new RegistryEvent.CredentialRevoked(PUMP, ID), read("credential-revoked"));
    assertEquals(
        new RegistryEvent.TokenKeyWithdrawn(PUMP.tenant(), ID), read("token-key-withdrawn"));
  }

  private static RegistryEvent read(String event) {
    var payload = Golden.bytes("events/registry." + event + ".json");
    return RegistryEvents.read(
            new OutboxEvent(
                1,
                ID,
                "platform/registry/" + event + "/acme/pump-1",
                1,
                CloudEvent.CONTENT_TYPE,
                Map.of(),
                payload,
                NOON))
        .orElseThrow();
  }
}
