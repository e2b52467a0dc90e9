package io.muster.systemtests;

import io.muster.systemtests.devices.TestDevice;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** CONNECT by hand (MQTT 3.1.1 §3.1), for a client that dies without a word. */
final class RawConnect {
  private static final int CLEAN_SESSION = 0x02;
  private static final int WILL = 0x04;
  private static final int WILL_QOS_1 = 0x08;
  private static final int PASSWORD = 0x40;
  private static final int USER_NAME = 0x80;

  private RawConnect() {}

  static byte[] withWill(TestDevice device, String will) {
    try {
      var rest = new ByteArrayOutputStream();
      var out = new DataOutputStream(rest);
      out.writeUTF("MQTT");
      out.write(4);
      out.write(CLEAN_SESSION | WILL | WILL_QOS_1 | PASSWORD | USER_NAME);
      out.writeShort(60);
      out.writeUTF(device.clientIdentifier());
      out.writeUTF("presence/" + device.address());
      var payload = will.getBytes(StandardCharsets.UTF_8);
      out.writeShort(payload.length);
      out.write(payload);
      out.writeUTF(device.userName());
      out.writeUTF(device.password());
      var packet = new ByteArrayOutputStream();
      packet.write(0x10);
      writeLength(packet, rest.size());
      rest.writeTo(packet);
      return packet.toByteArray();
    } catch (IOException cannotBe) {
      throw new UncheckedIOException(cannotBe);
    }
  }

  /** MQTT 3.1.1 §2.2.3. */
  private static void writeLength(ByteArrayOutputStream packet, int length) {
    var left = length;
    do {
      var digit = left % 128;
      left /= 128;
      packet.write(left > 0 ? digit | 0x80 : digit);
    } while (left > 0);
  }
}
