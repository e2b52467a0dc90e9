package io.muster.ingest.heard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.contract.id.DeviceAddress;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HeardDevicesTest {
  private static final DeviceAddress ONE = DeviceAddress.of("acme", "one");
  private static final DeviceAddress TWO = DeviceAddress.of("acme", "two");
  private static final DeviceAddress THREE = DeviceAddress.of("acme", "three");

  private final HeardDevices heard = new HeardDevices(2);

  private Map<DeviceAddress, Long> times() {
    Map<DeviceAddress, Long> times = new HashMap<>();
    heard.each(it -> times.put(it.device(), it.atMillis()));
    return times;
  }

  @Test
  void theLatestTimeIsRemembered() {
    heard.heard(ONE, 5_000);
    heard.heard(ONE, 8_000);
    heard.heard(ONE, 6_000);
    assertEquals(Map.of(ONE, 8_000L), times());
  }

  @Test
  void whatIsHeardWithinASecondIsHeardOnce() {
    heard.heard(ONE, 5_000);
    heard.heard(ONE, 5_999);
    assertEquals(Map.of(ONE, 5_000L), times());
    heard.heard(ONE, 6_000);
    assertEquals(Map.of(ONE, 6_000L), times());
  }

  @Test
  void noMoreAreRememberedThanThereIsRoomFor() {
    heard.heard(ONE, 1);
    heard.heard(TWO, 2);
    heard.heard(THREE, 3);
    heard.heard(ONE, 5_000);
    assertEquals(Map.of(ONE, 5_000L, TWO, 2L), times());
    heard.forgetBefore(3);
    heard.heard(THREE, 4);
    assertEquals(Map.of(ONE, 5_000L, THREE, 4L), times());
  }

  @Test
  void twoWordsOfOneDeviceAreOne() {
    assertEquals(
        new HeardDevice(ONE, 9, 60, true),
        new HeardDevice(ONE, 9, 0, false).or(new HeardDevice(ONE, 5, 60, true)));
  }
}
