package io.muster.systemtests.stack;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * A broker of others, as far as the one consumer of its one session sees it (MQTT 5): it sends at
 * QoS 1 what devices have published, and again over the next connection what was not acknowledged.
 * Safe for several threads.
 */
public final class OtherBroker implements AutoCloseable {
  private static final int CONNECT = 0x10;
  private static final int CONNACK = 0x20;
  private static final int PUBLISH_QOS_1 = 0x32;
  private static final int DUP = 0x08;
  private static final int PUBACK = 0x40;
  private static final int SUBSCRIBE = 0x80;
  private static final int SUBACK = 0x90;
  private static final int PINGREQ = 0xC0;
  private static final int PINGRESP = 0xD0;

  private record Message(String topicName, byte[] payload) {}

  private final ServerSocket listening;
  private final List<Message> messages = new ArrayList<>();
  private final BitSet sentNow = new BitSet();
  private final BitSet sentBefore = new BitSet();
  private final BitSet acknowledged = new BitSet();
  private final List<String> filters = new ArrayList<>();
  private Socket consumer;

  private OtherBroker(ServerSocket listening) {
    this.listening = listening;
  }

  /** Listens on a port of its own. */
  public static OtherBroker start() {
    try {
      var broker = new OtherBroker(new ServerSocket(0, 8, InetAddress.getLoopbackAddress()));
      Thread.ofVirtual().name("other-broker").start(broker::accept);
      return broker;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@code mqtt://…}. */
  public String url() {
    return "mqtt://127.0.0.1:" + listening.getLocalPort();
  }

  /** What the consumer has subscribed to. */
  public synchronized List<String> filters() {
    return List.copyOf(filters);
  }

  /** How many messages the consumer has acknowledged. */
  public synchronized int acknowledgedCount() {
    return acknowledged.cardinality();
  }

  /** What a device says to this broker, which acknowledges it at once. */
  public synchronized void publish(String topicName, String payload) {
    messages.add(new Message(topicName, payload.getBytes(StandardCharsets.UTF_8)));
    if (!filters.isEmpty()) {
      send(messages.size() - 1);
    }
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        var socket = listening.accept();
        Thread.ofVirtual().name("other-broker-connection").start(() -> serve(socket));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket;
        var in = new DataInputStream(new BufferedInputStream(socket.getInputStream()))) {
      while (true) {
        var type = in.readUnsignedByte() & 0xF0;
        var body = new DataInputStream(new ByteArrayInputStream(in.readNBytes(length(in))));
        handle(type, body, socket);
      }
    } catch (IOException gone) {
      // As a killed consumer's connection ends.
    }
  }

  private synchronized void handle(int type, DataInputStream body, Socket socket)
      throws IOException {
    switch (type) {
      case CONNECT -> {
        consumer = socket;
        sentNow.clear();
        var present = filters.isEmpty() ? 0 : 1;
        write(CONNACK, present, 0, 0);
        sendWhatIsLeft();
      }
      case SUBSCRIBE -> subscribe(body);
      case PUBACK -> acknowledged.set(body.readUnsignedShort() - 1);
      case PINGREQ -> write(PINGRESP);
      default -> {}
    }
  }

  /** MQTT 5 §3.8: identifier, properties, filters with their options. */
  private void subscribe(DataInputStream body) throws IOException {
    var answer = new ByteArrayOutputStream();
    answer.write(body.readNBytes(2));
    answer.write(0); // no properties
    body.skipNBytes(length(body));
    while (body.available() > 0) {
      var filter = body.readUTF();
      filters.remove(filter);
      filters.add(filter);
      answer.write(Math.min(1, body.readUnsignedByte() & 3)); // QoS 1, also when 2 is asked for
    }
    write(SUBACK, answer.toByteArray());
    sendWhatIsLeft();
  }

  private void sendWhatIsLeft() {
    if (!filters.isEmpty()) {
      for (int i = acknowledged.nextClearBit(0);
          i < messages.size();
          i = acknowledged.nextClearBit(i + 1)) {
        send(i);
      }
    }
  }

  /** Packet identifiers begin at 1. Nothing is sent twice over one connection (MQTT 5 §4.4). */
  private void send(int index) {
    if (sentNow.get(index)) {
      return;
    }
    sentNow.set(index);
    var message = messages.get(index);
    try {
      var body = new ByteArrayOutputStream();
      var out = new DataOutputStream(body);
      out.writeUTF(message.topicName());
      out.writeShort(index + 1);
      out.write(0); // no properties
      out.write(message.payload());
      write(PUBLISH_QOS_1 | (sentBefore.get(index) ? DUP : 0), body.toByteArray());
      sentBefore.set(index);
    } catch (IOException gone) {
      // It is sent again over the next connection.
    }
  }

  private void write(int first, int... bytes) throws IOException {
    var body = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      body[i] = (byte) bytes[i];
    }
    write(first, body);
  }

  private void write(int first, byte[] body) throws IOException {
    var packet = new ByteArrayOutputStream();
    packet.write(first);
    var left = body.length;
    do {
      packet.write(left >= 128 ? left % 128 | 0x80 : left);
      left /= 128;
    } while (left > 0);
    packet.write(body);
    consumer.getOutputStream().write(packet.toByteArray());
  }

  private static int length(DataInputStream in) throws IOException {
    int length = 0;
    int shift = 0;
    int digit;
    do {
      digit = in.readUnsignedByte();
      length |= (digit & 0x7F) << shift;
      shift += 7;
    } while (digit >= 0x80);
    return length;
  }

  @Override
  public void close() throws IOException {
    listening.close();
    synchronized (this) {
      if (consumer != null) {
        consumer.close();
      }
    }
  }
}
