package io.muster.ingest.endpoint.packets;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_3_1_1;
import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every packet that a client may send, byte by byte as MQTT 3.1.1 §3 and MQTT 5 §3 write it. */
class PacketDecoderGoldenBytesTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          10 0E "MQTT" 04 02 003C "ab" \
            | CONNECT MQTT_3_1_1 ab clean keepalive=60 user=null password=null will=none {}
          10 0E "MQTT" 04 00 0000 "ab" \
            | CONNECT MQTT_3_1_1 ab keepalive=0 user=null password=null will=none {}
          10 1F "MQTT" 04 F4 0000 "a" "w/t" "bye" "me" "pw" \
            | CONNECT MQTT_3_1_1 a keepalive=0 user=me password=pw will=(w/t qos=2 retain payload=bye {}) {}
          10 13 "MQTT" 05 42 FFFF 00 "ab" "pw" \
            | CONNECT MQTT_5 ab clean keepalive=65535 user=null password=pw will=none {}
          10 2C "MQTT" 05 02 000A 1F 11 00000E10 21 0014 27 00001000 22 000A 19 01 17 00 26 "k" "value" "" \
            | CONNECT MQTT_5  clean keepalive=10 user=null password=null will=none {session=3600 problem=0 receive=20 aliases=10 packet=4096 k:value}
          10 1A "MQTT" 05 02 000A 0D 15 "SCR" 16 "data" "" \
            | CONNECT MQTT_5  clean keepalive=10 user=null password=null will=none {method=SCR}
          10 34 "MQTT" 05 0C 000A 00 "a" 1F 18 0000003C 01 01 02 00000005 03 "t" 08 "r" 09 "c" 26 "k" "v" "w" "y" \
            | CONNECT MQTT_5 a keepalive=10 user=null password=null will=(w qos=1 payload=y {format=1 expiry=5 type=t response=r correlation=c delay=60 k:v}) {}
          """)
  void readsConnect(String bytes, String shown) {
    try (var decoding = Decoding.ofStranger()) {
      assertEquals(shown, Shown.of(decoding.feed(bytes).next()));
      assertNull(decoding.next());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          30 07 "t/1" 'hi'                   | PUBLISH t/1 qos=0 id=0 payload=hi {}
          31 05 "t/1"                        | PUBLISH t/1 qos=0 retain id=0 payload= {}
          32 09 "t/1" 0007 'hi'              | PUBLISH t/1 qos=1 id=7 payload=hi {}
          3D 09 "t/1" FFFF 'hi'              | PUBLISH t/1 qos=2 retain dup id=65535 payload=hi {}
          40 02 0001                         | PUBACK 1 0
          50 02 0102                         | PUBREC 258 0
          62 02 FFFF                         | PUBREL 65535 0
          70 02 0001                         | PUBCOMP 1 0
          82 0E 0005 "a/b" 01 "c/#" 02       | SUBSCRIBE 5 a/b=1,c/#=2 {}
          A2 0C 0006 "a/b" "c/#"             | UNSUBSCRIBE 6 a/b,c/#
          C0 00                              | PINGREQ
          E0 00                              | DISCONNECT 0 {}
          """)
  void readsWhatAnMqtt3ClientSends(String bytes, String shown) {
    try (var decoding = Decoding.of(MQTT_3_1_1)) {
      assertEquals(shown, Shown.of(decoding.feed(bytes).next()));
      assertNull(decoding.next());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          30 08 "t/1" 00 'hi'                | PUBLISH t/1 qos=0 id=0 payload=hi {}
          3D 27 "t" FFFF 1F 01 01 02 0000000A 03 "a/b" 08 "r" 09 "c" 23 0003 26 "k" "v" 'xy' \
            | PUBLISH t qos=2 retain dup id=65535 payload=xy {format=1 expiry=10 type=a/b response=r correlation=c alias=3 k:v}
          32 09 "" 0001 03 23 0001 'x'       | PUBLISH  qos=1 id=1 payload=x {alias=1}
          40 02 0001                         | PUBACK 1 0
          40 03 0001 10                      | PUBACK 1 16
          40 0F 0001 10 0B 1F "ok" 26 "a" "" | PUBACK 1 16
          40 04 0001 87 00                   | PUBACK 1 135
          50 03 0102 97                      | PUBREC 258 151
          62 03 FFFF 92                      | PUBREL 65535 146
          70 03 0001 92                      | PUBCOMP 1 146
          82 0F 0005 00 "a/b" 01 "c/#" 02    | SUBSCRIBE 5 a/b=1,c/#=2 {}
          82 12 0005 09 0B 07 26 "k" "v" "a/b" 2D \
            | SUBSCRIBE 5 a/b=1 {subscription=7 k:v}
          82 0D 0005 04 0B FFFF7F "a/b" 00   | SUBSCRIBE 5 a/b=0 {subscription=2097151}
          A2 08 0006 00 "a/b"                | UNSUBSCRIBE 6 a/b
          A2 0F 0006 07 26 "k" "v" "a/b"     | UNSUBSCRIBE 6 a/b
          C0 00                              | PINGREQ
          E0 00                              | DISCONNECT 0 {}
          E0 01 04                           | DISCONNECT 4 {}
          E0 02 04 00                        | DISCONNECT 4 {}
          E0 0B 04 09 11 0000000A 1F "b"     | DISCONNECT 4 {session=10}
          F0 00                              | AUTH 0
          F0 01 19                           | AUTH 25
          F0 09 18 07 15 "S" 16 0000         | AUTH 24
          """)
  void readsWhatAnMqtt5ClientSends(String bytes, String shown) {
    try (var decoding = Decoding.of(MQTT_5)) {
      assertEquals(shown, Shown.of(decoding.feed(bytes).next()));
      assertNull(decoding.next());
    }
  }

  @Test
  void readsTextOfAllPlanes() {
    try (var decoding = Decoding.of(MQTT_3_1_1)) {
      var topic = "t/é/水/\uD83D\uDE00";
      decoding.feed(WireBytes.packet(0x30, WireBytes.string(topic)));
      assertEquals("PUBLISH " + topic + " qos=0 id=0 payload= {}", Shown.of(decoding.next()));
    }
  }

  /** MQTT asks of the sender that it be short; it does no harm to the reader. */
  @Test
  void readsARemainingLengthThatIsLongerThanNeeded() {
    try (var decoding = Decoding.of(MQTT_5)) {
      assertEquals("PINGREQ", Shown.of(decoding.feed("C0 80 80 00").next()));
    }
  }

  @Test
  void keepsEveryValueOfAUserPropertyThatComesTwice() {
    try (var decoding = Decoding.of(MQTT_5)) {
      decoding.feed("30 12 \"t\" 0E 26 \"k\" \"1\" 26 \"k\" \"2\"");
      assertEquals("PUBLISH t qos=0 id=0 payload= {k:1 k:2}", Shown.of(decoding.next()));
    }
  }

  @Test
  void doesNotWriteAPasswordWhereAConnectIsWritten() {
    try (var decoding = Decoding.ofStranger()) {
      decoding.feed("10 13 \"MQTT\" 05 42 FFFF 00 \"ab\" \"pw\"");
      assertFalse(decoding.next().toString().contains("pw"));
    }
  }
}
