package io.muster.contract.event;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.message.CarriedProperties;
import io.muster.contract.message.UserProperties;
import io.muster.contract.registry.ClaimAnswer;
import io.muster.contract.registry.CredentialProof;
import io.muster.contract.registry.DeviceLimits;
import io.muster.contract.registry.DeviceScope;
import io.muster.contract.registry.ProvisionReply;
import io.muster.contract.registry.ProvisionRequest;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.contract.registry.VerifyRequest;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The JSON between services is an interface: its names may not change by accident. */
class ContractJsonTest {
  private static final DeviceAddress PUMP = DeviceAddress.of("acme", "pump-1");
  private static final UUID ID = UUID.fromString("0190163d-8694-739b-aea5-966c26f8ad91");
  private static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");

  @Test
  void writesAVerifyRequest() throws JsonProcessingException {
    var request = new VerifyRequest(PUMP, new CredentialProof.Secret("s3cret"), null);
    var json = ContractJson.mapper().writeValueAsString(request);
    assertEquals(
        "{\"device\":{\"tenant\":\"acme\",\"device\":\"pump-1\"},"
            + "\"proof\":{\"kind\":\"secret\",\"secret\":\"s3cret\"},\"remoteAddress\":null}",
        json);
    assertEquals(request, ContractJson.mapper().readValue(json, VerifyRequest.class));
  }

  @Test
  void saysOnlyWhenItIsSoThatScopesAreEnforced() throws JsonProcessingException {
    var request = new VerifyRequest(PUMP, new CredentialProof.Token("a.b.c"), null, true);
    var json = ContractJson.mapper().writeValueAsString(request);
    assertTrue(json.endsWith(",\"remoteAddress\":null,\"enforcesScopes\":true}"), json);
    assertEquals(request, ContractJson.mapper().readValue(json, VerifyRequest.class));
  }

  @Test
  void saysWhatATokenIsFor() throws JsonProcessingException {
    var token = new VerifyAnswer.IssuedToken(ID, Set.of(DeviceScope.FIRMWARE_READ));
    var allowed = new VerifyAnswer.Allowed(PUMP, ID, NOON, new DeviceLimits(10, 100), token);
    var json = ContractJson.mapper().writerFor(VerifyAnswer.class).writeValueAsString(allowed);
    assertTrue(
        json.endsWith(
            ",\"token\":{\"key\":\"0190163d-8694-739b-aea5-966c26f8ad91\","
                + "\"scopes\":[\"firmware:read\"]}}"),
        json);
    assertEquals(allowed, ContractJson.mapper().readValue(json, VerifyAnswer.class));
    assertFalse(token.grantsAll());
    assertTrue(new VerifyAnswer.IssuedToken(ID, DeviceScope.all()).grantsAll());
  }

  @Test
  void relaysWhatADeviceSaysThatIsNobodyYetByteForByte() throws JsonProcessingException {
    var payload = new byte[] {0, -1, 'x'};
    var request = new ProvisionRequest(PUMP.tenant(), ID, "10.0.0.1", payload);
    var json = ContractJson.mapper().writeValueAsString(request);
    assertEquals(
        "{\"tenant\":\"acme\",\"claim\":\"0190163d-8694-739b-aea5-966c26f8ad91\","
            + "\"remoteAddress\":\"10.0.0.1\",\"payload\":\"AP94\"}",
        json);
    var reply =
        ContractJson.mapper()
            .readValue("{\"status\":409,\"payload\":\"AP94\"}", ProvisionReply.class);
    assertEquals(409, reply.status());
    assertArrayEquals(payload, reply.payload());
    var claim = new ClaimAnswer.Allowed(ID, NOON);
    var written = ContractJson.mapper().writerFor(ClaimAnswer.class).writeValueAsString(claim);
    assertEquals(claim, ContractJson.mapper().readValue(written, ClaimAnswer.class));
  }

  @Test
  void showsNoSecretInItsText() {
    var request = new VerifyRequest(PUMP, new CredentialProof.Secret("s3cret"), "10.0.0.1");
    assertFalse(request.toString().contains("s3cret"));
    var token = new VerifyRequest(PUMP, new CredentialProof.Token("a.b.c"), "10.0.0.1");
    assertFalse(token.toString().contains("a.b.c"));
  }

  @Test
  void readsBothAnswers() throws JsonProcessingException {
    var allowed = new VerifyAnswer.Allowed(PUMP, ID, NOON, new DeviceLimits(10, 100));
    var json = ContractJson.mapper().writerFor(VerifyAnswer.class).writeValueAsString(allowed);
    assertEquals(allowed, ContractJson.mapper().readValue(json, VerifyAnswer.class));
    assertEquals(
        new VerifyAnswer.Denied(VerifyAnswer.Reason.WRONG_SECRET),
        ContractJson.mapper()
            .readValue("{\"decision\":\"deny\",\"reason\":\"WRONG_SECRET\"}", VerifyAnswer.class));
  }

  @Test
  void keepsAPayloadByteForByte() throws JsonProcessingException {
    var payload = new byte[] {0, -1, 'x'};
    var event = new OutboxEvent(7, ID, "event/acme/pump-1", 1, null, Map.of(), payload, NOON);
    var json = ContractJson.mapper().writeValueAsString(event);
    var read = ContractJson.mapper().readValue(json, OutboxEvent.class);
    assertArrayEquals(payload, read.payload());
    assertEquals(NOON, read.createdAt());
  }

  @Test
  void keepsAllThatAnEventSaysBesideItsPayload() throws JsonProcessingException {
    var properties = UserProperties.builder().add("b", "1").add("a", "2").add("b", "3").build();
    var carried = new CarriedProperties(1, new byte[] {7}, NOON);
    var event =
        new OutboxEvent(7, ID, "event/a/b", 1, null, properties, new byte[0], NOON, carried);
    var json = ContractJson.mapper().writeValueAsString(event);
    var read = ContractJson.mapper().readValue(json, OutboxEvent.class);
    assertEquals(properties, read.userProperties());
    assertEquals(1, read.payloadFormat());
    assertArrayEquals(new byte[] {7}, read.correlationData());
    assertEquals(NOON, read.expiresAt());
  }

  /** As it always was, where nothing else is said. */
  @Test
  void writesAnEventThatSaysNoMoreAsBefore() throws JsonProcessingException {
    var event =
        new OutboxEvent(7, ID, "event/a/b", 1, null, Map.of("a", "1"), new byte[] {'x'}, NOON);
    assertEquals(
        "{\"sequence\":7,\"id\":\"%s\",\"topic\":\"event/a/b\",\"qos\":1,".formatted(ID)
            + "\"userProperties\":{\"a\":\"1\"},\"payload\":\"eA==\",\"createdAt\":\"%s\"}"
                .formatted(NOON),
        ContractJson.mapper().writeValueAsString(event));
  }

  @Test
  void understandsANewerProducer() throws JsonProcessingException {
    var page =
        ContractJson.mapper()
            .readValue("{\"items\":[],\"next\":3,\"oldest\":1,\"novel\":true}", EventPage.class);
    assertEquals(3, page.next());
  }

  @Test
  void refusesACloudEventOfAnotherVersion() {
    assertThrows(
        ValueInstantiationException.class,
        () ->
            ContractJson.mapper()
                .readValue(
                    "{\"specversion\":\"0.3\",\"id\":\"%s\",\"source\":\"/x\",\"type\":\"y\"}"
                        .formatted(ID),
                    CloudEvent.class));
  }
}
