package io.muster.registry.emqx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.CredentialProof;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class EmqxClientTest {
  @Test
  void readsWhatEmqxSends() {
    var client = EmqxClient.read(Golden.json("authn-request.json", "acme", "one")).orElseThrow();
    assertEquals(DeviceAddress.of("acme", "one"), client.device());
    assertEquals(new CredentialProof.Secret("secret"), client.proof());
    assertFalse(client.toString().contains("secret"), "a secret is in no log");
  }

  @Test
  void aPasswordOfThreePartsIsAToken() {
    var client =
        EmqxClient.read(Golden.json(Golden.text("authn-request.json", "acme", "one", "a.b.c")));
    assertInstanceOf(CredentialProof.Token.class, client.orElseThrow().proof());
  }

  @Test
  void aCertificateIsToBeOfWhomTheClientIdentifierNames() {
    var der = "MAo=";
    for (var certificate :
        List.of(der, "-----BEGIN CERTIFICATE-----\\nMA\\no=\\n-----END CERTIFICATE-----\\n")) {
      var client =
          EmqxClient.read(
                  Golden.json(
                      "{\"clientid\":\"acme:one\",\"username\":\"x\",\"certificate\":\"%s\"}"
                          .formatted(certificate)))
              .orElseThrow();
      assertEquals(DeviceAddress.of("acme", "one"), client.device());
      assertEquals(new CredentialProof.Certificate(List.of(der)), client.proof());
    }
  }

  @Test
  void whoIsNotWholeIsNobody() {
    for (var body :
        List.of(
            "{}",
            "[]",
            "\"text\"",
            "{\"clientid\":\"acme:one\",\"username\":\"one@acme\"}",
            "{\"clientid\":\"acme:one\",\"username\":\"one@acme\",\"password\":\"\"}",
            "{\"clientid\":\"acme:one\",\"username\":\"one@acme\",\"password\":\"undefined\"}",
            "{\"clientid\":\"acme:one\",\"username\":\"one@acme\",\"password\":null}",
            "{\"clientid\":\"acme:two\",\"username\":\"one@acme\",\"password\":\"x\"}",
            "{\"clientid\":\"acme:ones\",\"username\":\"one@acme\",\"password\":\"x\"}",
            "{\"clientid\":\"one\",\"username\":\"one@acme\",\"password\":\"x\"}",
            "{\"username\":\"one@acme\",\"password\":\"x\"}",
            "{\"clientid\":\"acme:one\",\"username\":\"one\",\"password\":\"x\"}",
            "{\"clientid\":\"acme:one\",\"username\":\"../one@acme\",\"password\":\"x\"}",
            "{\"clientid\":\"acme:one\",\"certificate\":\"undefined\"}",
            "{\"clientid\":{\"a\":1},\"username\":[\"one@acme\"],\"password\":7}")) {
      assertTrue(EmqxClient.read(Golden.json(body)).isEmpty(), body);
    }
  }

  @Test
  void readsWhoConnectedAndWhoWent() {
    var connected =
        EmqxSessions.report(Golden.json("client-connected.json", "acme", "one")).orElseThrow();
    assertEquals(SessionReport.Kind.CONNECTED, connected.kind());
    assertEquals(DeviceAddress.of("acme", "one"), connected.client().device());
    assertEquals(Instant.ofEpochMilli(1764115200123L), connected.at());
    assertEquals("emqx@192.0.2.1", connected.node());
    assertNull(connected.reason());
    var gone =
        EmqxSessions.report(Golden.json("client-disconnected.json", "acme", "one")).orElseThrow();
    assertEquals(SessionReport.Kind.DISCONNECTED, gone.kind());
    assertEquals(Instant.ofEpochMilli(1764115290456L), gone.at());
    assertEquals(connected.at(), gone.connectedAt());
    assertEquals("keepalive_timeout", gone.reason());
  }

  @Test
  void whatIsAboutNoDeviceIsNoReport() {
    for (var body :
        List.of(
            "{}",
            "{\"event\":\"client.connected\",\"clientid\":\"service:ingest:0\",\"connected_at\":\"x\"}",
            "{\"event\":\"client.connected\",\"clientid\":\"mqttx_1\",\"connected_at\":1}",
            "{\"event\":\"message.publish\",\"clientid\":\"acme:one\",\"timestamp\":1}",
            "{\"event\":\"client.connected\",\"clientid\":\"acme:one\"}")) {
      assertTrue(EmqxSessions.report(Golden.json(body)).isEmpty(), body);
    }
  }
}
