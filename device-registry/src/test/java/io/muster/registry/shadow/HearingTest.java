package io.muster.registry.shadow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.ShadowName;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HearingTest {
  private static final DeviceAddress LAMP = DeviceAddress.of("acme", "lamp");

  @ParameterizedTest
  @CsvSource({
    "shadow/acme/lamp/update/delta, MUSTER:",
    "shadow/acme/lamp/update/+, MUSTER:",
    "shadow/acme/lamp/+/delta, MUSTER:",
    "shadow/acme/lamp/#, MUSTER: MUSTER:*",
    "shadow/acme/lamp/update/#, MUSTER:",
    "shadow/acme/lamp/name/#, MUSTER:*",
    "shadow/acme/lamp/name/+/update/delta, MUSTER:*",
    "shadow/acme/lamp/name/config/update/delta, MUSTER:config",
    "shadow/acme/lamp/name/config/#, MUSTER:config",
    "shadow/acme/lamp/name/any/update/+, MUSTER:any",
    "shadow/acme/lamp/+/+/update/delta, MUSTER:*",
    "$aws/things/acme:lamp/shadow/update/delta, AWS:",
    "$aws/things/acme:lamp/#, AWS: AWS:*",
    "$aws/things/acme:lamp/shadow/name/config/update/delta, AWS:config",
    "$aws/things/acme:lamp/shadow/name/+/update/delta, AWS:*",
    "$aws/things/acme:lamp/shadow/update/+, AWS:",
    "shadow/acme/lamp/update/accepted, ''",
    "shadow/acme/lamp/get/+, ''",
    "shadow/acme/lamp/name/config/update/accepted, ''",
    "shadow/acme/lamp/update/documents, ''",
    "shadow/acme/other/#, ''",
    "$aws/things/acme:other/#, ''",
    "command/acme/lamp/req/#, ''",
    "firmware/acme/lamp/notify, ''",
    "shadow/acme/lamp/a#, ''",
    "shadow/acme/lamp/name/a.b/update/delta, ''"
  })
  void aFilterHears(String filter, String expected) {
    assertEquals(
        new TreeSet<>(Arrays.asList(expected.isEmpty() ? new String[0] : expected.split(" "))),
        new TreeSet<>(
            Hearing.of(LAMP, List.of(filter)).stream()
                .map(it -> it.family() + ":" + it.name())
                .toList()));
  }

  @Test
  void severalFiltersHearTogether() {
    assertEquals(
        Set.of(
            new Hearing(Family.MUSTER, ""),
            new Hearing(Family.AWS, ""),
            new Hearing(Family.AWS, "a")),
        Hearing.of(
            LAMP,
            List.of(
                "shadow/acme/lamp/update/delta",
                "$aws/things/acme:lamp/shadow/update/delta",
                "$aws/things/acme:lamp/shadow/name/a/update/delta")));
  }

  @Test
  void aHearingCoversItsShadows() {
    var classic = new Hearing(Family.MUSTER, "");
    var every = new Hearing(Family.MUSTER, Hearing.EVERY);
    var one = new Hearing(Family.MUSTER, "a");
    assertTrue(classic.covers(ShadowName.CLASSIC));
    assertFalse(classic.covers(new ShadowName("a")));
    assertFalse(every.covers(ShadowName.CLASSIC));
    assertTrue(every.covers(new ShadowName("a")));
    assertTrue(one.covers(new ShadowName("a")));
    assertFalse(one.covers(new ShadowName("b")));
  }
}
