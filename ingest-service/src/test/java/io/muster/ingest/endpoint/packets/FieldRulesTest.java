package io.muster.ingest.endpoint.packets;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static io.muster.ingest.endpoint.packets.ReasonCode.MALFORMED_PACKET;
import static io.muster.ingest.endpoint.packets.ReasonCode.PROTOCOL_ERROR;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What MQTT 5 §1.5 and §3 ask of the fields of a packet; the guide's table names these tests. */
class FieldRulesTest {

  /** FF begins no character, and 00 may not be one. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          client identifier          | 10 0E "MQTT" 05 02 003C 00 0001 %s
          will topic                 | 10 14 "MQTT" 05 06 003C 00 "ab" 00 0001 %s "w"
          will's content type        | 10 18 "MQTT" 05 06 003C 00 "ab" 04 03 0001 %s "t" "w"
          will's response topic      | 10 18 "MQTT" 05 06 003C 00 "ab" 04 08 0001 %s "t" "w"
          user name                  | 10 12 "MQTT" 05 82 003C 00 "ab" 0001 %s
          authentication method      | 10 13 "MQTT" 05 02 003C 04 15 0001 %s "ab"
          name of a user property    | 10 16 "MQTT" 05 02 003C 07 26 0001 %s "v" "ab"
          value of a user property   | 10 16 "MQTT" 05 02 003C 07 26 "k" 0001 %s "ab"
          """)
  void refusesAStringOfConnectThatIsNone(String what, String bytes) {
    for (var wrong : new String[] {"FF", "00"}) {
      try (var decoding = Decoding.ofStranger()) {
        assertEquals(MALFORMED_PACKET, decoding.refuses(bytes.replace("%s", wrong)).reason(), what);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          topic name                 | 30 04 0001 %s 00
          content type               | 30 08 "t" 04 03 0001 %s
          response topic             | 30 08 "t" 04 08 0001 %s
          name of a user property    | 30 0B "t" 07 26 0001 %s "v"
          value of a user property   | 30 0B "t" 07 26 "k" 0001 %s
          reason string              | 40 08 0001 00 04 1F 0001 %s
          filter to subscribe to     | 82 07 0001 00 0001 %s 00
          filter to unsubscribe from | A2 06 0001 00 0001 %s
          """)
  void refusesAStringThatIsNone(String what, String bytes) {
    for (var wrong : new String[] {"FF", "00"}) {
      try (var decoding = Decoding.of(MQTT_5)) {
        assertEquals(MALFORMED_PACKET, decoding.refuses(bytes.replace("%s", wrong)).reason(), what);
      }
    }
  }

  /** U+FEFF is a character like any other, wherever it stands. */
  @Test
  void keepsAByteOrderMark() {
    try (var decoding = Decoding.of(MQTT_5)) {
      decoding.feed("30 0A 0007 EFBBBF 't' EFBBBF 00");
      var publish = assertInstanceOf(Packet.Publish.class, decoding.next());
      assertEquals("\uFEFFt\uFEFF", publish.topic());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 00",
    "127, 7F",
    "128, 8001",
    "16383, FF7F",
    "16384, 808001",
    "2097151, FFFF7F",
    "2097152, 80808001",
    "268435455, FFFFFF7F",
  })
  void writesVariableByteIntegersInAsFewBytesAsTheyTake(int value, String bytes) {
    var out = Unpooled.buffer();
    PacketWriter.variableByteInteger(out, value);
    assertEquals(bytes.toLowerCase(), ByteBufUtil.hexDump(out));
    assertEquals(bytes.length() / 2, PacketWriter.variableByteIntegerBytes(value));
  }

  /** MQTT 5 §3.1.2.5 to §3.1.2.9: what the flags promise is there, and nothing else. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          a will without any of its fields    | 10 0F "MQTT" 05 06 003C 00 "ab"
          a will without topic and payload    | 10 10 "MQTT" 05 06 003C 00 "ab" 00
          a will without payload              | 10 13 "MQTT" 05 06 003C 00 "ab" 00 "w"
          will fields without the flag        | 10 16 "MQTT" 05 02 003C 00 "ab" 00 "w" "x"
          will QoS without the flag           | 10 0F "MQTT" 05 0A 003C 00 "ab"
          will retain without the flag        | 10 0F "MQTT" 05 22 003C 00 "ab"
          will QoS 3                          | 10 16 "MQTT" 05 1E 003C 00 "ab" 00 "w" "x"
          a user name without the flag        | 10 12 "MQTT" 05 02 003C 00 "ab" "u"
          the flag without a user name        | 10 0F "MQTT" 05 82 003C 00 "ab"
          a password without the flag         | 10 15 "MQTT" 05 82 003C 00 "ab" "u" "p"
          the flag without a password         | 10 12 "MQTT" 05 C2 003C 00 "ab" "u"
          no client identifier                | 10 0B "MQTT" 05 02 003C 00
          the reserved flag                   | 10 0F "MQTT" 05 03 003C 00 "ab"
          """)
  void refusesAConnectWhoseFlagsDoNotSayWhatItHolds(String what, String bytes) {
    try (var decoding = Decoding.ofStranger()) {
      assertEquals(MALFORMED_PACKET, decoding.refuses(bytes).reason(), what);
      assertNull(decoding.next());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"38 04 \"t\" 00", "39 04 \"t\" 00"})
  void refusesADuplicateAtQos0(String bytes) {
    try (var decoding = Decoding.of(MQTT_5)) {
      assertEquals(MALFORMED_PACKET, decoding.refuses(bytes).reason());
    }
  }

  @Test
  void refusesNoLocalOnASharedSubscription() {
    try (var decoding = Decoding.of(MQTT_5)) {
      decoding.feed("82 10 0001 00 \"$share/g/a\" 01");
      assertInstanceOf(Packet.Subscribe.class, decoding.next());
      var reason = decoding.refuses("82 10 0001 00 \"$share/g/a\" 05").reason();
      assertEquals(PROTOCOL_ERROR, reason);
    }
  }

  @Test
  void refusesAPacketIdentifierOf0() {
    for (var bytes :
        new String[] {
          "32 06 \"t\" 0000 00",
          "34 06 \"t\" 0000 00",
          "40 02 0000",
          "50 02 0000",
          "62 02 0000",
          "70 02 0000",
          "82 07 0000 00 \"a\" 01",
          "A2 06 0000 00 \"a\""
        }) {
      try (var decoding = Decoding.of(MQTT_5)) {
        assertEquals(PROTOCOL_ERROR, decoding.refuses(bytes).reason(), bytes);
      }
    }
  }

  /** MQTT 5 §2.1.3, table 2-2: of a packet that is right every other value of the four bits. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          CONNECT     | 1  | 0 | 0F "MQTT" 05 02 003C 00 "ab"
          PUBACK      | 4  | 0 | 02 0001
          PUBREC      | 5  | 0 | 02 0001
          PUBREL      | 6  | 2 | 02 0001
          PUBCOMP     | 7  | 0 | 02 0001
          SUBSCRIBE   | 8  | 2 | 07 0001 00 "a" 01
          UNSUBSCRIBE | 10 | 2 | 06 0001 00 "a"
          PINGREQ     | 12 | 0 | 00
          DISCONNECT  | 14 | 0 | 00
          AUTH        | 15 | 0 | 00
          """)
  void refusesEveryReservedFlag(String what, int type, int right, String body) {
    for (int flags = 0; flags < 16; flags++) {
      try (var decoding = type == 1 ? Decoding.ofStranger() : Decoding.of(MQTT_5)) {
        var bytes = "%02X ".formatted(type << 4 | flags) + body;
        if (flags == right) {
          assertNotNull(decoding.feed(bytes).next(), bytes);
        } else {
          assertEquals(MALFORMED_PACKET, decoding.refuses(bytes).reason(), bytes);
        }
      }
    }
  }
}
