package io.muster.ingest.endpoint;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.ingest.endpoint.packets.WireBytes;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;

/** WebSocket (RFC 6455) as it goes over a socket, for clients that a library would not be. */
final class WebSocketWire {
  static final int BINARY = 0x82;
  static final int PING = 0x89;
  static final int PONG = 0x8A;

  private WebSocketWire() {}

  /** Shakes hands; what is heard from then on are frames. */
  static DataInputStream upgraded(Socket socket) throws IOException {
    socket.setSoTimeout((int) Duration.ofSeconds(60).toMillis());
    socket
        .getOutputStream()
        .write(
            ("GET /mqtt HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                    + "Sec-WebSocket-Protocol: mqtt\r\n\r\n")
                .getBytes(US_ASCII));
    var in = new DataInputStream(socket.getInputStream());
    var head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) in.readUnsignedByte());
    }
    assertTrue(head.toString().startsWith("HTTP/1.1 101"), head::toString);
    return in;
  }

  /** Masked with zeros, which changes nothing. */
  static byte[] frame(int first, byte[] payload) {
    var length =
        payload.length < 126
            ? new byte[] {(byte) (0x80 | payload.length)}
            : new byte[] {(byte) 0xFE, (byte) (payload.length >> 8), (byte) payload.length};
    return WireBytes.joined(new byte[] {(byte) first}, length, new byte[4], payload);
  }
}
