package io.muster.localstack.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class JavaCommandTest {
  private static final List<String> OWN = List.of("-Xms32m", "-Xmx192m");

  @Test
  void whatTheUserWantsComesLastAndSoHolds() {
    var command = JavaCommand.virtualMachine(OWN, "  -Xmx1g\t-XX:+UseZGC ");
    assertEquals(
        List.of("-Xms32m", "-Xmx192m", "-Xmx1g", "-XX:+UseZGC"),
        command.subList(command.size() - 4, command.size()));
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "  "})
  void nothingMoreAddsNothing(String more) {
    var command = JavaCommand.virtualMachine(OWN, more);
    assertEquals(OWN, command.subList(command.size() - 2, command.size()));
  }
}
