package io.muster.ingest.endpoint.packets;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Packets as clients send them, by {@link Choices}: most are as MQTT wants them and say something
 * that means something, the others have a mistake in a field, in a length or in any byte. Plain
 * Java, so that those may use it who test the endpoint from outside. Not thread-safe.
 */
public final class GeneratedPackets {
  private static final byte[] NONE = {};
  private static final int LARGE_BYTES = 4_500;

  /** No limit of the smallest decoder is below these. */
  private static final int MOST_FILTERS = 3;

  private static final int MOST_USER_PROPERTIES = 2;

  /** What is said in the packets. */
  public record Words(
      List<String> clients,
      List<String> users,
      List<String> secrets,
      List<String> topics,
      List<String> filters) {

    /** Of a device, which mostly says the truth about itself; the first word is always right. */
    public static Words of(String tenant, String device, String secret) {
      var own = tenant + "/" + device;
      var client = tenant + ":" + device;
      return new Words(
          List.of(client, client, client + ":b", client + ":c", client, "", "x:y", client + ":/#"),
          List.of(device + "@" + tenant, device + "@" + tenant, device, "@", "a@b@c", ""),
          List.of(secret, secret, secret, secret, "wrong", "a.b.c", ""),
          List.of(
              "telemetry/" + own,
              "event/" + own,
              "presence/" + own,
              "command/" + own + "/res/1/200",
              "shadow/" + own + "/get",
              "firmware/" + own + "/feedback",
              "$aws/things/" + client + "/shadow/get",
              "telemetry/" + tenant + "/sensor",
              "telemetry/globex/other",
              "",
              "#",
              "a/+",
              "/",
              "telemetry/" + own + "/",
              "provision/" + tenant + "/1/req",
              "x".repeat(100)),
          List.of(
              "command/" + own + "/req/#",
              "shadow/" + own + "/#",
              "firmware/" + own + "/notify",
              "$aws/things/" + client + "/#",
              "command/" + tenant + "/sensor/req/#",
              "#",
              "+/+/+/#",
              "$share/g/command/" + own + "/req/#",
              "",
              "a/#/b",
              "command/globex/other/req/#"));
    }
  }

  /**
   * @param wellFormed whether a decoder must take it; when not it may
   */
  public record Generated(byte[] bytes, boolean wellFormed) {}

  private final Choices choices;
  private final Words words;
  private boolean flawed;
  private int serial;

  public GeneratedPackets(Choices choices, Words words) {
    this.choices = choices;
    this.words = words;
  }

  /**
   * A CONNECT of a version that is served.
   *
   * @param five MQTT 5, else 3.1.1
   */
  public Generated connect(boolean five) {
    flawed = false;
    var will = choices.oneIn(3);
    var user = !choices.oneIn(10);
    var password = user ? !choices.oneIn(10) : five && choices.oneIn(4);
    var flags =
        (user ? 0x80 : 0)
            | (password ? 0x40 : 0)
            | (will ? 0x04 | choices.below(3) << 3 | choices.below(2) << 5 : 0)
            | choices.below(2) << 1
            | (flawed(20) ? 0x01 : 0);
    return finished(
        0x10,
        string(flawed(30) ? "MQIsdp" : "MQTT"),
        new byte[] {(byte) (flawed(30) ? choices.below(256) : level(five)), (byte) flags},
        number(2, choices.below(3) * 30),
        properties(five, CONNECT),
        string(choices.of(words.clients)),
        will ? properties(five, WILL) : NONE,
        will ? string(choices.of(words.topics)) : NONE,
        will ? string("gone" + serial++) : NONE,
        user ? string(choices.of(words.users)) : NONE,
        password ? string(choices.of(words.secrets)) : NONE);
  }

  /** A CONNECT without a mistake, of a client that is let in. */
  public byte[] honestConnect(boolean five) {
    return WireBytes.packet(
        0x10,
        WireBytes.string("MQTT"),
        new byte[] {level(five), (byte) 0xC2, 0, 60},
        five ? new byte[1] : NONE,
        WireBytes.string(words.clients.getFirst()),
        WireBytes.string(words.users.getFirst()),
        WireBytes.string(words.secrets.getFirst()));
  }

  /** The same of a client whose session is to be kept. */
  public byte[] honestConnectToKeep(boolean five) {
    return WireBytes.packet(
        0x10,
        WireBytes.string("MQTT"),
        new byte[] {level(five), (byte) 0xC0, 0, 60},
        five ? new byte[] {5, 0x11, 0, 0, 0, 60} : NONE,
        WireBytes.string(words.clients.getFirst()),
        WireBytes.string(words.users.getFirst()),
        WireBytes.string(words.secrets.getFirst()));
  }

  /** A SUBSCRIBE without a mistake, to what the device may hear at QoS 2. */
  public byte[] honestSubscribe(boolean five) {
    return WireBytes.packet(
        0x82,
        new byte[] {0, 1},
        five ? new byte[1] : NONE,
        WireBytes.string(words.filters.getFirst()),
        new byte[] {2});
  }

  /** What a client may say after its CONNECT, or should not. */
  public Generated next(boolean five) {
    flawed = false;
    return switch (choices.below(20)) {
      case 0, 1, 2, 3, 4, 5, 6, 7 -> publish(five);
      case 8, 9, 10 -> acknowledgement(0x40, five);
      case 11 -> acknowledgement(0x62, five);
      case 12, 13 -> subscribe(five);
      case 14 -> unsubscribe(five);
      case 15, 16 -> finished(0xC0);
      case 17 -> acknowledgement(choices.below(2) == 0 ? 0x50 : 0x70, five);
      case 18 -> disconnect(five);
      default -> odd(five);
    };
  }

  /** Bytes without sense. */
  public byte[] noise() {
    return choices.bytes(1 + choices.below(40));
  }

  private Generated publish(boolean five) {
    var qos = flawed(40) ? 3 : choices.below(3);
    var topic = choices.of(words.topics);
    return finished(
        0x30 | qos << 1 | (choices.oneIn(8) && qos > 0 ? 8 : 0) | (choices.oneIn(8) ? 1 : 0),
        string(topic),
        qos == 0 ? NONE : identifier(),
        properties(five, PUBLISH),
        payload());
  }

  /** Each its own, so that it can be told from every other. */
  private byte[] payload() {
    var text = ("{\"n\":" + serial++ + "}").getBytes(StandardCharsets.US_ASCII);
    return choices.oneIn(12) ? Arrays.copyOf(text, LARGE_BYTES) : text;
  }

  private Generated acknowledgement(int first, boolean five) {
    var reason =
        five && choices.oneIn(3)
            ? number(1, choices.of(List.of(0x00, 0x10, 0x80, 0x87, 0x92)))
            : NONE;
    var more = reason.length > 0 && choices.oneIn(2) ? properties(true, ACKNOWLEDGEMENT) : NONE;
    return finished(first, identifier(), reason, more);
  }

  private Generated subscribe(boolean five) {
    var body = new ByteArrayOutputStream();
    body.writeBytes(identifier());
    body.writeBytes(properties(five, SUBSCRIBE));
    for (int i = choices.below(MOST_FILTERS); i >= 0; i--) {
      var filter = choices.of(words.filters);
      body.writeBytes(string(filter));
      // No Local on a shared subscription is a protocol error.
      var asPublished = filter.startsWith("$share/") ? choices.below(4) & 2 : choices.below(4);
      var options = five ? choices.below(3) << 4 | asPublished << 2 : 0;
      body.write(flawed(40) ? choices.below(256) : options | choices.below(3));
    }
    return finished(0x82, body.toByteArray());
  }

  private Generated unsubscribe(boolean five) {
    var body = new ByteArrayOutputStream();
    body.writeBytes(identifier());
    body.writeBytes(properties(five, UNSUBSCRIBE));
    for (int i = choices.below(MOST_FILTERS); i >= 0; i--) {
      body.writeBytes(string(choices.of(words.filters)));
    }
    return finished(0xA2, body.toByteArray());
  }

  private Generated disconnect(boolean five) {
    if (!five || choices.oneIn(2)) {
      return finished(0xE0);
    }
    var reason = number(1, choices.of(List.of(0x00, 0x04, 0x80, 0x99)));
    return finished(0xE0, reason, choices.oneIn(2) ? properties(true, DISCONNECT) : NONE);
  }

  /** What a client should not send now, or ever. */
  private Generated odd(boolean five) {
    return switch (choices.below(4)) {
      case 0 -> new Generated(connect(five).bytes(), false);
      case 1 -> new Generated(WireBytes.packet(choices.below(256), choices.bytes(6)), false);
      case 2 ->
          new Generated(finished(0xF0, new byte[] {0x18}, properties(true, AUTH)).bytes(), false);
      default -> new Generated(noise(), false);
    };
  }

  /** The protocol level in CONNECT. */
  private static byte level(boolean five) {
    return (byte) (five ? 5 : 4);
  }

  // --- Fields --------------------------------------------------------------------------------

  /** Whether here is to be a mistake. */
  private boolean flawed(int oneIn) {
    var here = choices.oneIn(oneIn);
    flawed |= here;
    return here;
  }

  private byte[] identifier() {
    return number(2, flawed(40) ? 0 : 1 + choices.below(6));
  }

  private static byte[] number(int bytes, long value) {
    var written = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      written[i] = (byte) (value >>> 8 * (bytes - 1 - i));
    }
    return written;
  }

  private byte[] string(String text) {
    if (!flawed(40)) {
      return WireBytes.string(text);
    }
    var wrong =
        choices.of(
            List.of(
                new byte[] {(byte) 0xC0, (byte) 0x80},
                new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80},
                new byte[] {'a', 0, 'b'},
                new byte[] {(byte) 0xFF},
                new byte[] {(byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80}));
    var promised = choices.oneIn(4) ? 0xFFFF : wrong.length;
    return WireBytes.joined(number(2, promised), wrong);
  }

  // --- Properties (MQTT 5 §2.2.2.2) --------------------------------------------------------------

  private static final List<Integer> CONNECT = List.of(0x11, 0x17, 0x19, 0x21, 0x22, 0x26, 0x27);
  private static final List<Integer> WILL = List.of(0x01, 0x02, 0x03, 0x08, 0x09, 0x18, 0x26);
  private static final List<Integer> PUBLISH = List.of(0x23, 0x01, 0x02, 0x03, 0x08, 0x09, 0x26);
  private static final List<Integer> ACKNOWLEDGEMENT = List.of(0x1F, 0x26);
  private static final List<Integer> SUBSCRIBE = List.of(0x0B, 0x26);
  private static final List<Integer> UNSUBSCRIBE = List.of(0x26);
  private static final List<Integer> DISCONNECT = List.of(0x11, 0x1F, 0x26);
  private static final List<Integer> AUTH = List.of(0x15, 0x1F, 0x26);
  private static final List<Integer> ALL =
      List.of(0x01, 0x0B, 0x11, 0x15, 0x16, 0x23, 0x26, 0x27, 0x12, 0x2A, 0x3F, 0x7F);

  private byte[] properties(boolean five, List<Integer> place) {
    if (!five) {
      return NONE;
    }
    var out = new ByteArrayOutputStream();
    if (choices.oneIn(3)) {
      var mixed = new ArrayList<>(place);
      Collections.rotate(mixed, choices.below(place.size()));
      for (var identifier : mixed.subList(0, choices.below(Math.min(4, place.size() + 1)))) {
        property(out, identifier);
      }
    }
    if (flawed(30)) {
      property(out, choices.of(ALL));
    }
    var length = flawed(40) ? choices.below(300) : out.size();
    return WireBytes.joined(WireBytes.variableByteInteger(length), out.toByteArray());
  }

  private void property(ByteArrayOutputStream out, int identifier) {
    if (identifier == 0x26) {
      for (int i = choices.below(MOST_USER_PROPERTIES); i >= 0; i--) {
        out.write(identifier);
        out.writeBytes(string("k" + choices.below(3)));
        out.writeBytes(string("v"));
      }
      return;
    }
    out.write(identifier);
    out.writeBytes(
        switch (identifier) {
          case 0x01, 0x17, 0x19 -> number(1, flawed(30) ? 2 : choices.below(2));
          case 0x02, 0x18 -> number(4, choices.below(100));
          case 0x11 -> number(4, choices.of(List.of(0L, 60L, 0xFFFFFFFFL)));
          case 0x27 -> number(4, flawed(30) ? 0 : choices.of(List.of(1_000_000, 64, 20, 5, 1)));
          case 0x21 -> number(2, flawed(30) ? 0 : 1 + choices.below(3));
          case 0x22 -> number(2, choices.below(300));
          case 0x23 -> number(2, choices.below(20));
          case 0x0B -> WireBytes.variableByteInteger(flawed(30) ? 0 : 1 + choices.below(300));
          case 0x03, 0x15 -> string("application/json");
          case 0x08 -> string(flawed(30) ? "a/#" : "r");
          case 0x09, 0x16, 0x1F -> string("because");
          default -> NONE;
        });
  }

  // --- The whole
  // -----------------------------------------------------------------------------------

  private Generated finished(int first, byte[]... fields) {
    var body = WireBytes.joined(fields);
    var right = WireBytes.packet(first, body);
    if (!choices.oneIn(10)) {
      return new Generated(right, !flawed);
    }
    var wrong =
        switch (choices.below(7)) {
          case 0 -> withLength(first, Math.max(0, body.length - 4 + choices.below(9)), body);
          case 1 -> withLength(first, choices.below(65_536) << choices.below(13), body);
          case 2 -> WireBytes.packet(first ^ 1 << choices.below(8), body);
          case 3 -> Arrays.copyOf(right, choices.below(Math.min(65_536, right.length)));
          case 4 -> WireBytes.packet(first, body, choices.bytes(1 + choices.below(8)));
          case 5 -> overwritten(right);
          default -> WireBytes.joined(new byte[] {(byte) first, -1, -1, -1, -1}, body);
        };
    return new Generated(wrong, false);
  }

  private static byte[] withLength(int first, int length, byte[] body) {
    return WireBytes.joined(
        new byte[] {(byte) first}, WireBytes.variableByteInteger(length & 0x0FFF_FFFF), body);
  }

  private byte[] overwritten(byte[] packet) {
    // Mostly near the beginning, where the lengths are.
    packet[choices.below(Math.min(packet.length, 40))] = (byte) choices.below(256);
    return packet;
  }
}
