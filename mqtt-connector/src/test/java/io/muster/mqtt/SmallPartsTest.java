package io.muster.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.datatypes.MqttTopicFilter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Parts that need no broker. */
class SmallPartsTest {
  @ParameterizedTest
  @CsvSource({"500ms,500", "10s,10000", " 5m ,300000", "24h,86400000", "1d,86400000", "PT2S,2000"})
  void durationsAreReadAsPeopleWriteThem(String text, long millis) {
    assertEquals(Duration.ofMillis(millis), Durations.parse("c", "a", text));
  }

  @ParameterizedTest
  @CsvSource({"10", "-5s", "ten", "PT-1S"})
  void whatIsNoDurationIsRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> Durations.parse("c", "a", text));
  }

  @Test
  void waitsGrowToTheirBoundAndBeginAgain() {
    var backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(2), new Random(1));
    for (var bound : List.of(100, 200, 400, 800, 1_600, 2_000, 2_000)) {
      var wait = backoff.next().toMillis();
      assertTrue(wait > bound / 2 - 1 && wait <= bound, wait + " of " + bound);
    }
    backoff.reset();
    assertTrue(backoff.next().toMillis() <= 100);
  }

  @Test
  void theTopicsFileKeepsWhatWasWrittenLast(@TempDir Path folder) throws Exception {
    var file = new TopicsFile(folder.resolve("deep/er/topics"));
    assertEquals(Set.of(), file.read());
    file.write(List.of(MqttTopicFilter.of("a/#"), MqttTopicFilter.of("$share/g/b/+")));
    file.write(List.of(MqttTopicFilter.of("$share/g/c")));
    assertEquals(Set.of(MqttTopicFilter.of("$share/g/c")), file.read());
    assertEquals(1, Files.list(file.path().getParent()).count());
  }

  @Test
  void textIsMadeFitForMqtt() {
    assertEquals("a b c d", Utf8.publishable("a\u0000b\nc\uD800d", 100));
    assertEquals("ab", Utf8.publishable("abcdef", 2));
  }

  @Test
  void aLoginNeverShowsItsPassword() {
    var login = new MqttLogin("me", "secret".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    assertFalse(login.toString().contains("secret"));
    login.password()[0] = 'x';
    assertEquals('s', login.password()[0]);
  }

  @Test
  void correlationDataCanBeReadMoreThanOnce() {
    var metadata =
        MqttInboundMetadata.builder("c", "t")
            .correlationData(ByteBuffer.wrap(new byte[] {1, 2}))
            .build();
    metadata.correlationData().orElseThrow().get();
    assertEquals(2, metadata.correlationData().orElseThrow().remaining());
    assertTrue(metadata.correlationData().orElseThrow().isReadOnly());
  }

  @Test
  void anAnswerNeedsAResponseTopic() {
    var request = MqttInboundMetadata.builder("c", "t").build();
    assertThrows(IllegalArgumentException.class, () -> MqttOutboundMetadata.answering(request));
  }
}
