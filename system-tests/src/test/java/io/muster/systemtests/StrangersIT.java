package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import io.muster.contract.id.DeviceAddress;
import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.Http;
import io.muster.systemtests.stack.Metrics;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Whoever does not belong is refused; and each refusal has a line of its own in the log and is
 * counted under its own reason, without a word of the credential.
 */
@ExtendWith(SharedStack.class)
class StrangersIT {
  private static final String CONNECTS = "muster_endpoint_connects_total";
  private static final String VERIFICATIONS = "muster_registry_verifications_total";
  private static final String AT_BROKER = "muster_broker_connections_refused_total";
  private static final String PROBLEMS = "muster_problems_total";
  private static final int CLIENT_IDENTIFIER_NOT_VALID = 0x85;
  private static final int BAD_USER_NAME_OR_PASSWORD = 0x86;
  private static final int NOT_AUTHORIZED = 0x87;
  private static final Duration SOON = Duration.ofSeconds(60);

  private final RunningStack stack;

  StrangersIT(RunningStack stack) {
    this.stack = stack;
  }

  @Test
  void aStrangerIsRefused() {
    var tenant = stack.newTenant();
    var stranger = new TestDevice(DeviceAddress.of(tenant.value(), "stranger"), "x".repeat(43));
    assertRefusedAtEndpoint(stranger, BAD_USER_NAME_OR_PASSWORD, "unknown-device");
  }

  @Test
  void aWrongSecretIsRefused() {
    var device = stack.newDevice(stack.newTenant(), "forgetful");
    assertRefusedAtEndpoint(
        device.withPassword("x".repeat(43)), BAD_USER_NAME_OR_PASSWORD, "wrong-secret");
    connect(device).disconnect();
  }

  @Test
  void aDeviceOfAnotherTenantIsRefused() {
    var device = stack.newDevice(stack.newTenant(), "twin");
    var twin = stack.newDevice(stack.newTenant(), "twin");
    assertRefusedAtEndpoint(
        new TestDevice(twin.address(), device.password()),
        BAD_USER_NAME_OR_PASSWORD,
        "wrong-secret");
  }

  @Test
  void aClientIdentifierOfAnotherDeviceIsRefused() {
    var tenant = stack.newTenant();
    var victim = stack.newDevice(tenant, "victim");
    var thief = stack.newDevice(tenant, "thief");
    var connected = connect(victim);
    var client =
        thief
            .mqtt5Builder(stack.endpointPort(1))
            .identifier(victim.clientIdentifier())
            .buildBlocking();
    var log = stack.logFromNow("ingest");
    var counted =
        stack
            .ingestMetrics(1)
            .rise(
                () -> assertRefused(client, CLIENT_IDENTIFIER_NOT_VALID),
                CONNECTS,
                "outcome=\"client-identifier-not-valid\"");
    assertEquals(1, counted, "not counted");
    log.awaitLine("CONNECT refused: client-identifier-not-valid", "127.0.0.1");
    log.assertNever(thief.password());
    assertTrue(connected.getState().isConnected());
    connected.disconnect();
  }

  @Test
  void aDisabledDeviceIsThrownOutAndRefused() {
    var device = stack.newDevice(stack.newTenant(), "retired");
    var connected = connect(device);
    var url = stack.devices(device.address().tenant()) + "/" + device.address().device();
    var log = stack.logFromNow("ingest");
    var counted =
        stack
            .ingestMetrics(1)
            .rise(
                () -> {
                  stack
                      .http()
                      .send("PATCH", url, stack.tokens().admin(), "{\"enabled\":false}")
                      .expect(200);
                  await().atMost(SOON).until(() -> !connected.getState().isConnected());
                },
                "muster_endpoint_disconnects_total",
                "reason=\"access-withdrawn\"");
    assertEquals(1, counted, "not counted");
    log.awaitLine("Connection ended: access-withdrawn", device.address().toString());
    assertRefusedAtEndpoint(device, NOT_AUTHORIZED, "device-disabled");
    // Whoever guesses hears no more than of a device that is not there.
    assertRefusedAtEndpoint(
        device.withPassword("guessed"), BAD_USER_NAME_OR_PASSWORD, "wrong-secret");
  }

  @Test
  void aPersonsTokenIsRefusedAtTheEndpoint() {
    var device = stack.newDevice(stack.newTenant(), "impersonated");
    assertRefusedAtEndpoint(
        device.withPassword(stack.tokens().admin()),
        BAD_USER_NAME_OR_PASSWORD,
        "no-such-credential");
  }

  @Test
  void aPersonsTokenIsRefusedAtTheEndpointAlsoWhereTokensAreTaken() throws Exception {
    var device = stack.newDevice(stack.newTenant(), "signing");
    new DeviceToken(stack, device.address());
    assertRefusedAtEndpoint(
        device.withPassword(stack.tokens().admin()), BAD_USER_NAME_OR_PASSWORD, "token-signature");
  }

  @Test
  void aViewersTokenIsRefusedWhereItWouldWrite() {
    var tenant = stack.newTenant();
    var viewer = stack.tokens().person("viewer", tenant.value());
    stack.http().get(stack.devices(tenant), viewer).expect(200);
    assertRefusedByRegistry(
        403, viewer, () -> stack.http().post(stack.devices(tenant), viewer, "{\"id\":\"d\"}"));
    var letter = "/dead-letters/00000000-0000-0000-0000-000000000000/replay";
    assertRefusedByIngest(
        403, viewer, () -> stack.http().post(atIngest(tenant.value()) + letter, viewer, null));
  }

  @Test
  void aPersonOfAnotherTenantIsRefused() {
    var tenant = stack.newTenant();
    var other = stack.tokens().person("admin", stack.newTenant().value());
    assertRefusedByRegistry(403, other, () -> stack.http().get(stack.devices(tenant), other));
    assertRefusedByIngest(
        403, other, () -> stack.http().get(atIngest(tenant.value()) + "/dead-letters", other));
  }

  @Test
  void aDevicesTokenIsRefusedAtTheApi() throws Exception {
    var device = stack.newDevice(stack.newTenant(), "signing");
    var token = new DeviceToken(stack, device.address()).mint();
    connect(device.withPassword(token)).disconnect();
    var tenant = device.address().tenant();
    assertRefusedByRegistry(401, token, () -> stack.http().get(stack.devices(tenant), token));
    assertRefusedByIngest(
        401, token, () -> stack.http().get(atIngest(tenant.value()) + "/dead-letters", token));
  }

  @Test
  void nobodyIsRefusedAtTheApi() {
    var tenant = stack.newTenant();
    assertRefusedByRegistry(401, null, () -> stack.http().get(stack.devices(tenant), null));
    assertRefusedByIngest(
        401, null, () -> stack.http().get(atIngest(tenant.value()) + "/dead-letters", null));
  }

  /** And is no error in the log, which anybody could fill with it. */
  @Test
  void whoeverBeginsWithHttp2InClearTextOrNamesNoHostIsRefusedByEachService() throws IOException {
    var logs = List.of(stack.logFromNow("registry"), stack.logFromNow("ingest"));
    for (var service :
        List.of(stack.registry(), stack.ingest(1), stack.command(1), stack.firmware(1))) {
      // Which of the two depends on how far the server reads.
      var preface = answerTo(URI.create(service), "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
      assertTrue(preface.matches("(?s)HTTP/\\S+ (400|501) .*"), service + ": " + preface);
      var nowhere = answerTo(URI.create(service), "GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
      assertTrue(
          nowhere.contains("urn:muster:problem:malformed-request"), service + ": " + nowhere);
    }
    logs.forEach(log -> log.assertNever("HTTP Request to * failed"));
  }

  private static String answerTo(URI service, String bytes) throws IOException {
    try (var socket = new Socket(service.getHost(), service.getPort())) {
      socket.setSoTimeout((int) SOON.toMillis());
      socket.getOutputStream().write(bytes.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void aPersonsTokenIsRefusedAtTheInternalApi() {
    var events = "/internal/v1/events?after=0&limit=1";
    var person = stack.tokens().admin();
    assertRefusedByRegistry(401, person, () -> stack.http().get(stack.registry() + events, person));
    assertRefusedByIngest(401, person, () -> stack.http().get(stack.ingest(1) + events, person));
    assertRefusedByRegistry(401, null, () -> stack.http().get(stack.registry() + events, null));
    stack.http().get(stack.registry() + events, stack.tokens().service("ingest")).expect(200);
  }

  @Test
  void aDeviceIsRefusedAtTheBroker() {
    var device = stack.newDevice(stack.newTenant(), "astray");
    assertRefusedAtBroker(
        device.mqtt5(stack.brokerPort()).toBlocking(),
        "not-a-service",
        device.password(),
        device.userName());
  }

  @Test
  void whoeverHasNoNameIsRefusedAtTheBroker() {
    var nobody =
        MqttClient.builder()
            .useMqttVersion5()
            .serverHost("127.0.0.1")
            .serverPort(stack.brokerPort())
            .identifier("nobody")
            .buildBlocking();
    assertRefusedAtBroker(nobody, "not-a-service", null, "'nobody'");
  }

  @Test
  void aPersonsTokenIsRefusedAtTheBroker() {
    var person =
        MqttClient.builder()
            .useMqttVersion5()
            .serverHost("127.0.0.1")
            .serverPort(stack.brokerPort())
            .identifier("service:registry:999")
            .simpleAuth()
            .username("service:registry")
            .password(stack.tokens().admin().getBytes(StandardCharsets.UTF_8))
            .applySimpleAuth()
            .buildBlocking();
    // Signed with the people's key, which the services' issuer does not have.
    assertRefusedAtBroker(person, "unknown-key", stack.tokens().admin(), "service:registry:999");
  }

  private Mqtt5BlockingClient connect(TestDevice device) {
    var client = device.mqtt5(stack.endpointPort(1)).toBlocking();
    client.connect();
    return client;
  }

  private String atIngest(String tenant) {
    return stack.ingest(1) + "/api/v1/tenants/" + tenant;
  }

  private static void assertRefused(Mqtt5BlockingClient client, int code) {
    var refused = assertThrows(Mqtt5ConnAckException.class, client::connect);
    assertEquals(code, refused.getMqttMessage().getReasonCode().getCode());
  }

  /** By the endpoint, which asks the registry: both tell. */
  private void assertRefusedAtEndpoint(TestDevice device, int code, String reason) {
    var log = stack.logFromNow("ingest");
    var registryLog = stack.logFromNow("registry");
    var client = device.mqtt5(stack.endpointPort(1)).toBlocking();
    var denied = "reason=\"%s\"".formatted(reason);
    var before = stack.registryMetrics().sum(VERIFICATIONS, "decision=\"deny\"", denied);
    var counted =
        stack
            .ingestMetrics(1)
            .rise(() -> assertRefused(client, code), CONNECTS, "outcome=\"%s\"".formatted(reason));
    assertEquals(1, counted, "not counted by the endpoint");
    // The endpoint asks once more when it hears of a change of the device while it is asking.
    assertTrue(
        stack.registryMetrics().sum(VERIFICATIONS, "decision=\"deny\"", denied) > before,
        "not counted by the registry");
    log.awaitLine("CONNECT refused: " + reason, device.address().toString());
    registryLog.awaitLine("Denied " + device.address(), reason);
    log.assertNever(device.password());
    registryLog.assertNever(device.password());
  }

  private void assertRefusedByRegistry(int status, String token, Supplier<Http.Answer> request) {
    assertRefusedOverRest("registry", stack.registryMetrics(), PROBLEMS, status, token, request);
  }

  private void assertRefusedByIngest(int status, String token, Supplier<Http.Answer> request) {
    assertRefusedOverRest("ingest", stack.ingestMetrics(1), PROBLEMS, status, token, request);
  }

  /** The trace id in the answer leads to the line of this refusal and no other. */
  private void assertRefusedOverRest(
      String process,
      Metrics metrics,
      String counter,
      int status,
      String token,
      Supplier<Http.Answer> request) {
    var kind = status == 401 ? "not-authenticated" : "forbidden";
    var label = "type=\"%s\"".formatted(kind);
    var log = stack.logFromNow(process);
    var before = metrics.sum(counter, label);
    var answer = request.get().expect(status);
    assertEquals(before + 1, metrics.sum(counter, label), "not counted");
    assertEquals("urn:muster:problem:" + kind, answer.json().path("type").asText(), answer.body());
    log.awaitLine(
        "Refused: " + kind,
        "/v1/",
        " from 127.0.0.1",
        answer.json().path("traceId").asText("no trace id"));
    if (token != null) {
      log.assertNever(token);
    }
  }

  private void assertRefusedAtBroker(
      Mqtt5BlockingClient client, String reason, String credential, String name) {
    var log = stack.logFromNow("broker");
    var counted =
        stack
            .brokerMetrics()
            .rise(
                () -> assertThrows(Mqtt5ConnAckException.class, client::connect),
                AT_BROKER,
                "reason=\"%s\"".formatted(reason));
    assertEquals(1, counted, "not counted");
    log.awaitLine("refused: connection", name, reason);
    if (credential != null) {
      log.assertNever(credential);
    }
  }
}
