package io.muster.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class DurationConverterTest {
  private final DurationConverter converter = new DurationConverter();

  @Test
  void readsWhatPeopleWrite() {
    assertEquals(Duration.ofMillis(250), converter.convert("250ms"));
    assertEquals(Duration.ofSeconds(20), converter.convert("20s"));
    assertEquals(Duration.ofMinutes(10), converter.convert("10m"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "20", "s", "-1s", "1h", "9999999s"})
  void anythingElseIsRefused(String value) {
    assertThrows(TypeConversionException.class, () -> converter.convert(value));
  }
}
