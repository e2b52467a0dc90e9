package io.muster.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BenchmarksTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @ParameterizedTest
  @ValueSource(strings = {"load", "stored", "latency", "broker", "connects"})
  void everyCommandExplainsItselfWithItsDefaults(String command) {
    assertEquals(0, execute(command, "--help"), err::toString);

    assertTrue(out.toString().contains("--mqtt"), out::toString);
    assertTrue(out.toString().contains("default 20s"), out::toString);
  }

  @ParameterizedTest
  @CsvSource({"idle,10000", "flat,10m", "registry,100000", "command,10000", "firmware,10000"})
  void soDoThoseWithoutRounds(String command, String inTheDefaults) {
    assertEquals(0, execute(command, "--help"), err::toString);

    assertTrue(out.toString().contains("default " + inTheDefaults), out::toString);
  }

  @ParameterizedTest
  @CsvSource({
    "stored,--rounds=many",
    "stored,--mqtt=4",
    "load,--duration=long",
    "latency,--rat=1",
    "stored,--connections=8;9",
    "registry,--devices=many"
  })
  void aMistakeIsToldAndIsNoSuccess(String command, String option) {
    assertEquals(2, execute(command, option));

    assertTrue(err.toString().contains(option.split("=")[0]), err::toString);
  }

  @Test
  void anUnknownCommandIsTold() {
    assertEquals(2, execute("store"));
  }

  private int execute(String... arguments) {
    return Benchmarks.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }
}
