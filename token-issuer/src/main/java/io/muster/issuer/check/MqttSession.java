package io.muster.issuer.check;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * One connection of MQTT 3.1.1 over TLS that sends and waits: as much as a device that says one
 * thing needs. For one thread.
 */
final class MqttSession implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 10_000;
  private static final int KEEP_ALIVE_SECONDS = 60;
  private static final int PACKET_ID = 1;
  private static final int PROTOCOL_LEVEL = 4;
  private static final int CONNECT = 0x10;
  private static final int CONNACK = 0x20;
  private static final int PUBLISH_AT_LEAST_ONCE = 0x32;
  private static final int PUBACK = 0x40;
  private static final int DISCONNECT = 0xE0;

  /** User name, password, clean session. */
  private static final int CONNECT_FLAGS = 0xC2;

  /**
   * Where devices connect.
   *
   * @param name in its certificate
   */
  record Endpoint(String host, int port, String name, SSLContext tls) {
    /**
     * @param address {@code host:port}
     * @param name null when it is the host's
     * @throws IllegalArgumentException when the address is none
     */
    static Endpoint of(String address, String name, SSLContext tls) {
      var colon = address.lastIndexOf(':');
      if (colon < 1) {
        throw new IllegalArgumentException("'%s' is no host:port".formatted(address));
      }
      var host = address.substring(0, colon);
      var port = Integer.parseInt(address.substring(colon + 1));
      return new Endpoint(host, port, name == null || name.isBlank() ? host : name, tls);
    }
  }

  private final Socket socket;
  private final DataInputStream in;
  private final DataOutputStream out;

  private MqttSession(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new DataInputStream(socket.getInputStream());
    this.out = new DataOutputStream(socket.getOutputStream());
  }

  /**
   * Connects, and believes the endpoint only with its name in a certificate of somebody trusted.
   *
   * @throws IOException when it cannot be reached, or shows another certificate
   */
  static MqttSession open(Endpoint endpoint) throws IOException {
    var plain = new Socket();
    try {
      plain.connect(new InetSocketAddress(endpoint.host(), endpoint.port()), TIMEOUT_MILLIS);
      plain.setSoTimeout(TIMEOUT_MILLIS);
      var socket =
          (SSLSocket)
              endpoint
                  .tls()
                  .getSocketFactory()
                  .createSocket(plain, endpoint.name(), endpoint.port(), true);
      var parameters = socket.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      parameters.setServerNames(List.of(new SNIHostName(endpoint.name())));
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      return new MqttSession(socket);
    } catch (IOException e) {
      plain.close();
      throw e;
    }
  }

  /**
   * CONNECT (MQTT 3.1.1 §3.1).
   *
   * @throws IOException when the endpoint refuses
   */
  void connect(String clientIdentifier, String userName, String password) throws IOException {
    var body = new ByteArrayOutputStream();
    var packet = new DataOutputStream(body);
    packet.writeUTF("MQTT");
    packet.writeByte(PROTOCOL_LEVEL);
    packet.writeByte(CONNECT_FLAGS);
    packet.writeShort(KEEP_ALIVE_SECONDS);
    packet.writeUTF(clientIdentifier);
    packet.writeUTF(userName);
    packet.writeUTF(password);
    send(CONNECT, body.toByteArray());
    var answer = receive(CONNACK);
    if (answer[1] != 0) {
      throw new IOException("the endpoint refused the device: return code " + answer[1]);
    }
  }

  /**
   * PUBLISH at QoS 1, and its PUBACK (§3.3, §3.4).
   *
   * @throws IOException when it is not acknowledged
   */
  void publish(String topicName, String payload) throws IOException {
    var body = new ByteArrayOutputStream();
    var packet = new DataOutputStream(body);
    packet.writeUTF(topicName);
    packet.writeShort(PACKET_ID);
    packet.write(payload.getBytes(StandardCharsets.UTF_8));
    send(PUBLISH_AT_LEAST_ONCE, body.toByteArray());
    receive(PUBACK);
  }

  private void send(int firstByte, byte[] body) throws IOException {
    var packet = new ByteArrayOutputStream();
    packet.write(firstByte);
    // Remaining Length (§2.2.3).
    var rest = body.length;
    do {
      packet.write((rest & 0x7F) | (rest > 0x7F ? 0x80 : 0));
      rest >>>= 7;
    } while (rest > 0);
    packet.write(body);
    out.write(packet.toByteArray());
    out.flush();
  }

  /** CONNACK and PUBACK: two bytes each. */
  private byte[] receive(int firstByte) throws IOException {
    var type = in.readUnsignedByte();
    var length = in.readUnsignedByte();
    if (type != firstByte || length != 2) {
      throw new IOException("the endpoint sent a packet that was not due");
    }
    var body = new byte[length];
    in.readFully(body);
    return body;
  }

  @Override
  public void close() throws IOException {
    try (socket) {
      out.write(new byte[] {(byte) DISCONNECT, 0});
      out.flush();
    }
  }
}
