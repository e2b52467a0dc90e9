package io.muster.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceOrderTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "command/acme/d1/res/r1/200",
        "shadow/acme/d1/name/x/update",
        "presence/acme/d1",
        "aws/acme/d1/jobs/get",
        "platform/ingest/session/connected/acme/d1",
        "platform/ingest/delivered/acme/d1",
        "platform/registry/device-disabled/acme/d1"
      })
  void allThatConcernsADeviceStaysInOrder(String topic) {
    assertEquals("acme/d1", DeviceOrder.deviceOf(topic));
  }

  @Test
  void aTenantsEventsAreInOrderAmongThemselves() {
    assertEquals(
        DeviceOrder.deviceOf("platform/registry/tenant-suspended/acme"),
        DeviceOrder.deviceOf("platform/registry/tenant-updated/acme"));
    assertNotEquals(
        DeviceOrder.deviceOf("platform/registry/tenant-suspended/acme"),
        DeviceOrder.deviceOf("platform/registry/tenant-suspended/other"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "x/y", "/", "//", "platform", "platform/x"})
  void anyOtherTopicHasAnOrderToo(String topic) {
    assertEquals(DeviceOrder.deviceOf(topic), DeviceOrder.deviceOf(topic));
  }
}
