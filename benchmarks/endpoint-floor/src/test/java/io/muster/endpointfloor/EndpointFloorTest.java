package io.muster.endpointfloor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.ingest.endpoint.DeviceEndpoint;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** MQTT 3.1.1 byte by byte: its CONNACK and PUBACK say nothing but what they have to. */
class EndpointFloorTest {
  private final DeviceEndpoint endpoint =
      new DeviceEndpoint(
          EndpointFloorMain.config(
              Map.of(
                  "MUSTER_ENDPOINT_HOST", "127.0.0.1",
                  "MUSTER_ENDPOINT_PORT", "0",
                  "MUSTER_ENDPOINT_WEBSOCKET_PORT", "-1")),
          EndpointFloorMain.ports(new SimpleMeterRegistry()));

  @BeforeEach
  void start() {
    endpoint.start();
  }

  @AfterEach
  void stop() {
    endpoint.stop();
  }

  @Test
  void letsAnybodyInAndAcknowledgesWhatItDrops() throws IOException {
    try (var socket = new Socket("127.0.0.1", endpoint.port())) {
      socket.setSoTimeout(60_000);
      var out = socket.getOutputStream();
      out.write(packet(0x10, string("MQTT") + "04c2003c" + credentials("demo:one", "one@demo")));
      assertEquals("20020000", read(socket.getInputStream(), 4));

      out.write(packet(0x32, string("telemetry/demo/one") + "0007" + "7b7d"));
      assertEquals("40020007", read(socket.getInputStream(), 4));
    }
  }

  private static String credentials(String client, String user) {
    return string(client) + string(user) + string("whatever");
  }

  private static String string(String text) {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    return "%04x".formatted(bytes.length) + HexFormat.of().formatHex(bytes);
  }

  private static byte[] packet(int first, String rest) {
    return HexFormat.of().parseHex("%02x%02x".formatted(first, rest.length() / 2) + rest);
  }

  private static String read(InputStream in, int bytes) throws IOException {
    return HexFormat.of().formatHex(in.readNBytes(bytes));
  }
}
