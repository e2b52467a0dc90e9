package io.muster.mqtt;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * Answers CONNECT, and SUBSCRIBE to two filters with QoS 1 for the first one and QoS 0 for the
 * second; the bundled broker grants what it is asked for.
 */
final class LoweringBroker implements AutoCloseable {
  private static final int CONNECT = 1;
  private static final int SUBSCRIBE = 8;

  private final ServerSocket socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());

  LoweringBroker() throws IOException {
    Thread.ofVirtual().start(this::serve);
  }

  String url() {
    return "mqtt://127.0.0.1:" + socket.getLocalPort();
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

  private static void answer(Socket client) {
    try (client) {
      var in = new DataInputStream(client.getInputStream());
      var out = client.getOutputStream();
      while (true) {
        var type = in.readUnsignedByte() >> 4;
        var rest = new byte[length(in)];
        in.readFully(rest);
        if (type == CONNECT) {
          out.write(new byte[] {0x20, 3, 0, 0, 0});
        } else if (type == SUBSCRIBE) {
          out.write(new byte[] {(byte) 0x90, 5, rest[0], rest[1], 0, 1, 0});
        }
      }
    } catch (IOException gone) {
      // So is the client.
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
