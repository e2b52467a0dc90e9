package io.muster.command;

import static io.muster.command.Api.commands;
import static io.muster.command.ProblemMatcher.assertProblem;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.restassured.RestAssured;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** More requests at once than there may be. */
@ServiceTest
class CrowdedIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Pattern OPEN =
      Pattern.compile("(?m)^muster_requests_open(?:\\{\\S*)? (\\S+)$");
  private static final String BODY = "{\"name\":\"go\"}";
  private static final int LONG = 1_000_000;

  CommandStack stack;
  private final List<Socket> sockets = new ArrayList<>();
  private DeviceAddress device;
  private String token;
  private Api api;

  @BeforeEach
  void makeADevice() {
    device = DeviceAddress.of(Api.freshTenant(), "d1");
    stack.registry().add(device);
    token = stack.person("operator", device.tenant().value());
    api = Api.as(token);
    api.get(commands(device)).then().statusCode(200);
    awaitNobody();
  }

  @AfterEach
  void hangUp() throws IOException {
    for (var socket : sockets) {
      socket.close();
    }
    awaitNobody();
  }

  private static void awaitNobody() {
    await().pollDelay(Duration.ZERO).atMost(PATIENCE).untilAsserted(() -> assertEquals(0, open()));
  }

  @Test
  void oneMoreThanThereMayBeIsRefusedAndTheOthersGoOn() throws IOException {
    for (var i = 0; i < CommandStack.REQUESTS_AT_ONCE; i++) {
      begin(token, BODY.length());
    }
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertEquals(CommandStack.REQUESTS_AT_ONCE, open()));
    var refused = api.get(commands(device));
    assertProblem(refused, 503, "unavailable").header("Retry-After", equalTo("2"));
    assertProblem(api.send(device, Map.of("name", "go")), 503, "unavailable");
    Api.as(null).get("/q/health/live").then().statusCode(200);
    // There is nothing, but services are not kept out by people.
    Api.as(null).get("/internal/v1/x").then().statusCode(404);
    assertTrue(end(sockets.getFirst()).startsWith("HTTP/1.1 201 "));
    await().atMost(PATIENCE).until(() -> api.get(commands(device)).statusCode() == 200);
  }

  @Test
  void longBodiesThatDoNotComeKeepOutLongOnesAlone() throws IOException {
    begin(token, LONG);
    begin(token, LONG);
    await().atMost(PATIENCE).untilAsserted(() -> assertEquals(2, open()));
    assertTrue(answer(begin(token, LONG)).startsWith("HTTP/1.1 503 "));
    assertTrue(answer(beginWithoutLength()).startsWith("HTTP/1.1 503 "));
    api.sent(device, Map.of("name", "go"));
    RestAssured.given().body("x".repeat(LONG)).post("/internal/v1/x").then().statusCode(404);
    sockets.getFirst().close();
    await().atMost(PATIENCE).untilAsserted(() -> assertEquals(1, open()));
    begin(token, LONG);
    await().atMost(PATIENCE).untilAsserted(() -> assertEquals(2, open()));
  }

  @Test
  void whoDoesNotBelongHereTakesNoRoom() throws IOException {
    for (var i = 0; i < CommandStack.REQUESTS_AT_ONCE + 5; i++) {
      begin("no token", LONG);
    }
    for (var socket : sockets) {
      assertTrue(answer(socket).startsWith("HTTP/1.1 401 "));
    }
    api.get(commands(device)).then().statusCode(200);
  }

  /** A request whose body does not come. */
  private Socket begin(String bearer, int length) throws IOException {
    return begin(bearer, "Content-Length: " + length);
  }

  private Socket beginWithoutLength() throws IOException {
    return begin(token, "Transfer-Encoding: chunked");
  }

  private Socket begin(String bearer, String framing) throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), RestAssured.port);
    sockets.add(socket);
    socket.setSoTimeout((int) PATIENCE.toMillis());
    write(
        socket,
        """
        POST %s HTTP/1.1\r
        Host: localhost\r
        Authorization: Bearer %s\r
        Content-Type: application/json\r
        %s\r
        \r
        """
            .formatted(commands(device), bearer, framing));
    return socket;
  }

  private static String end(Socket socket) throws IOException {
    write(socket, BODY);
    return answer(socket);
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    socket.getOutputStream().flush();
  }

  /** Its first line, or more. */
  private static String answer(Socket socket) throws IOException {
    return new String(socket.getInputStream().readNBytes(13), StandardCharsets.UTF_8);
  }

  /** How many requests are under way. */
  private static int open() {
    var metrics = Api.as(null).get("/q/metrics").asString();
    var found = OPEN.matcher(metrics);
    assertTrue(found.find(), metrics);
    return (int) Double.parseDouble(found.group(1));
  }
}
