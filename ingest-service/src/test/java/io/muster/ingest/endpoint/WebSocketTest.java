package io.muster.ingest.endpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import io.muster.ingest.endpoint.FakeIntake.Offered;
import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.session.EndReason;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT over WebSocket (MQTT 5 §6). */
class WebSocketTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private TestEndpoint server;
  private HttpClient http;

  @BeforeEach
  void start() {
    server = TestEndpoint.start();
    http = HttpClient.newHttpClient();
  }

  @AfterEach
  void stop() {
    http.close();
    server.close();
  }

  /** What a raw client heard. */
  private static final class Heard implements WebSocket.Listener {
    final ConcurrentLinkedQueue<String> frames = new ConcurrentLinkedQueue<>();
    volatile int closedWith = -1;
    volatile boolean ponged;

    @Override
    public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
      var bytes = new byte[data.remaining()];
      data.get(bytes);
      frames.add(HexFormat.of().withUpperCase().formatHex(bytes));
      socket.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onPong(WebSocket socket, ByteBuffer message) {
      ponged = true;
      socket.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      closedWith = code;
      return null;
    }

    String all() {
      return String.join("", frames);
    }
  }

  private WebSocket open(Heard heard) {
    return open("/mqtt", "mqtt", heard);
  }

  private WebSocket open(String path, String subprotocol, Heard heard) {
    var uri = URI.create("ws://127.0.0.1:" + server.webSocketPort() + path);
    var builder = http.newWebSocketBuilder().connectTimeout(PATIENCE);
    if (subprotocol != null) {
      builder.subprotocols(subprotocol);
    }
    return builder.buildAsync(uri, heard).orTimeout(60, TimeUnit.SECONDS).join();
  }

  private static void send(WebSocket socket, byte[] bytes, boolean last) {
    socket.sendBinary(ByteBuffer.wrap(bytes), last).orTimeout(60, TimeUnit.SECONDS).join();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void takesWhatARealClientPublishes(int qos) {
    var client =
        MqttClient.builder()
            .useMqttVersion5()
            .serverHost("127.0.0.1")
            .serverPort(server.webSocketPort())
            .webSocketConfig()
            .serverPath("mqtt")
            .applyWebSocketConfig()
            .identifier(TestEndpoint.CLIENT)
            .simpleAuth()
            .username(TestEndpoint.USER)
            .password(FakeAccess.SECRET.getBytes(UTF_8))
            .applySimpleAuth()
            .buildBlocking();
    client.connect();
    for (int i = 0; i < 50; i++) {
      client
          .publishWith()
          .topic(TestEndpoint.TELEMETRY)
          .qos(MqttQos.fromCode(qos))
          .payload(new byte[] {'{', '}'})
          .send();
    }
    client
        .publishWith()
        .topic(TestEndpoint.TELEMETRY)
        .qos(MqttQos.fromCode(qos))
        .payload(("\"" + "x".repeat(200_000) + "\"").getBytes(UTF_8))
        .send();
    await().until(() -> server.intake.offered.size() == 51);
    assertEquals(
        200_002, server.intake.offered.stream().map(Offered::text).toList().getLast().length());
    client.disconnect();
    await().until(() -> server.intake.announced("session/disconnected").size() == 1);
  }

  @Test
  void aPacketMayBeginAndEndAnywhereInAFrame() {
    var heard = new Heard();
    var socket = open(heard);
    var connect = ConnectPacket.of(ProtocolVersion.MQTT_3_1_1).bytes();
    var bytes = Arrays.copyOf(connect, connect.length + 2);
    bytes[connect.length] = (byte) 0xC0;
    send(socket, Arrays.copyOfRange(bytes, 0, 5), true);
    send(socket, Arrays.copyOfRange(bytes, 5, 6), false);
    send(socket, Arrays.copyOfRange(bytes, 6, bytes.length), true);
    await().until(() -> heard.all().equals("20020000D000"));
    send(socket, HexFormat.of().parseHex("C000C000E000"), true);
    await().until(() -> heard.all().equals("20020000D000D000D000"));
    server.awaitEnd(EndReason.CLIENT);
  }

  @Test
  void answersAPing() {
    var heard = new Heard();
    var socket = open(heard);
    socket.sendPing(ByteBuffer.wrap(new byte[] {1, 2, 3})).join();
    await().until(() -> heard.ponged);
    socket.abort();
  }

  @Test
  void closesAConnectionThatSendsText() {
    var heard = new Heard();
    var socket = open(heard);
    socket.sendText("CONNECT", true).join();
    await().until(() -> heard.closedWith == 1003);
  }

  @Test
  void publishesTheWillOfAClientThatOnlyClosesItsWebSocket() {
    var heard = new Heard();
    var socket = open(heard);
    send(socket, ConnectPacket.of(ProtocolVersion.MQTT_3_1_1).bytes(), true);
    await().until(() -> heard.all().equals("20020000"));
    socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
    server.awaitEnd(EndReason.CONNECTION_LOST);
    await().until(() -> heard.closedWith == WebSocket.NORMAL_CLOSURE);
  }

  @ParameterizedTest
  @CsvSource({"/,mqtt", "/mqtt2,mqtt", "/mqtt/,mqtt", "/mqtt,", "/mqtt,mqttv3.1", "/mqtt,soap"})
  void shakesNoHandsAtAnotherPathOrWithoutMqtt(String path, String subprotocol) {
    assertThrows(CompletionException.class, () -> open(path, subprotocol, new Heard()));
    await().until(() -> server.gauge("muster.endpoint.knocking") == 0);
  }

  @ParameterizedTest
  @CsvSource({"GET,/mqtt,426", "POST,/mqtt,426", "GET,/,404", "GET,/q/health,404"})
  void tellsABrowserInWordsWhatIsServedHere(String method, String path, int status)
      throws IOException, InterruptedException {
    var uri = URI.create("http://127.0.0.1:" + server.webSocketPort() + path);
    var request =
        HttpRequest.newBuilder(uri)
            .version(HttpClient.Version.HTTP_1_1)
            .timeout(PATIENCE)
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build();
    var response = http.send(request, HttpResponse.BodyHandlers.ofString());
    assertEquals(status, response.statusCode());
    assertTrue(response.body().contains("WebSocket"), response.body());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u0010\u0010MQTT\r\n\r\n",
        "GET /mqtt\r\n\r\n",
        "GET /mqtt HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n",
        "GET /mqtt HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: mqtt\r\n"
            + "Sec-WebSocket-Version: 13\r\n\r\n"
      })
  void closesWhatIsNoHandshake(String bytes) throws IOException {
    try (var socket = new Socket("127.0.0.1", server.webSocketPort())) {
      socket.setSoTimeout((int) PATIENCE.toMillis());
      socket.getOutputStream().write(bytes.getBytes(UTF_8));
      var answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
      assertTrue(answer.isEmpty() || answer.startsWith("HTTP/1.1 400"), answer);
    }
    await().until(() -> server.gauge("muster.endpoint.knocking") == 0);
  }

  @Test
  void closesAStrangerThatSendsNoHandshakeInTime() throws IOException {
    try (var impatient = TestEndpoint.start("connections.connect-timeout", "1s");
        var socket = new Socket("127.0.0.1", impatient.webSocketPort())) {
      socket.setSoTimeout((int) PATIENCE.toMillis());
      socket.getOutputStream().write("GET /mq".getBytes(UTF_8));
      assertEquals(-1, socket.getInputStream().read());
    }
  }
}
