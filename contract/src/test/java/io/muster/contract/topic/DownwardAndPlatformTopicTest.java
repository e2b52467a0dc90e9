package io.muster.contract.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.ServiceName;
import io.muster.contract.id.TenantId;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DownwardAndPlatformTopicTest {
  private static final DeviceAddress PUMP = DeviceAddress.of("acme", "pump-1");

  @ParameterizedTest
  @CsvSource({
    "command/acme/pump-1/req/42/reboot,command/acme/pump-1/req/42/reboot",
    "command/acme/pump-1/req//reboot,command/acme/pump-1/req//reboot",
    "shadow/acme/pump-1/update/delta,shadow/acme/pump-1/update/delta",
    "shadow/acme/pump-1/name/cfg/get/accepted,shadow/acme/pump-1/name/cfg/get/accepted",
    "firmware/acme/pump-1/notify,firmware/acme/pump-1/notify",
    "aws/acme/pump-1/shadow/update/delta,$aws/things/acme:pump-1/shadow/update/delta",
    "aws/acme/pump-1/shadow/name/cfg/get/accepted,$aws/things/acme:pump-1/shadow/name/cfg/get/accepted",
    "aws/acme/pump-1/jobs/notify-next,$aws/things/acme:pump-1/jobs/notify-next"
  })
  void findsTheDeviceOfADownwardTopic(String atTheBroker, String atTheDevice) {
    var topic = DownwardTopic.parse(atTheBroker).orElseThrow();
    assertEquals(Optional.of(PUMP), topic.device());
    assertEquals(atTheDevice, topic.deviceName());
  }

  @Test
  void findsTheTenantOfAnAnswerToProvisioning() {
    var topic = DownwardTopic.parse("provision/acme/r1/res").orElseThrow();
    assertEquals(new TenantId("acme"), topic.tenant());
    assertTrue(topic.device().isEmpty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "telemetry/acme/pump-1",
        "command/acme/pump-1/res/42/200",
        "shadow/acme/pump-1/update",
        "command/ACME/pump-1/req/1/x",
        "platform/registry/device-created/acme/pump-1"
      })
  void letsNothingElseDown(String name) {
    assertTrue(DownwardTopic.parse(name).isEmpty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "platform/registry/device-created/acme/pump-1",
        "platform/registry/tenant-suspended/acme",
        "platform/ingest/session/connected/acme/pump-1",
        "platform/ingest/delivered/acme/pump-1"
      })
  void writesThePlatformTopicThatItRead(String name) {
    assertEquals(name, PlatformTopic.parse(name).orElseThrow().name());
  }

  @Test
  void knowsTheEventOfTwoLevels() {
    var topic = PlatformTopic.parse("platform/ingest/session/connected/acme/pump-1").orElseThrow();
    assertEquals("session/connected", topic.event());
    assertEquals(PlatformTopic.of(ServiceName.INGEST, "session/connected", PUMP), topic);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "platform",
        "platform/ingest/delivered",
        "platform/ingest/delivered/A/b",
        "platform/ingest/delivered/acme/b/c",
        "other/ingest/delivered/acme/b",
        "platform/ingest/session/connected"
      })
  void knowsNoOtherPlatformTopic(String name) {
    assertTrue(PlatformTopic.parse(name).isEmpty());
  }
}
