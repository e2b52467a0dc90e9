package io.muster.ingest.endpoint.packets;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static io.muster.ingest.endpoint.packets.ReasonCode.MALFORMED_PACKET;
import static io.muster.ingest.endpoint.packets.ReasonCode.PROTOCOL_ERROR;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each property of MQTT 5 §2.2.2.2 where it belongs, and nowhere else. */
class PropertyReaderTest {

  /** A well-formed property of each identifier. */
  private static final Map<Integer, String> PROPERTIES =
      Map.ofEntries(
          Map.entry(0x01, "01 01"),
          Map.entry(0x02, "02 00000001"),
          Map.entry(0x03, "03 \"x\""),
          Map.entry(0x08, "08 \"x\""),
          Map.entry(0x09, "09 \"x\""),
          Map.entry(0x0B, "0B 01"),
          Map.entry(0x11, "11 00000001"),
          Map.entry(0x12, "12 \"x\""),
          Map.entry(0x13, "13 0001"),
          Map.entry(0x15, "15 \"x\""),
          Map.entry(0x16, "16 \"x\""),
          Map.entry(0x17, "17 01"),
          Map.entry(0x18, "18 00000001"),
          Map.entry(0x19, "19 01"),
          Map.entry(0x1A, "1A \"x\""),
          Map.entry(0x1C, "1C \"x\""),
          Map.entry(0x1F, "1F \"x\""),
          Map.entry(0x21, "21 0001"),
          Map.entry(0x22, "22 0001"),
          Map.entry(0x23, "23 0001"),
          Map.entry(0x24, "24 01"),
          Map.entry(0x25, "25 01"),
          Map.entry(0x26, "26 \"x\" \"x\""),
          Map.entry(0x27, "27 00000001"),
          Map.entry(0x28, "28 01"),
          Map.entry(0x29, "29 01"),
          Map.entry(0x2A, "2A 01"));

  /** The packets in which properties stand, and those that a client may put there. */
  private enum Where {
    CONNECT(
        0x10,
        "\"MQTT\" 05 02 003C",
        "\"ab\"",
        0x11,
        0x15,
        0x16,
        0x17,
        0x19,
        0x21,
        0x22,
        0x26,
        0x27),
    WILL(
        0x10,
        "\"MQTT\" 05 06 003C 00 \"ab\"",
        "\"w\" \"\"",
        0x01,
        0x02,
        0x03,
        0x08,
        0x09,
        0x18,
        0x26),
    PUBLISH(0x30, "\"t\"", "", 0x01, 0x02, 0x03, 0x08, 0x09, 0x23, 0x26),
    PUBACK(0x40, "0001 00", "", 0x1F, 0x26),
    PUBREC(0x50, "0001 00", "", 0x1F, 0x26),
    PUBREL(0x62, "0001 00", "", 0x1F, 0x26),
    PUBCOMP(0x70, "0001 00", "", 0x1F, 0x26),
    SUBSCRIBE(0x82, "0001", "\"a\" 00", 0x0B, 0x26),
    UNSUBSCRIBE(0xA2, "0001", "\"a\"", 0x26),
    DISCONNECT(0xE0, "00", "", 0x11, 0x1F, 0x26),
    AUTH(0xF0, "18", "", 0x15, 0x16, 0x1F, 0x26);

    private final int first;
    private final String before;
    private final String after;
    private final int[] identifiers;

    Where(int first, String before, String after, int... identifiers) {
      this.first = first;
      this.before = before;
      this.after = after;
      this.identifiers = identifiers;
    }

    Set<Integer> allowed() {
      return Arrays.stream(identifiers).boxed().collect(toSet());
    }

    byte[] packet(String properties) {
      var bytes = WireBytes.of(properties);
      return WireBytes.packet(
          first,
          WireBytes.of(before),
          WireBytes.variableByteInteger(bytes.length),
          bytes,
          WireBytes.of(after));
    }

    Decoding decoding() {
      return first == 0x10 ? Decoding.ofStranger() : Decoding.of(MQTT_5);
    }
  }

  @ParameterizedTest
  @EnumSource
  void takesEachPropertyWhereItBelongsAndNowhereElse(Where where) {
    PROPERTIES.forEach(
        (identifier, property) -> {
          try (var decoding = where.decoding()) {
            if (where.allowed().contains(identifier)) {
              // Authentication data goes with a method (MQTT 5 §3.1.2.11.10).
              var written = identifier == 0x16 ? property + PROPERTIES.get(0x15) : property;
              assertInstanceOf(Packet.class, decoding.feed(where.packet(written)).next(), property);
            } else {
              var reason = decoding.refuses(where.packet(property)).reason();
              assertEquals(PROTOCOL_ERROR, reason, property);
            }
          }
        });
  }

  @ParameterizedTest
  @EnumSource
  void refusesAPropertyThatComesTwice(Where where) {
    for (var identifier : where.allowed()) {
      var twice = PROPERTIES.get(identifier) + " " + PROPERTIES.get(identifier);
      try (var decoding = where.decoding()) {
        if (identifier == 0x26) {
          assertInstanceOf(Packet.class, decoding.feed(where.packet(twice)).next());
        } else {
          assertEquals(PROTOCOL_ERROR, decoding.refuses(where.packet(twice)).reason(), twice);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void refusesAPropertyThatIsCutOff(Where where) {
    for (var identifier : where.allowed()) {
      var whole = WireBytes.of(PROPERTIES.get(identifier));
      var cut = Arrays.copyOf(whole, whole.length - 1);
      try (var decoding = where.decoding()) {
        var shown = java.util.HexFormat.of().formatHex(cut);
        assertEquals(MALFORMED_PACKET, decoding.refuses(where.packet(shown)).reason(), shown);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"00", "04", "2B 00", "3F", "40 00", "7F", "FF 7F"})
  void refusesAPropertyThatNobodyKnows(String property) {
    try (var decoding = Decoding.of(MQTT_5)) {
      var reason = decoding.refuses(Where.PUBLISH.packet(property)).reason();
      assertEquals(PROTOCOL_ERROR, reason);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "PUBLISH, 01 02",
    "PUBLISH, 08 'a/+'",
    "PUBLISH, 08 '#'",
    "SUBSCRIBE, 0B 00",
    "CONNECT, 17 02",
    "CONNECT, 19 02",
    "CONNECT, 21 0000",
    "CONNECT, 27 00000000",
  })
  void refusesAValueThatItMayNotHave(Where where, String property) {
    var written = property.replaceAll("(08) (.*)", "$1 \"$2\"");
    try (var decoding = where.decoding()) {
      assertEquals(PROTOCOL_ERROR, decoding.refuses(where.packet(written)).reason(), written);
    }
  }

  /** Whether an alias of 0 may stand is judged with the greatest that was announced. */
  @Test
  void leavesTheTopicAliasToItsJudge() {
    try (var decoding = Decoding.of(MQTT_5)) {
      decoding.feed(Where.PUBLISH.packet("23 0000"));
      var publish = assertInstanceOf(Packet.Publish.class, decoding.next());
      assertEquals(0, publish.properties().topicAlias());
    }
  }

  @Test
  void readsNumbersBeyondTheSignedOnes() {
    try (var decoding = Decoding.ofStranger()) {
      decoding.feed(Where.CONNECT.packet("11 FFFFFFFF 27 FFFFFFFF 21 FFFF"));
      var properties = assertInstanceOf(Packet.Connect.class, decoding.next()).properties();
      assertEquals("{session=4294967295 receive=65535 packet=4294967295}", Shown.of(properties));
    }
  }
}
