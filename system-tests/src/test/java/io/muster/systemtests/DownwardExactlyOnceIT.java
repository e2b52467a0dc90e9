package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.ServiceAccount;
import io.muster.systemtests.stack.SharedStack;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** QoS 2 to a device whose session moves from replica to replica, and survives one's death. */
@ExtendWith(SharedStack.class)
class DownwardExactlyOnceIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int PUBLISH = 0x34;
  private static final int PUBLISH_AGAIN = 0x3C;
  private static final int PUBREC = 0x50;
  private static final int PUBREL = 0x62;
  private static final int PUBCOMP = 0x70;
  private static final int PINGRESP = 0xD0;

  /** PUBLISH at QoS 0. */
  private static final int TRIAL = 0x30;

  private final RunningStack stack;

  DownwardExactlyOnceIT(RunningStack stack) {
    this.stack = stack;
  }

  @Test
  void goesOnAtAnotherReplicaFromWhereItWas() throws IOException {
    var device = stack.newDevice(stack.newTenant(), "once");
    var topic = "command/" + device.address() + "/req/r1/reboot";
    final int identifier;
    try (var first = new Client(device, stack.endpointPort(1), false)) {
      first.subscribe("command/" + device.address() + "/req/#");
      say(first, topic);
      identifier = first.hear(PUBLISH);
      assertEquals(topic + "!", first.text);
    }
    try (var second = new Client(device, stack.endpointPort(2), true)) {
      assertEquals(identifier, second.hear(PUBLISH_AGAIN));
      assertEquals(topic + "!", second.text);
      second.send(PUBREC, identifier);
      assertEquals(identifier, second.hear(PUBREL));
    }
    try (var third = new Client(device, stack.endpointPort(1), true)) {
      assertEquals(identifier, third.hear(PUBREL));
      third.send(PUBCOMP, identifier);
    }
    // PUBCOMP may not be kept yet when the next replica takes the session: then PUBREL comes again.
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              try (var next = new Client(device, stack.endpointPort(2), true)) {
                return next.hearsNothingBut(PUBREL, PUBCOMP, identifier);
              }
            });
  }

  @Test
  void goesOnThoughItsReplicaIsKilled() throws IOException {
    var device = stack.newDevice(stack.newTenant(), "killed");
    var topic = "command/" + device.address() + "/req/r1/reboot";
    int identifier;
    try (var first = new Client(device, stack.endpointPort(1), false)) {
      first.subscribe("command/" + device.address() + "/req/#");
      say(first, topic);
      identifier = first.hear(PUBLISH);
      var killed = stack.processes().kill("ingest");
      try (var second = new Client(device, stack.endpointPort(2), true)) {
        assertEquals(identifier, second.hear(PUBLISH_AGAIN));
        second.send(PUBREC, identifier);
        assertEquals(identifier, second.hear(PUBREL));
        second.send(PUBCOMP, identifier);
        assertTrue(second.hearsNothing());
      }
      stack.processes().awaitRestart("ingest", killed);
    }
  }

  /**
   * Tells the device once. Before, the replica is tried with messages that may be lost, since it
   * may be about to subscribe at the broker; a client skips them.
   */
  private void say(Client client, String topic) {
    var command = new ServiceAccount(stack, "command", 9_000);
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              command.publish(topic, "?", MqttQos.AT_MOST_ONCE);
              return client.hasSomething();
            });
    command.publish(topic, "!", MqttQos.EXACTLY_ONCE);
  }

  /** An MQTT 3.1.1 client that answers when it is told to. */
  private static final class Client implements AutoCloseable {
    private static final int USER_PASSWORD_NO_CLEAN_SESSION = 0xC0;
    private static final int PATIENCE_MILLIS = 60_000;

    private final Socket socket;
    private final DataInputStream in;

    /** Topic name and payload of the last PUBLISH. */
    private String text;

    Client(TestDevice device, int port, boolean present) throws IOException {
      socket = new Socket("127.0.0.1", port);
      socket.setSoTimeout(PATIENCE_MILLIS);
      in = new DataInputStream(socket.getInputStream());
      write(
          0x10,
          out -> {
            out.writeUTF("MQTT");
            out.write(4);
            out.write(USER_PASSWORD_NO_CLEAN_SESSION);
            out.writeShort(60);
            out.writeUTF(device.clientIdentifier());
            out.writeUTF(device.userName());
            out.writeUTF(device.password());
          });
      assertEquals(0x20, in.readUnsignedByte());
      var connAck = in.readNBytes(3);
      assertEquals(present ? 1 : 0, connAck[1], "session present");
      assertEquals(0, connAck[2]);
    }

    /** What is in a packet. */
    private interface Fields {
      void writeTo(DataOutputStream out) throws IOException;
    }

    private void write(int first, Fields fields) throws IOException {
      var body = new ByteArrayOutputStream();
      fields.writeTo(new DataOutputStream(body));
      var packet = new ByteArrayOutputStream();
      packet.write(first);
      var left = body.size();
      do {
        packet.write(left >= 128 ? left % 128 | 0x80 : left);
        left /= 128;
      } while (left > 0);
      body.writeTo(packet);
      socket.getOutputStream().write(packet.toByteArray());
    }

    void subscribe(String filter) throws IOException {
      write(
          0x82,
          out -> {
            out.writeShort(1);
            out.writeUTF(filter);
            out.write(2);
          });
      assertEquals(0x90, in.readUnsignedByte());
      assertEquals(2, in.readNBytes(4)[3]);
    }

    void send(int type, int identifier) throws IOException {
      write(type, out -> out.writeShort(identifier));
    }

    boolean hasSomething() throws IOException {
      return in.available() > 0;
    }

    /** The identifier of the next packet that is no trial, which is of that type. */
    int hear(int first) throws IOException {
      assertEquals(first, nextType());
      var packet = new DataInputStream(new ByteArrayInputStream(in.readNBytes(remainingLength())));
      if (first >> 4 != PUBLISH >> 4) {
        return packet.readUnsignedShort();
      }
      var topic = packet.readUTF();
      var identifier = packet.readUnsignedShort();
      text = topic + new String(packet.readAllBytes(), StandardCharsets.UTF_8);
      return identifier;
    }

    private int nextType() throws IOException {
      var first = in.readUnsignedByte();
      while (first == TRIAL) {
        in.skipNBytes(remainingLength());
        first = in.readUnsignedByte();
      }
      return first;
    }

    private int remainingLength() throws IOException {
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

    /**
     * Answers what comes again, until the server has answered a PINGREQ; all else is a failure.
     *
     * @return whether nothing came
     */
    boolean hearsNothingBut(int again, int answer, int identifier) throws IOException {
      write(0xC0, out -> {});
      var nothing = true;
      for (int type = nextType(); type != PINGRESP; type = nextType()) {
        assertEquals(again, type);
        var packet =
            new DataInputStream(new ByteArrayInputStream(in.readNBytes(remainingLength())));
        assertEquals(identifier, packet.readUnsignedShort());
        send(answer, identifier);
        nothing = false;
      }
      assertEquals(0, remainingLength());
      return nothing;
    }

    /** Asked twice: what was on its way may come after the first answer. */
    boolean hearsNothing() throws IOException {
      for (int i = 0; i < 2; i++) {
        write(0xC0, out -> {});
        if (nextType() != PINGRESP) {
          return false;
        }
        assertEquals(0, remainingLength());
      }
      return true;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
