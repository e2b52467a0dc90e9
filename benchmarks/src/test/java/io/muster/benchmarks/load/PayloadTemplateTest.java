package io.muster.benchmarks.load;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.HashSet;
import org.junit.jupiter.api.Test;

class PayloadTemplateTest {
  private static final long NOW = 1_790_000_000_123L;

  @Test
  void isAReadingOfThreeValuesWithItsOwnTimeIn112Bytes() throws Exception {
    var bytes = new PayloadTemplate().next(NOW);

    assertEquals(112, bytes.length);
    var reading = new ObjectMapper().readTree(bytes);
    assertEquals(NOW, reading.get("ts").longValue());
    assertEquals(4, reading.size());
    assertTrue(reading.get("temperatureCelsius").isDouble());
    assertTrue(reading.get("humidityPercent").isDouble());
    assertTrue(reading.get("pressureHectopascal").isDouble());
  }

  @Test
  void noTwoOfOneMillisecondAreAlike() {
    var template = new PayloadTemplate();
    var seen = new HashSet<String>();
    for (var i = 0; i < 100_000; i++) {
      assertTrue(seen.add(new String(template.next(NOW), US_ASCII)));
    }
  }

  @Test
  void theCounterCarriesAndBeginsAgainAfterAMillion() {
    var template = new PayloadTemplate();
    var first = new String(template.next(NOW), US_ASCII);
    for (var i = 0; i < 999_999; i++) {
      template.next(NOW);
    }

    assertEquals(first, new String(template.next(NOW), US_ASCII));
  }

  @Test
  void theTimeIsRenderedAnewWhenItChanges() throws Exception {
    var template = new PayloadTemplate();
    template.next(NOW);

    var reading = new ObjectMapper().readTree(template.next(NOW + 9_877));

    assertEquals(NOW + 9_877, reading.get("ts").longValue());
  }
}
