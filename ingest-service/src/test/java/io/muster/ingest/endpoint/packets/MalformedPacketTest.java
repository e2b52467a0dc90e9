package io.muster.ingest.endpoint.packets;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_3_1_1;
import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static io.muster.ingest.endpoint.packets.ReasonCode.PROTOCOL_ERROR;
import static io.muster.ingest.endpoint.packets.ReasonCode.QUOTA_EXCEEDED;
import static io.muster.ingest.endpoint.packets.ReasonCode.TOPIC_NAME_INVALID;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Bytes that are no MQTT, and what is said of them (MQTT 5 §4.13). */
class MalformedPacketTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          no MQTT at all                     | MALFORMED_PACKET | 10 0E "HTTP" 04 02 003C "ab"
          MQTT 3.1                           | UNSUPPORTED_PROTOCOL_VERSION | 10 10 "MQIsdp" 03 02 003C "ab"
          MQTT 3.1 by the new name           | UNSUPPORTED_PROTOCOL_VERSION | 10 0E "MQTT" 03 02 003C "ab"
          MQTT 6                             | UNSUPPORTED_PROTOCOL_VERSION | 10 0E "MQTT" 06 02 003C "ab"
          3.1.1 by the old name              | MALFORMED_PACKET | 10 10 "MQIsdp" 04 02 003C "ab"
          a reserved connect flag            | MALFORMED_PACKET | 10 0E "MQTT" 04 03 003C "ab"
          will QoS 3                         | MALFORMED_PACKET | 10 13 "MQTT" 04 1E 003C "ab" "w" 0000
          will QoS without a will            | MALFORMED_PACKET | 10 0E "MQTT" 04 0A 003C "ab"
          will retain without a will         | MALFORMED_PACKET | 10 0E "MQTT" 04 22 003C "ab"
          a password without a user at 3.1.1 | MALFORMED_PACKET | 10 12 "MQTT" 04 42 003C "ab" "pw"
          the user that a flag promises      | MALFORMED_PACKET | 10 0E "MQTT" 04 82 003C "ab"
          more than its fields               | MALFORMED_PACKET | 10 0F "MQTT" 04 02 003C "ab" 00
          a client identifier beyond it      | MALFORMED_PACKET | 10 0E "MQTT" 04 02 003C 0003 'ab'
          an empty body                      | MALFORMED_PACKET | 10 00
          properties beyond it               | MALFORMED_PACKET | 10 0F "MQTT" 05 02 003C 05 "ab"
          PUBLISH before it                  | PROTOCOL_ERROR   | 30 05 "t/1"
          PINGREQ before it                  | PROTOCOL_ERROR   | C0 00
          AUTH before it                     | PROTOCOL_ERROR   | F0 00
          """)
  void refusesAsConnect(String what, ReasonCode reason, String bytes) {
    try (var decoding = Decoding.ofStranger()) {
      assertEquals(reason, decoding.refuses(bytes).reason(), what);
      assertNull(decoding.next());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          a second CONNECT                   | PROTOCOL_ERROR   | 10 0E "MQTT" 04 02 003C "ab"
          its first byte alone               | PROTOCOL_ERROR   | 10
          packet type 0                      | PROTOCOL_ERROR   | 00 00
          a server's CONNACK                 | PROTOCOL_ERROR   | 20 02 0000
          a server's SUBACK                  | PROTOCOL_ERROR   | 90 03 0001 00
          a server's UNSUBACK                | PROTOCOL_ERROR   | B0 02 0001
          a server's PINGRESP                | PROTOCOL_ERROR   | D0 00
          AUTH, which is MQTT 5              | PROTOCOL_ERROR   | F0 00
          QoS 3                              | MALFORMED_PACKET | 36 07 "t/1" 0001
          packet identifier 0 in PUBLISH     | PROTOCOL_ERROR   | 32 07 "t/1" 0000
          packet identifier 0 in PUBACK      | PROTOCOL_ERROR   | 40 02 0000
          packet identifier 0 in SUBSCRIBE   | PROTOCOL_ERROR   | 82 08 0000 "a/b" 01
          packet identifier 0 in UNSUBSCRIBE | PROTOCOL_ERROR   | A2 07 0000 "a/b"
          reserved flags in PUBACK           | MALFORMED_PACKET | 42 02 0001
          reserved flags in PUBREL           | MALFORMED_PACKET | 60 02 0001
          reserved flags in SUBSCRIBE        | MALFORMED_PACKET | 80 08 0001 "a/b" 01
          reserved flags in UNSUBSCRIBE      | MALFORMED_PACKET | A0 07 0001 "a/b"
          reserved flags in PINGREQ          | MALFORMED_PACKET | C1 00
          reserved flags in DISCONNECT       | MALFORMED_PACKET | E8 00
          a PUBACK that is too short         | MALFORMED_PACKET | 40 01 00
          a PUBACK that is too long          | MALFORMED_PACKET | 40 03 0001 00
          a PINGREQ with a body              | MALFORMED_PACKET | C0 01 00
          a DISCONNECT with a body           | MALFORMED_PACKET | E0 01 00
          a topic name beyond its packet     | MALFORMED_PACKET | 30 05 0004 't/1'
          half a topic length                | MALFORMED_PACKET | 30 01 00
          no room for a packet identifier    | MALFORMED_PACKET | 32 06 "t/1" 00
          no filter to subscribe to          | PROTOCOL_ERROR   | 82 02 0001
          no filter to unsubscribe from      | PROTOCOL_ERROR   | A2 02 0001
          a filter without its QoS           | MALFORMED_PACKET | 82 07 0001 "a/b"
          a filter with QoS 3                | MALFORMED_PACKET | 82 08 0001 "a/b" 03
          options that are MQTT 5            | MALFORMED_PACKET | 82 08 0001 "a/b" 05
          a filter beyond its packet         | MALFORMED_PACKET | A2 07 0001 0004 'a/b'
          too many filters to subscribe to   | QUOTA_EXCEEDED   | 82 12 0001 "a" 00 "b" 00 "c" 00 "d" 00
          too many to unsubscribe from       | QUOTA_EXCEEDED   | A2 0E 0001 "a" "b" "c" "d"
          a length of five bytes             | MALFORMED_PACKET | C0 80808080 01
          its first four                     | MALFORMED_PACKET | C0 80808080
          U+0000 in a topic name             | MALFORMED_PACKET | 30 05 0003 't' 00 't'
          a byte that begins nothing         | MALFORMED_PACKET | 30 05 0003 't' FF 't'
          a character that is cut off        | MALFORMED_PACKET | 30 05 0003 't' E6B0
          an overlong slash                  | MALFORMED_PACKET | 30 05 0003 't' C0AF
          an overlong U+0000                 | MALFORMED_PACKET | 30 05 0003 't' C080
          a surrogate                        | MALFORMED_PACKET | 30 06 0004 't' EDA080
          a pair of surrogates               | MALFORMED_PACKET | 30 08 0006 EDA0BD EDB880
          beyond the last plane              | MALFORMED_PACKET | 30 06 0004 F4908080
          U+0000 in a filter                 | MALFORMED_PACKET | 82 06 0001 0001 00 01
          a surrogate in a filter            | MALFORMED_PACKET | A2 07 0001 0003 EDA080
          """)
  void refusesOfAnMqtt3Client(String what, ReasonCode reason, String bytes) {
    try (var decoding = Decoding.of(MQTT_3_1_1)) {
      assertEquals(reason, decoding.refuses(bytes).reason(), what);
      assertNull(decoding.next());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          a PUBLISH without properties       | MALFORMED_PACKET | 30 05 "t/1"
          properties beyond their packet     | MALFORMED_PACKET | 30 07 "t/1" 02 01
          a property beyond its properties   | MALFORMED_PACKET | 30 08 "t/1" 02 02 00
          a length of properties too long    | MALFORMED_PACKET | 30 07 "t/1" 80 00
          one of five bytes                  | MALFORMED_PACKET | 30 0A "t/1" 80808080 01
          SUBSCRIBE without properties       | MALFORMED_PACKET | 82 02 0001
          SUBSCRIBE without a filter         | PROTOCOL_ERROR   | 82 03 0001 00
          UNSUBSCRIBE without a filter       | PROTOCOL_ERROR   | A2 03 0001 00
          retain handling 3                  | MALFORMED_PACKET | 82 09 0001 00 "a/b" 30
          reserved subscription options      | MALFORMED_PACKET | 82 09 0001 00 "a/b" 40
          a subscription with QoS 3          | MALFORMED_PACKET | 82 09 0001 00 "a/b" 03
          a PUBACK with more than it may     | MALFORMED_PACKET | 40 05 0001 00 00 00
          a DISCONNECT with more             | MALFORMED_PACKET | E0 03 00 00 00
          an AUTH with more                  | MALFORMED_PACKET | F0 03 18 00 00
          an AUTH with flags                 | MALFORMED_PACKET | F1 00
          """)
  void refusesOfAnMqtt5Client(String what, ReasonCode reason, String bytes) {
    try (var decoding = Decoding.of(MQTT_5)) {
      assertEquals(reason, decoding.refuses(bytes).reason(), what);
      assertNull(decoding.next());
    }
  }

  @ParameterizedTest
  @EnumSource
  void refusesATopicNameThatIsTooLong(ProtocolVersion version) {
    try (var decoding = Decoding.of(version)) {
      var topic = "t".repeat(Decoding.LIMITS.topicBytes() + 1);
      var error = decoding.refuses(WireBytes.packet(0x30, WireBytes.string(topic), new byte[1]));
      assertEquals(TOPIC_NAME_INVALID, error.reason());
    }
  }

  @Test
  void takesATopicNameOfTheGreatestLength() {
    try (var decoding = Decoding.of(MQTT_3_1_1)) {
      var topic = "t".repeat(Decoding.LIMITS.topicBytes());
      decoding.feed(WireBytes.packet(0x30, WireBytes.string(topic)));
      assertEquals(topic, assertInstanceOf(Packet.Publish.class, decoding.next()).topic());
    }
  }

  @Test
  void takesAsManyFiltersAsItMay() {
    try (var decoding = Decoding.of(MQTT_3_1_1)) {
      decoding.feed("82 0E 0001 \"a\" 00 \"b\" 00 \"c\" 00");
      assertEquals("SUBSCRIBE 1 a=0,b=0,c=0 {}", Shown.of(decoding.next()));
    }
  }

  @Test
  void refusesTooManyUserProperties() {
    try (var decoding = Decoding.of(MQTT_5)) {
      var five = "26 \"a\" \"\" 26 \"b\" \"\" 26 \"c\" \"\" 26 \"d\" \"\" 26 \"e\" \"\"";
      assertEquals(QUOTA_EXCEEDED, decoding.refuses("30 22 \"t\" 1E" + five).reason());
    }
  }

  @Test
  void throwsAwayWhatFollowsAnError() {
    try (var decoding = Decoding.of(MQTT_5)) {
      decoding.refuses("C1 00 C0 00");
      decoding.feed("C0 00");
      assertNull(decoding.next());
    }
  }

  @Test
  void readsWhatCameBeforeAnError() {
    try (var decoding = Decoding.of(MQTT_5)) {
      assertEquals(PROTOCOL_ERROR, decoding.refuses("C0 00 D0 00").reason());
      assertEquals(Packet.PingReq.PINGREQ, decoding.next());
    }
  }

  @Test
  void costsNoStackTrace() {
    try (var decoding = Decoding.of(MQTT_5)) {
      assertEquals(0, decoding.refuses("C1 00").getStackTrace().length);
    }
  }
}
