package io.muster.contract.id;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientIdentifierTest {

  @ParameterizedTest
  @ValueSource(strings = {"acme:boiler", "acme:boiler:", "acme:boiler:2", "acme:boiler:a:b c"})
  void tellsItsDevice(String value) {
    var read = ClientIdentifier.read(value);
    assertEquals(DeviceAddress.of("acme", "boiler"), read.device());
    assertEquals(value, read.value());
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", ":", "acme", "acme:", ":boiler", "ACME:boiler", "acme/boiler", "::"})
  void isNoneWithoutADevice(String value) {
    assertThrows(MalformedIdException.class, () -> ClientIdentifier.read(value));
  }

  @Test
  void isBounded() {
    var longest = "acme:boiler:" + "x".repeat(ClientIdentifier.MAX_CHARACTERS - 12);
    assertEquals(longest, ClientIdentifier.read(longest).value());
    assertThrows(MalformedIdException.class, () -> ClientIdentifier.read(longest + "x"));
    assertThrows(
        MalformedIdException.class, () -> ClientIdentifier.read("a".repeat(100_000) + ":b"));
  }
}
