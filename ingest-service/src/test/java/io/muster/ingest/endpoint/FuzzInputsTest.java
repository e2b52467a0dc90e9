package io.muster.ingest.endpoint;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.ingest.endpoint.packets.Choices;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What the fuzzers found once, and inputs by chance from a fixed seed; the long search, guided by
 * coverage, is {@link CoverageGuidedFuzzingTest}'s.
 */
class FuzzInputsTest {
  private static final int DRAWN = 400;
  private static final int MOST_BYTES = 600;

  @ParameterizedTest
  @EnumSource
  void thoseThatAreKeptShowNoMistakeAnyMore(FuzzInputs of) {
    var inputs = of.kept();
    assertTrue(inputs.size() >= 10, "where are they?");
    inputs.forEach(input -> assertDoesNotThrow(() -> of.target.take(input.bytes()), input.name()));
  }

  @ParameterizedTest
  @EnumSource
  void thoseByChanceShowNone(FuzzInputs of) {
    var random = new Random(4_711);
    for (int i = 0; i < DRAWN; i++) {
      var bytes = Choices.drawn(random, random.nextInt(MOST_BYTES)).rest();
      assertDoesNotThrow(() -> of.target.take(bytes), () -> HexFormat.of().formatHex(bytes));
    }
  }

  /** Else the fuzzer would search where nothing is. */
  @Test
  void mostOfWhatIsMadeByChanceIsWellFormed() {
    var random = new Random(4_711);
    int wellFormed = 0;
    for (int i = 0; i < 1_000; i++) {
      wellFormed += FuzzedEndpoint.generated(random).wellFormed() ? 1 : 0;
    }
    assertTrue(wellFormed > 500 && wellFormed < 950, "well-formed of 1,000: " + wellFormed);
  }
}
