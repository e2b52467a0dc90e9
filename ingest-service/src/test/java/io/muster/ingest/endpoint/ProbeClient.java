package io.muster.ingest.endpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.Arrays;

/** A client that sends what it likes and shows what it is sent; nothing waits beyond a bound. */
final class ProbeClient implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 60_000;

  /** Bytes of a packet, written one field after the other. */
  interface Fields {
    void writeTo(DataOutputStream out) throws IOException;
  }

  final Socket socket;
  private final DataInputStream in;

  private ProbeClient(Socket socket) throws IOException {
    this.socket = socket;
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(PATIENCE_MILLIS);
    in = new DataInputStream(socket.getInputStream());
  }

  static ProbeClient open(int port) throws IOException {
    return over(new Socket("127.0.0.1", port));
  }

  static ProbeClient over(Socket socket) throws IOException {
    return new ProbeClient(socket);
  }

  /** A client at MQTT 5 that was let in. */
  static ProbeClient connected(int port, byte[] connect) throws IOException {
    var client = open(port).send(connect);
    var connAck = client.hear();
    if (connAck[0] != 0x20 || connAck[3 + (connAck[1] < 0 ? 1 : 0)] != 0) {
      throw new IOException("refused: " + Arrays.toString(connAck));
    }
    return client;
  }

  static byte[] bytes(Fields fields) {
    try {
      var bytes = new ByteArrayOutputStream();
      fields.writeTo(new DataOutputStream(bytes));
      return bytes.toByteArray();
    } catch (IOException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  static byte[] packet(int first, Fields fields) {
    var body = bytes(fields);
    return bytes(
        out -> {
          out.write(first);
          variable(out, body.length);
          out.write(body);
        });
  }

  static void variable(DataOutputStream out, int value) throws IOException {
    var rest = value;
    while (rest >= 0x80) {
      out.write(rest & 0x7F | 0x80);
      rest >>>= 7;
    }
    out.write(rest);
  }

  static byte[] connect5(String client, String secret) {
    return connect5(client, secret, out -> {});
  }

  /** CONNECT at MQTT 5 of the test's device, with a clean start. */
  static byte[] connect5(String client, String secret, Fields properties) {
    return connect(5, client, secret, properties, null);
  }

  /** CONNECT at MQTT 3.1.1 of the test's device, with a clean start. */
  static byte[] connect3(String client, String secret) {
    return connect(4, client, secret, null, null);
  }

  static byte[] connect5WithWill(String client, String secret, byte[] will) {
    return connect(5, client, secret, out -> {}, will);
  }

  private static byte[] connect(
      int level, String client, String secret, Fields properties, byte[] will) {
    return packet(
        0x10,
        out -> {
          out.writeUTF("MQTT");
          out.write(level);
          out.write(will == null ? 0xC2 : 0xC2 | 0x04 | 0x08);
          out.writeShort(60);
          if (level == 5) {
            properties(out, properties);
          }
          out.writeUTF(client);
          if (will != null) {
            out.write(0);
            out.writeUTF("event/acme/boiler");
            out.writeShort(will.length);
            out.write(will);
          }
          out.writeUTF(TestEndpoint.USER);
          out.writeUTF(secret);
        });
  }

  private static void properties(DataOutputStream out, Fields fields) throws IOException {
    var bytes = bytes(fields);
    variable(out, bytes.length);
    out.write(bytes);
  }

  static byte[] publish5(String topic, int qos, int identifier, Fields properties, String payload) {
    return packet(
        0x30 | qos << 1,
        out -> {
          out.writeUTF(topic);
          if (qos > 0) {
            out.writeShort(identifier);
          }
          properties(out, properties);
          out.write(payload.getBytes(UTF_8));
        });
  }

  static byte[] subscribe5(int identifier, String... filters) {
    return packet(
        0x82,
        out -> {
          out.writeShort(identifier);
          out.write(0);
          for (var filter : filters) {
            out.writeUTF(filter);
            out.write(1);
          }
        });
  }

  ProbeClient send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    return this;
  }

  /** The next packet, whole. */
  byte[] hear() throws IOException {
    var first = in.readUnsignedByte();
    int length = 0;
    int shift = 0;
    int digit;
    do {
      digit = in.readUnsignedByte();
      length |= (digit & 0x7F) << shift;
      shift += 7;
    } while (digit >= 0x80);
    var body = in.readNBytes(length);
    return bytes(
        out -> {
          out.write(first);
          variable(out, body.length);
          out.write(body);
        });
  }

  /** The next byte, or -1 when the server has closed its half. */
  int hearByte() throws IOException {
    return in.read();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
