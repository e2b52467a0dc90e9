package io.muster.ingest.endpoint.packets;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_3_1_1;
import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where packets begin and end, and what may gather until they are there. */
class PacketFramingTest {
  private static final byte[] STREAM =
      WireBytes.joined(
          Decoding.CONNECT_5,
          WireBytes.of("32 09 \"t/1\" 0007 00 'x'"),
          WireBytes.packet(0x30, WireBytes.string("t"), new byte[1], "y".repeat(300).getBytes()),
          WireBytes.of("82 09 0001 00 \"a/b\" 01 C0 00 E0 00"));
  private static final List<String> PACKETS =
      List.of(
          "CONNECT MQTT_5 ab clean keepalive=60 user=null password=null will=none {}",
          "PUBLISH t/1 qos=1 id=7 payload=x {}",
          "PUBLISH t qos=0 id=0 payload=" + "y".repeat(300) + " {}",
          "SUBSCRIBE 1 a/b=1 {}",
          "PINGREQ",
          "DISCONNECT 0 {}");

  /** A PUBLISH at MQTT 3.1.1 that is so large as a whole. */
  private static byte[] publish(int bytes) {
    var payload = new byte[bytes - 1 - (bytes < 16_384 ? 2 : 3) - 3];
    return WireBytes.packet(0x30, WireBytes.string("t"), payload);
  }

  private static byte[] part(byte[] bytes, int from, int to) {
    return java.util.Arrays.copyOfRange(bytes, from, to);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 7, 64, 1_000})
  void readsTheSameInPiecesOfAnySize(int size) {
    try (var decoding = Decoding.ofStranger()) {
      for (int at = 0; at < STREAM.length; at += size) {
        decoding.feed(part(STREAM, at, Math.min(STREAM.length, at + size)));
      }
      assertEquals(PACKETS, decoding.all().stream().map(Shown::of).toList());
    }
  }

  @Test
  void readsNothingOfAPacketBeforeItsLastByte() {
    try (var decoding = Decoding.of(MQTT_3_1_1)) {
      var packet = publish(200);
      decoding.feed(part(packet, 0, 199));
      assertNull(decoding.next());
      decoding.feed(part(packet, 199, 200));
      assertInstanceOf(Packet.Publish.class, decoding.next());
    }
  }

  @Test
  void takesPacketsOfTheGreatestSize() {
    try (var decoding = Decoding.of(MQTT_3_1_1)) {
      decoding.feed(publish(Decoding.LIMITS.packetBytes()));
      assertInstanceOf(Packet.Publish.class, decoding.next());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "CONNECT of 6001 bytes, 10 EE2E",
    "PUBLISH of 100001 bytes, 30 9D8D06",
    "PUBLISH of 256 MiB, 30 FFFFFF7F",
    "SUBSCRIBE of 5001 bytes, 82 8627",
    "PINGREQ of 5001 bytes, C0 8627",
  })
  void judgesASizeByTheFirstBytesOfAPacket(String what, String bytes) {
    var connect = bytes.startsWith("10");
    try (var decoding = connect ? Decoding.ofStranger() : Decoding.of(MQTT_5)) {
      assertEquals(ReasonCode.PACKET_TOO_LARGE, decoding.refuses(bytes).reason(), what);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "CONNECT of 6000 bytes, 10 ED2E",
    "PUBLISH of 100000 bytes, 30 9C8D06",
    "SUBSCRIBE of 5000 bytes, 82 8527",
  })
  void waitsForAPacketThatIsAsLargeAsItMayBe(String what, String bytes) {
    var connect = bytes.startsWith("10");
    try (var decoding = connect ? Decoding.ofStranger() : Decoding.of(MQTT_5)) {
      decoding.feed(bytes);
      assertNull(decoding.next(), what);
    }
  }

  @Test
  void asksForRoomBeforeALargePacketGathersAndGivesItBackWhenItIsRead() {
    try (var decoding = Decoding.of(MQTT_3_1_1)) {
      var packet = publish(50_000);
      decoding.feed(part(packet, 0, 10));
      assertEquals(50_000, decoding.room.reserved);
      decoding.feed(part(packet, 10, 20_000));
      assertEquals(50_000, decoding.room.reserved);
      decoding.feed(part(packet, 20_000, 50_000));
      assertInstanceOf(Packet.Publish.class, decoding.next());
      assertEquals(0, decoding.room.reserved);
    }
  }

  @Test
  void asksForNoRoomForSmallPackets() {
    try (var decoding = Decoding.of(MQTT_3_1_1)) {
      decoding.feed(part(publish(PacketDecoder.FREE_BYTES), 0, 4_000));
      assertEquals(0, decoding.room.reserved);
    }
  }

  @Test
  void goesOnWhenThereIsRoomAgain() throws Exception {
    try (var decoding = Decoding.of(MQTT_3_1_1)) {
      var packet = publish(50_000);
      decoding.room.hasMemory = false;
      decoding.feed(part(packet, 0, 10));
      assertEquals(0, decoding.room.reserved);
      decoding.room.hasMemory = true;
      decoding.resume();
      assertEquals(50_000, decoding.room.reserved);
      decoding.feed(part(packet, 10, 50_000));
      assertInstanceOf(Packet.Publish.class, decoding.next());
    }
  }

  @Test
  void givesRoomBackWhenTheClientGoes() {
    try (var decoding = Decoding.of(MQTT_3_1_1)) {
      decoding.feed(part(publish(50_000), 0, 10));
      assertEquals(50_000, decoding.room.reserved);
      decoding.channel.close();
      assertEquals(0, decoding.room.reserved);
    }
  }

  @Test
  void givesRoomBackWhenItIsTakenOutOfThePipeline() {
    try (var decoding = Decoding.of(MQTT_3_1_1)) {
      decoding.feed(part(publish(50_000), 0, 10));
      decoding.channel.pipeline().remove(decoding.decoder);
      assertEquals(0, decoding.room.reserved);
    }
  }

  @Test
  void givesRoomBackWhenWhatItWasForIsMalformed() {
    try (var decoding = Decoding.of(MQTT_3_1_1)) {
      var packet = publish(50_000);
      packet[4] = 100;
      decoding.feed(part(packet, 0, 10));
      assertEquals(50_000, decoding.room.reserved);
      decoding.refuses(part(packet, 10, 50_000));
      assertEquals(0, decoding.room.reserved);
    }
  }

  @Test
  void readsNothingWhileTheRoomIsClosed() throws Exception {
    try (var decoding = Decoding.of(MQTT_5)) {
      decoding.room.open = false;
      decoding.feed("C0 00 C0 00");
      assertNull(decoding.next());
      decoding.room.open = true;
      decoding.resume();
      assertEquals(2, decoding.all().size());
    }
  }

  @Test
  void readsNothingMoreWhenTheClientGoesWhileTheRoomIsClosed() {
    try (var decoding = Decoding.of(MQTT_5)) {
      decoding.room.open = false;
      decoding.feed("C0 00 C0 00");
      decoding.channel.close();
      assertNull(decoding.next());
    }
  }

  @Test
  void readsWhatIsWholeWhenTheClientGoes() {
    try (var decoding = Decoding.of(MQTT_5)) {
      decoding.feed("C0 00 E0 00 E0");
      decoding.channel.close();
      assertEquals(2, decoding.all().size());
    }
  }

  @Test
  void knowsTheTopicNameThatComesAgain() {
    try (var decoding = Decoding.of(MQTT_3_1_1)) {
      decoding.feed("30 05 \"t/1\" 30 05 \"t/1\" 30 05 \"t/2\" 30 02 \"\" 30 05 \"t/1\"");
      var topics =
          decoding.all().stream().map(packet -> ((Packet.Publish) packet).topic()).toList();
      assertEquals(List.of("t/1", "t/1", "t/2", "", "t/1"), topics);
      assertSame(topics.get(0), topics.get(1));
      assertNotSame(topics.get(0), topics.get(4));
    }
  }
}
