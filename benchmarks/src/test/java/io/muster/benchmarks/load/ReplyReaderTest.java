package io.muster.benchmarks.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyReaderTest {
  private final List<String> heard = new ArrayList<>();
  private final EmbeddedChannel channel =
      new EmbeddedChannel(
          new ReplyReader(
              new ReplyReader.Listener() {
                @Override
                public void acknowledged(int packetIdentifier, int reason) {
                  heard.add("ack %d %d".formatted(packetIdentifier, reason));
                }

                @Override
                public void disconnected(int reason) {
                  heard.add("disconnect %d".formatted(reason));
                }
              }));

  @Test
  void readsAcknowledgementsOfBothVersions() {
    receive("4002abcd" + "4003000110" + "400400029700" + "d000");

    assertEquals(List.of("ack 43981 0", "ack 1 16", "ack 2 151"), heard);
  }

  @Test
  void waitsForTheRestOfAPacketWhereverItIsCut() {
    for (var each : new String[] {"40", "02", "00", "07", "40", "03", "0008", "10"}) {
      receive(each);
    }

    assertEquals(List.of("ack 7 0", "ack 8 16"), heard);
  }

  @Test
  void tellsWhyTheServerDisconnects() {
    receive("e001" + "8b");

    assertEquals(List.of("disconnect 139"), heard);
  }

  @Test
  void skipsAReasonString() {
    // PUBACK 1, reason 0x97, properties of 128 bytes: a remaining length of two bytes.
    receive("4085010001978001" + "00".repeat(128) + "40020002");

    assertEquals(List.of("ack 1 151", "ack 2 0"), heard);
  }

  @ParameterizedTest
  @ValueSource(strings = {"3000", "40ffffffff01", "400100"})
  void anythingElseIsAnError(String hex) {
    assertThrows(DecoderException.class, () -> receive(hex));
  }

  private void receive(String hex) {
    channel.writeInbound(Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex)));
  }
}
