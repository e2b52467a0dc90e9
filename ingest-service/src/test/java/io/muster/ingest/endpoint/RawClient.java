package io.muster.ingest.endpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.packets.WireBytes;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A client that says what it is told to, right or wrong, and hears one packet after the other. What
 * it is to hear must come within {@value #PATIENCE_MILLIS} milliseconds.
 */
final class RawClient implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 60_000;
  private static final int CONNACK = 0x20;
  private static final int DISCONNECT = 0xE0;
  private static final byte[] NONE = {};

  private final Socket socket;
  private final DataInputStream in;
  private final ProtocolVersion version;

  private RawClient(Socket socket, ProtocolVersion version) throws IOException {
    this.socket = socket;
    this.version = version;
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(PATIENCE_MILLIS);
    in = new DataInputStream(socket.getInputStream());
  }

  /** A packet that came. */
  record Heard(int first, byte[] body) {
    @Override
    public String toString() {
      return HexFormat.of().formatHex(WireBytes.packet(first, body));
    }
  }

  /** A client over a socket that is connected, which has said nothing. */
  static RawClient over(Socket socket, ProtocolVersion version) {
    try {
      return new RawClient(socket, version);
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }

  /** A client that has said nothing. */
  static RawClient open(TestEndpoint server, ProtocolVersion version) {
    return open(server, version, 0);
  }

  /**
   * @param receiveBuffer bytes that its socket takes before anybody reads them; 0 for the usual
   */
  static RawClient open(TestEndpoint server, ProtocolVersion version, int receiveBuffer) {
    try {
      var socket = new Socket();
      if (receiveBuffer > 0) {
        socket.setReceiveBufferSize(receiveBuffer);
      }
      socket.connect(new InetSocketAddress("127.0.0.1", server.port()), PATIENCE_MILLIS);
      return over(socket, version);
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }

  /** A client that has sent its CONNECT and heard nothing. */
  static RawClient knock(TestEndpoint server, ConnectPacket connect) {
    return open(server, connect.version()).send(connect.bytes());
  }

  /** A client whose CONNECT was accepted. */
  static RawClient connected(TestEndpoint server, ConnectPacket connect) {
    var paused = server.paused();
    var client = knock(server, connect);
    client.expectConnAck(ReasonCode.SUCCESS);
    server.awaitReadAgain(paused);
    return client;
  }

  /**
   * A client that was let in by a right which soon ends; again, should the machine take longer.
   *
   * @param right gives it, beginning now
   */
  static RawClient connectedShortly(TestEndpoint server, ConnectPacket connect, Runnable right) {
    var letIn = new AtomicReference<RawClient>();
    await()
        .untilAsserted(
            () -> {
              right.run();
              letIn.set(connected(server, connect));
            });
    return letIn.get();
  }

  static RawClient connected(TestEndpoint server, ProtocolVersion version) {
    return connected(server, ConnectPacket.of(version));
  }

  RawClient send(byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
      return this;
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }

  /** Sends bytes as {@link WireBytes} writes them. */
  RawClient send(String bytes) {
    return send(WireBytes.of(bytes));
  }

  /** Publishes telemetry of {@link TestEndpoint#DEVICE}. */
  RawClient publish(int qos, int identifier, String payload) {
    return publish(TestEndpoint.TELEMETRY, qos, identifier, payload, "");
  }

  RawClient publish(String topic, int qos, int identifier, String payload) {
    return publish(topic, qos, identifier, payload, "");
  }

  /**
   * @param properties at MQTT 5, as {@link WireBytes} writes them
   */
  RawClient publish(String topic, int qos, int identifier, String payload, String properties) {
    return send(
        WireBytes.packet(
            0x30 | qos << 1,
            WireBytes.string(topic),
            qos == 0 ? NONE : identifier(identifier),
            counted(properties),
            payload.getBytes(UTF_8)));
  }

  RawClient subscribe(int identifier, String filter, int qos) {
    return send(
        WireBytes.packet(
            0x82,
            identifier(identifier),
            counted(""),
            WireBytes.string(filter),
            new byte[] {(byte) qos}));
  }

  RawClient unsubscribe(int identifier, String filter) {
    return send(
        WireBytes.packet(0xA2, identifier(identifier), counted(""), WireBytes.string(filter)));
  }

  RawClient ping() {
    return send("C0 00");
  }

  private byte[] counted(String properties) {
    if (version == ProtocolVersion.MQTT_3_1_1) {
      return NONE;
    }
    var bytes = WireBytes.of(properties);
    return WireBytes.joined(WireBytes.variableByteInteger(bytes.length), bytes);
  }

  private static byte[] identifier(int identifier) {
    return new byte[] {(byte) (identifier >> 8), (byte) identifier};
  }

  /** The next packet. */
  Heard hear() {
    try {
      var first = in.readUnsignedByte();
      int length = 0;
      int shift = 0;
      int digit;
      do {
        digit = in.readUnsignedByte();
        length |= (digit & 0x7F) << shift;
        shift += 7;
      } while (digit >= 0x80);
      return new Heard(first, in.readNBytes(length));
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }

  /** Hears exactly this, as {@link WireBytes} writes it. */
  RawClient expect(String bytes) {
    assertEquals(HexFormat.of().formatHex(WireBytes.of(bytes)), hear().toString());
    return this;
  }

  /**
   * Hears nothing that was on its way, asking twice: what others had given to the event loop before
   * the first question may come after its answer, but not after the second.
   */
  RawClient expectNothing() {
    return ping().expect("D0 00").ping().expect("D0 00");
  }

  /** Hears a CONNACK: at MQTT 5 with that reason, at 3.1.1 with success or any refusal. */
  Heard expectConnAck(ReasonCode reason) {
    var connAck = hear();
    assertEquals(CONNACK, connAck.first());
    var code = connAck.body()[1] & 0xFF;
    if (version == ProtocolVersion.MQTT_5) {
      assertEquals(reason.code(), code, connAck.toString());
    } else {
      assertEquals(reason.isError(), code != 0, connAck.toString());
    }
    return connAck;
  }

  /** Hears that the server ends it: at MQTT 5 with DISCONNECT and that reason, then nothing. */
  void expectDisconnect(ReasonCode reason) {
    if (version == ProtocolVersion.MQTT_5) {
      var disconnect = hear();
      assertEquals(DISCONNECT, disconnect.first(), disconnect.toString());
      assertEquals(reason.code(), disconnect.body()[0] & 0xFF, disconnect.toString());
    }
    expectEnd();
  }

  /** Hears nothing more, because the server has closed. */
  void expectEnd() {
    try {
      assertEquals(-1, in.read(), "a byte after the end");
    } catch (SocketTimeoutException silent) {
      fail("the connection is still open");
    } catch (SocketException reset) {
      assertEquals(true, reset.getMessage().contains("reset"), reset::getMessage);
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }

  /** Says DISCONNECT and closes. */
  void disconnect() {
    send("E0 00");
    expectEnd();
    close();
  }

  /** Closes its sending half, and goes on hearing. */
  RawClient endOutput() {
    try {
      socket.shutdownOutput();
      return this;
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }

  /** Closes without a word. */
  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }
}
