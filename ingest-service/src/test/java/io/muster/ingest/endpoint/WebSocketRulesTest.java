package io.muster.ingest.endpoint;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What MQTT 5 §6 asks of the handshake; the guide's table names this test. */
class WebSocketRulesTest {

  @ParameterizedTest
  @ValueSource(strings = {"mqtt", "mqttv3.1, mqtt", "mqtt, soap"})
  void answersWithTheSubprotocolMqttWhateverElseIsOffered(String offered) throws IOException {
    try (var server = TestEndpoint.start();
        var socket = new Socket("127.0.0.1", server.webSocketPort())) {
      socket.setSoTimeout(60_000);
      socket.getOutputStream().write(handshake(offered).getBytes(US_ASCII));
      var head = head(socket);
      assertTrue(head.getFirst().startsWith("HTTP/1.1 101"), head::toString);
      var chosen =
          head.stream().filter(it -> it.toLowerCase().startsWith("sec-websocket-protocol:"));
      assertEquals(
          List.of("mqtt"), chosen.map(it -> it.substring(it.indexOf(':') + 1).strip()).toList());
    }
  }

  private static String handshake(String offered) {
    return """
    GET /mqtt HTTP/1.1\r
    Host: localhost\r
    Upgrade: websocket\r
    Connection: Upgrade\r
    Sec-WebSocket-Key: AAECAwQFBgcICQoLDA0ODw==\r
    Sec-WebSocket-Version: 13\r
    Sec-WebSocket-Protocol: %s\r
    \r
    """
        .formatted(offered);
  }

  private static List<String> head(Socket socket) throws IOException {
    var lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
    List<String> head = new ArrayList<>();
    for (var line = lines.readLine(); !line.isEmpty(); line = lines.readLine()) {
      head.add(line);
    }
    return head;
  }
}
