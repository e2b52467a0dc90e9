package io.muster.systemtests.devices;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * MQTT 5 by hand, for what no client library does: it sends more than the Receive Maximum that it
 * was told (MQTT 5 §4.9).
 */
public final class RawMqtt5Link implements Link {
  private static final int CONNECT = 0x10;
  private static final int CONNACK = 0x20;
  private static final int PUBLISH_QOS_1 = 0x32;
  private static final int PUBACK = 0x40;
  private static final int DISCONNECT = 0xE0;
  private static final int CLEAN_START_USER_NAME_PASSWORD = 0xC2;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Socket socket;
  private final DataInputStream in;
  private final Map<Integer, CompletableFuture<Void>> waiting = new ConcurrentHashMap<>();
  private final CompletableFuture<Integer> disconnected = new CompletableFuture<>();
  private int lastIdentifier;

  private RawMqtt5Link(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
  }

  /**
   * Connects the device to the endpoint at the port.
   *
   * @throws IllegalStateException when it is refused
   */
  public static RawMqtt5Link connect(TestDevice device, int port) {
    try {
      var link = new RawMqtt5Link(new Socket("127.0.0.1", port));
      link.socket.setSoTimeout((int) PATIENCE.toMillis());
      link.write(CONNECT, connect(device));
      var connack = link.read();
      if (connack.type() != CONNACK || connack.body()[1] != 0) {
        link.close();
        throw new IllegalStateException("refused: " + connack);
      }
      link.socket.setSoTimeout(0);
      Thread.ofVirtual().name("raw-" + device.address()).start(link::readOn);
      return link;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Completes with the reason code of the endpoint's DISCONNECT. */
  public CompletableFuture<Integer> disconnected() {
    return disconnected;
  }

  @Override
  public synchronized CompletableFuture<Void> publish(String topicName, byte[] payload) {
    lastIdentifier++;
    var acknowledged = new CompletableFuture<Void>();
    waiting.put(lastIdentifier, acknowledged);
    try {
      var body = new ByteArrayOutputStream();
      var out = new DataOutputStream(body);
      out.writeUTF(topicName);
      out.writeShort(lastIdentifier);
      out.write(0); // no properties
      out.write(payload);
      write(PUBLISH_QOS_1, body.toByteArray());
    } catch (IOException gone) {
      acknowledged.completeExceptionally(gone);
    }
    return acknowledged;
  }

  @Override
  public boolean isConnected() {
    return !disconnected.isDone();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException gone) {
      // The connection is what should end, and it has.
    }
  }

  /** MQTT 5 §3.1; without limits of its own and without a keep-alive. */
  private static byte[] connect(TestDevice device) throws IOException {
    var body = new ByteArrayOutputStream();
    var out = new DataOutputStream(body);
    out.writeUTF("MQTT");
    out.write(5);
    out.write(CLEAN_START_USER_NAME_PASSWORD);
    out.writeShort(0);
    out.write(0); // no properties
    out.writeUTF(device.clientIdentifier());
    out.writeUTF(device.userName());
    var password = device.password().getBytes(StandardCharsets.UTF_8);
    out.writeShort(password.length);
    out.write(password);
    return body.toByteArray();
  }

  private record Packet(int type, byte[] body) {}

  private void readOn() {
    try {
      for (var packet = read(); ; packet = read()) {
        if (packet.type() == PUBACK) {
          acknowledge(packet.body());
        } else if (packet.type() == DISCONNECT) {
          disconnected.complete(packet.body().length == 0 ? 0 : packet.body()[0] & 0xff);
          return;
        }
      }
    } catch (IOException ended) {
      disconnected.completeExceptionally(ended);
    }
  }

  private void acknowledge(byte[] puback) {
    var identifier = (puback[0] & 0xff) << 8 | puback[1] & 0xff;
    var refused = puback.length > 2 && (puback[2] & 0xff) >= 0x80;
    var acknowledged = waiting.remove(identifier);
    if (refused) {
      acknowledged.completeExceptionally(new IllegalStateException("PUBACK " + puback[2]));
    } else {
      acknowledged.complete(null);
    }
  }

  private Packet read() throws IOException {
    var type = in.readUnsignedByte() & 0xf0;
    var length = 0;
    var shift = 0;
    int digit;
    do {
      digit = in.readUnsignedByte();
      length |= (digit & 0x7f) << shift;
      shift += 7;
    } while ((digit & 0x80) != 0);
    return new Packet(type, in.readNBytes(length));
  }

  private synchronized void write(int header, byte[] body) throws IOException {
    var packet = new ByteArrayOutputStream();
    packet.write(header);
    var left = body.length;
    do {
      var digit = left % 128;
      left /= 128;
      packet.write(left > 0 ? digit | 0x80 : digit);
    } while (left > 0);
    packet.write(body);
    socket.getOutputStream().write(packet.toByteArray());
  }
}
