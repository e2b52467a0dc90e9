package io.muster.ingest.endpoint;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Searches for inputs that break the decoder or a session, guided by the endpoint's coverage, for a
 * minute each or as many seconds as {@code MUSTER_FUZZ_SECONDS} says.
 */
@Tag("full")
class CoverageGuidedFuzzingTest {
  private static final int SECONDS =
      Integer.parseInt(System.getenv().getOrDefault("MUSTER_FUZZ_SECONDS", "60"));

  /**
   * @param atLeast inputs, which even a slow machine executes in a minute; with fewer it has shown
   *     nothing
   */
  @ParameterizedTest
  @CsvSource({"DECODER, 10000", "SESSION, 500"})
  void findsNothing(FuzzInputs inputs, int atLeast) throws IOException, InterruptedException {
    var executed = new JazzerRun(inputs, SECONDS).execute();
    System.out.printf("%s: %,d inputs executed in %d s%n", inputs.label(), executed, SECONDS);
    assertTrue(
        executed >= Math.min(atLeast, (long) atLeast * SECONDS / 60), "executed " + executed);
  }
}
