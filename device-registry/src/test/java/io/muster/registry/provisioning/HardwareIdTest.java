package io.muster.registry.provisioning;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HardwareIdTest {
  @Test
  void aMacIsTheSameHoweverItIsWritten() {
    for (var text :
        List.of("00:11:22:AA:BB:CC", "00-11-22-aa-bb-cc", "0011.22AA.bbcc", "001122aabbcc")) {
      assertEquals("mac-001122aabbcc", read(HardwareKind.MAC, text), text);
    }
    for (var text : List.of("", "00:11:22:AA:BB", "00:11:22:AA:BB:CG", "00 11 22 aa bb cc", "０")) {
      assertEquals(null, read(HardwareKind.MAC, text), text);
    }
  }

  @Test
  void anImeiHasARightCheckDigit() {
    assertEquals("imei-490154203237518", read(HardwareKind.IMEI, "49-015420-323751-8"));
    assertEquals(null, read(HardwareKind.IMEI, "490154203237519"));
    assertEquals(null, read(HardwareKind.IMEI, "49015420323751"));
    assertEquals(null, read(HardwareKind.IMEI, "４90154203237518"));
  }

  @Test
  void aSerialIsTakenAsItIsAndFitsADeviceId() {
    assertEquals("serial-AB_12.c-3", read(HardwareKind.SERIAL, "AB_12.c-3"));
    for (var text : List.of("", "a/b", "a+b", "#", "..", "a ", "-a", "a".repeat(65))) {
      assertEquals(null, read(HardwareKind.SERIAL, text), text);
    }
    var longest = HardwareId.of(HardwareKind.SERIAL, "a".repeat(64)).orElseThrow();
    assertEquals(longest.text(), longest.device().value());
  }

  @Test
  void whatIsVeryLongIsNotLookedAt() {
    assertEquals(Optional.empty(), HardwareId.of(HardwareKind.MAC, ":".repeat(1_000_000)));
  }

  private static String read(HardwareKind kind, String text) {
    return HardwareId.of(kind, text).map(HardwareId::text).orElse(null);
  }
}
