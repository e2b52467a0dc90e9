package io.muster.localstack.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.localstack.FreePort;
import io.muster.localstack.UserMistake;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RegistryClientTest {
  private static final DeviceAddress DEVICE = DeviceAddress.of("demo", "room-a");

  private static final int SILENCE = -1;

  private final Deque<Answer> answers = new ArrayDeque<>();
  private final List<String> requests = new ArrayList<>();
  private HttpServer server;
  private RegistryClient client;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          var token = exchange.getRequestHeaders().getFirst("Authorization");
          requests.add(exchange.getRequestURI() + " " + body + " " + token);
          var answer = answers.size() > 1 ? answers.remove() : answers.element();
          if (answer.status() == SILENCE) {
            return; // without an answer, and without an end
          }
          var bytes = answer.body().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
    client = new RegistryClient("http://127.0.0.1:" + server.getAddress().getPort(), () -> "token");
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void makesASecret() {
    answers.add(new Answer(201, "{\"id\":\"x\",\"secret\":\"s3cret\"}"));
    assertEquals("s3cret", client.createSecret(DEVICE));
    assertEquals(
        List.of(
            "/api/v1/tenants/demo/devices/room-a/credentials {\"kind\":\"secret\"} Bearer token"),
        requests);
  }

  @Test
  void whatExistsAlreadyIsFine() {
    answers.add(new Answer(409, ""));
    answers.add(new Answer(409, "{}"));
    assertTrue(client.ensureTenant(new TenantId("demo")));
    client.ensureDevice(DEVICE);
    assertEquals(2, requests.size());
  }

  @Test
  void aTenantThatWasDeletedIsNoMistake() {
    answers.add(new Answer(409, "{\"type\":\"urn:muster:problem:tenant-exists\",\"status\":409}"));
    answers.add(new Answer(409, "{\"type\":\"urn:muster:problem:tenant-deleted\",\"status\":409}"));
    var tenant = new TenantId("demo");
    assertTrue(client.ensureTenant(tenant));
    assertFalse(client.ensureTenant(tenant));
  }

  @Test
  void aRegistryWithoutItsDatabaseIsAskedAgain() {
    answers.add(new Answer(503, ""));
    answers.add(new Answer(201, "{}"));
    client.ensureDevice(DEVICE);
    assertEquals(2, requests.size());
  }

  @Test
  void aRegistryThatTakesTooLongIsAskedAgain() {
    answers.add(new Answer(SILENCE, ""));
    answers.add(new Answer(409, "{}"));
    var base = "http://127.0.0.1:" + server.getAddress().getPort();
    new RegistryClient(base, () -> "token", Duration.ofMillis(200)).ensureDevice(DEVICE);
    // More often than twice when the machine is slower than that.
    assertTrue(requests.size() >= 2, requests::toString);
  }

  @Test
  void aRefusalIsASentence() {
    answers.add(new Answer(403, "{\"title\":\"Forbidden\",\"detail\":\"Only admins may.\"}"));
    var tenant = new TenantId("demo");
    var mistake = assertThrows(UserMistake.class, () -> client.ensureTenant(tenant));
    assertEquals(
        "The device registry answered POST /api/v1/tenants with 403: Only admins may.",
        mistake.getMessage());
  }

  @Test
  void aRegistryThatIsAwaySaysHowToFindOut() throws IOException {
    var away = new RegistryClient("http://127.0.0.1:" + FreePort.any(), () -> "token");
    var mistake = assertThrows(UserMistake.class, () -> away.ensureDevice(DEVICE));
    assertTrue(mistake.getMessage().contains("./muster status"), mistake.getMessage());
  }

  private record Answer(int status, String body) {}
}
