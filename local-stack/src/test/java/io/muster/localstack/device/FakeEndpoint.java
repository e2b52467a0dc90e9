package io.muster.localstack.device;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** As much of an MQTT 5 server as devices need that publish at QoS 1. */
public final class FakeEndpoint implements AutoCloseable {
  private static final int CONNECT = 1;
  private static final int PUBLISH = 3;
  private static final int SUBSCRIBE = 8;
  private static final int DISCONNECT = 14;

  private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final int connectAnswer;
  private final int mostAcknowledged;
  private final Set<String> topicNames = ConcurrentHashMap.newKeySet();
  private final AtomicInteger published = new AtomicInteger();
  private final AtomicInteger subscribed = new AtomicInteger();
  private final AtomicInteger goodbyes = new AtomicInteger();

  private FakeEndpoint(int connectAnswer, int mostAcknowledged) throws IOException {
    this.connectAnswer = connectAnswer;
    this.mostAcknowledged = mostAcknowledged;
    Thread.ofVirtual().start(this::serve);
  }

  /** Acknowledges so many messages, and keeps silent about the rest. */
  public static FakeEndpoint acknowledging(int most) throws IOException {
    return new FakeEndpoint(0, most);
  }

  /** Lets nobody in: CONNACK 0x87. */
  public static FakeEndpoint refusing() throws IOException {
    return new FakeEndpoint(0x87, 0);
  }

  public String url() {
    return "mqtt://127.0.0.1:" + socket.getLocalPort();
  }

  public int published() {
    return published.get();
  }

  /** How many topic names there are among what was published. */
  public int publishedTopics() {
    return topicNames.size();
  }

  /** How many asked to hear something; none is told that it does. */
  public int subscribed() {
    return subscribed.get();
  }

  /** How many connections were ended with DISCONNECT. */
  public int goodbyes() {
    return goodbyes.get();
  }

  private void serve() {
    try {
      while (true) {
        var client = socket.accept();
        Thread.ofVirtual().start(() -> answer(client));
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private void answer(Socket client) {
    try (client) {
      var in = new DataInputStream(client.getInputStream());
      while (true) {
        var type = in.readUnsignedByte() >> 4;
        var rest = new byte[length(in)];
        in.readFully(rest);
        answer(type, rest, client.getOutputStream());
      }
    } catch (IOException gone) {
      // So is the client.
    }
  }

  private void answer(int type, byte[] rest, OutputStream out) throws IOException {
    switch (type) {
      case CONNECT -> out.write(new byte[] {0x20, 3, 0, (byte) connectAnswer, 0});
      case PUBLISH -> {
        var identifier = 2 + ((rest[0] & 0xFF) << 8 | rest[1] & 0xFF);
        topicNames.add(new String(rest, 2, identifier - 2, StandardCharsets.UTF_8));
        if (published.incrementAndGet() <= mostAcknowledged) {
          out.write(new byte[] {0x40, 2, rest[identifier], rest[identifier + 1]});
        }
      }
      case SUBSCRIBE -> subscribed.incrementAndGet();
      case DISCONNECT -> goodbyes.incrementAndGet();
      default -> {}
    }
  }

  /** A variable byte integer, MQTT 5 §1.5.5. */
  private static int length(DataInputStream in) throws IOException {
    var length = 0;
    var shift = 0;
    int digit;
    do {
      digit = in.readUnsignedByte();
      length |= (digit & 0x7F) << shift;
      shift += 7;
    } while ((digit & 0x80) != 0);
    return length;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
