package io.muster.localstack.home;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.localstack.UserMistake;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PortOffsetTest {
  @Test
  void shiftsEveryPort() {
    assertEquals(2883, PortOffset.parse("1000").of(1883));
  }

  @Test
  void isZeroWhenAbsentOrBlank() {
    assertEquals(0, PortOffset.parse(null).value());
    assertEquals(0, PortOffset.parse(" ").value());
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "-1", "60000", "99999999999"})
  void refusesWhatGivesNoPort(String text) {
    var mistake = assertThrows(UserMistake.class, () -> PortOffset.parse(text));
    assertTrue(mistake.getMessage().startsWith("MUSTER_PORT_OFFSET is a number from 0 to "));
  }
}
