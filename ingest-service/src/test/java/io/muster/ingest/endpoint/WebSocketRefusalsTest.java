package io.muster.ingest.endpoint;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is no handshake at the port for WebSocket: its answer, its counter, its line in the log. */
class WebSocketRefusalsTest {
  private static final String HANDSHAKE =
      "GET /mqtt HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          + "Sec-WebSocket-Key: AAECAwQFBgcICQoLDA0ODw==\r\nSec-WebSocket-Version: 13\r\n"
          + "Sec-WebSocket-Protocol: mqtt\r\n\r\n";

  private final long began = System.nanoTime();
  private final TestEndpoint server = TestEndpoint.start("bans.never", "192.0.2.1");
  private final LoggedLines log = LoggedLines.from(Level.INFO);

  @AfterEach
  void stop() {
    log.close();
    server.close();
  }

  private String answerTo(String request) throws IOException {
    try (var socket = new Socket("127.0.0.1", server.webSocketPort())) {
      socket.setSoTimeout(60_000);
      socket.getOutputStream().write(request.getBytes(US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), US_ASCII);
    }
  }

  private double refused(String outcome) {
    return server.count("muster.endpoint.connects", "outcome", outcome);
  }

  private void assertRefused(String request, int status, String outcome) throws IOException {
    var answer = answerTo(request);
    assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
    assertEquals(answer.indexOf("HTTP/1.1"), answer.lastIndexOf("HTTP/1.1"), "one answer");
    assertEquals(1, refused(outcome));
    assertEquals(
        List.of(
            "INFO Connection closed before CONNECT: " + outcome + " (a stranger from 127.0.0.1)"),
        log.lines());
    await().until(() -> server.gauge("muster.endpoint.knocking") == 0);
  }

  @ParameterizedTest
  @CsvSource({
    "'GET /mqtt ', 'GET / ', 404, path",
    "'GET /mqtt ', 'POST /mqtt ', 426, no-upgrade",
    "'Upgrade: websocket~', '', 426, no-upgrade",
    "'Upgrade: websocket~', 'Upgrade: h2c~', 426, no-upgrade",
    "'Sec-WebSocket-Protocol: mqtt~', '', 400, subprotocol",
    "'Protocol: mqtt~', 'Protocol: mqttv3.1, soap~', 400, subprotocol",
    "'Version: 13', 'Version: 8', 400, version",
    "'Sec-WebSocket-Version: 13~', '', 400, version",
    "'Sec-WebSocket-Key: AAECAwQFBgcICQoLDA0ODw==~', '', 400, incomplete",
    "'Connection: Upgrade~', 'Connection: close~', 400, incomplete",
    "'/mqtt HTTP/1.1', '/mqtt', 400, not-http",
    "'Host: h~', 'Host: h~Content-Length: 5~', 413, content",
    "'Host: h~', 'Host: h~Expect: 100-continue~Content-Length: 5~', 413, content",
  })
  void aHandshakeThatIsNotAsItShouldBe(String part, String changed, int status, String reason)
      throws IOException {
    var request = HANDSHAKE.replace(lines(part), lines(changed));
    assertRefused(request, status, "websocket-" + reason);
  }

  private static String lines(String written) {
    return written.replace("~", "\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET /mqtt", "Host: h"})
  void aHandshakeThatIsTooLong(String part) throws IOException {
    var longer = HANDSHAKE.replace(part, part + "x".repeat(9_000));
    assertRefused(longer, 431, "websocket-headers");
  }

  @Test
  void whatComesBehindARefusedRequestIsNotLookedAt() throws IOException {
    var other = HANDSHAKE.replace("/mqtt", "/");
    assertRefused(other + HANDSHAKE + other, 404, "websocket-path");
    assertEquals(0, refused("accepted"));
  }

  /** A health check of a load balancer, a browser: no attempt to get in as somebody. */
  @Test
  void nobodyIsBannedForIt() throws IOException {
    for (int i = 0; i < 110; i++) {
      answerTo(HANDSHAKE.replace("/mqtt", "/"));
    }
    assertEquals(110, refused("websocket-path"));
    assertEquals(0, server.count("muster.endpoint.bans", "of", "address"));
    var periods = 1 + Duration.ofNanos(System.nanoTime() - began).toSeconds() / 10;
    assertTrue(log.lines().size() <= 51 * periods, () -> log.lines().size() + " lines");
    try (var socket = new Socket("127.0.0.1", server.webSocketPort())) {
      WebSocketWire.upgraded(socket);
    }
  }
}
