package io.muster.contract.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.contract.topic.DeviceTopic.Shadow.Operation;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceTopicTest {
  private static final DeviceAddress PUMP = DeviceAddress.of("acme", "pump-1");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "telemetry/acme/pump-1",
        "event/acme/pump-1",
        "command/acme/pump-1/res/42/200",
        "command/acme/pump-1/res/a.b-c:d=e/599",
        "shadow/acme/pump-1/get",
        "shadow/acme/pump-1/update",
        "shadow/acme/pump-1/delete",
        "shadow/acme/pump-1/name/config/update",
        "firmware/acme/pump-1/feedback",
        "presence/acme/pump-1",
        "provision/acme/x1y2/req"
      })
  void writesTheNameThatItRead(String name) {
    assertEquals(name, DeviceTopic.parse(name).orElseThrow().name());
  }

  @Test
  void knowsWhatTheLevelsMean() {
    assertEquals(
        Optional.of(new DeviceTopic.CommandResponse(PUMP, "42", 202)),
        DeviceTopic.parse("command/acme/pump-1/res/42/202"));
    assertEquals(
        Optional.of(new DeviceTopic.Shadow(PUMP, Optional.of("cfg"), Operation.GET)),
        DeviceTopic.parse("shadow/acme/pump-1/name/cfg/get"));
    assertEquals(
        Optional.of(new DeviceTopic.Provision(new TenantId("acme"), "r")),
        DeviceTopic.parse("provision/acme/r/req"));
  }

  @ParameterizedTest
  @CsvSource({
    "$aws/things/acme:pump-1/shadow/update,aws/acme/pump-1/shadow/update",
    "$aws/things/acme:pump-1/shadow/name/cfg/get,aws/acme/pump-1/shadow/name/cfg/get",
    "$aws/things/acme:pump-1/jobs/start-next,aws/acme/pump-1/jobs/start-next",
    "$aws/things/acme:pump-1/jobs/$next/get,aws/acme/pump-1/jobs/$next/get",
    "$aws/things/acme:pump-1/jobs/17/update,aws/acme/pump-1/jobs/17/update"
  })
  void translatesAwsTopics(String fromDevice, String betweenServices) {
    var topic = DeviceTopic.parse(fromDevice).orElseThrow();
    assertEquals(betweenServices, topic.name());
    assertEquals(Optional.of(PUMP), topic.device());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "telemetry",
        "telemetry/",
        "telemetry/acme",
        "telemetry/acme/",
        "telemetry//pump-1",
        "telemetry/acme/pump-1/",
        "telemetry/acme/pump-1/extra",
        "Telemetry/acme/pump-1",
        "/telemetry/acme/pump-1",
        "telemetry/ACME/pump-1",
        "telemetry/acme/../pump-1",
        "event/acme/pump-1/x",
        "command/acme/pump-1/req/42/reboot",
        "command/acme/pump-1/res//200",
        "command/acme/pump-1/res/42/99",
        "command/acme/pump-1/res/42/600",
        "command/acme/pump-1/res/42/2x0",
        "command/acme/pump-1/res/42",
        "shadow/acme/pump-1/update/accepted",
        "shadow/acme/pump-1/name//get",
        "shadow/acme/pump-1/list",
        "firmware/acme/pump-1/notify",
        "presence/acme/pump-1/x",
        "provision/acme/x/res",
        "provision/acme//req",
        "$aws/things/acme/shadow/get",
        "$aws/things/acme:pump-1/rules/x",
        "$aws/things/acme:pump-1/shadow/update/accepted",
        "$aws/things/acme:pump-1/shadow/name/a/b/get",
        "$aws/things/acme:pump-1/jobs/notify-next",
        "$aws/things/acme:pump-1/jobs/17/update/accepted",
        "$aws/things/a/b:c/shadow/get",
        "aws/acme/pump-1/shadow/get",
        "platform/ingest/delivered/acme/pump-1",
        "$SYS/broker"
      })
  void knowsNoOtherTopic(String name) {
    assertTrue(DeviceTopic.parse(name).isEmpty(), name);
  }

  @Test
  void refusesAnEndlessTopicWithoutLookingAtIt() {
    assertTrue(DeviceTopic.parse("telemetry/acme/" + "p".repeat(65_000)).isEmpty());
    assertTrue(DeviceTopic.parse("/".repeat(65_000)).isEmpty());
  }

  @Test
  void allowsQosZeroOnTelemetryAndToAwsClientsAlone() {
    assertEquals(0, new DeviceTopic.Telemetry(PUMP).minimumQos());
    assertEquals(0, new DeviceTopic.Aws(PUMP, "jobs/get").minimumQos());
    assertEquals(1, new DeviceTopic.Event(PUMP).minimumQos());
    assertEquals(1, new DeviceTopic.Presence(PUMP).minimumQos());
  }
}
