package io.muster.ingest.endpoint.authorisation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.registry.DeviceScope;
import io.muster.contract.topic.DeviceTopic;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScopesTest {

  @ParameterizedTest
  @CsvSource({
    "telemetry/acme/boiler, telemetry:write",
    "event/acme/boiler, telemetry:write",
    "presence/acme/boiler, telemetry:write",
    "command/acme/boiler/res/17/200, command:read",
    "firmware/acme/boiler/feedback, firmware:read",
    "shadow/acme/boiler/get, config:read",
    "shadow/acme/boiler/name/config/get, config:read",
    "shadow/acme/boiler/update, config:write",
    "shadow/acme/boiler/name/get/delete, config:write",
    "$aws/things/acme:boiler/shadow/get, config:read",
    "$aws/things/acme:boiler/shadow/name/get/update, config:write",
    "$aws/things/acme:boiler/shadow/delete, config:write",
    "$aws/things/acme:boiler/jobs/get, command:read",
    "$aws/things/acme:boiler/jobs/start-next, command:read",
    "$aws/things/acme:boiler/jobs/j1/update, command:read"
  })
  void eachTopicNeedsOneScopeAndNoOtherServes(String topicName, String label) {
    var topic = DeviceTopic.parse(topicName).orElseThrow();
    var needed = DeviceScope.of(label);
    assertTrue(new Scopes(Set.of(needed)).allow(topic));
    assertFalse(new Scopes(EnumSet.complementOf(EnumSet.of(needed))).allow(topic));
    assertTrue(Scopes.ALL.allow(topic));
  }

  @ParameterizedTest
  @CsvSource({
    "command/acme/boiler/req/#, command:read",
    "command/acme/boiler/req//reboot, command:read",
    "firmware/acme/boiler/notify, firmware:read",
    "shadow/acme/boiler/#, config:read",
    "shadow/acme/boiler/name/+/update/delta, config:read",
    "$aws/things/acme:boiler/shadow/get/+, config:read",
    "$aws/things/acme:boiler/shadow/#, config:read",
    "$aws/things/acme:boiler/jobs/notify, command:read",
    "$aws/things/acme:boiler/#, command:read config:read",
    "$aws/things/acme:boiler/+/#, command:read config:read",
    "$aws/things/acme:boiler/+/get/accepted, command:read config:read"
  })
  void eachFilterNeedsWhatItsMessagesAre(String filter, String words) {
    var needed = DeviceScope.read(words);
    assertTrue(new Scopes(needed).allowHearing(filter));
    for (var one : needed) {
      assertFalse(
          new Scopes(EnumSet.complementOf(EnumSet.of(one))).allowHearing(filter), one.label());
    }
    assertTrue(Scopes.ALL.allowHearing(filter));
  }

  @Test
  void nobodyIsProvisionedOverADevicesConnection() {
    assertFalse(Scopes.ALL.allow(DeviceTopic.parse("provision/acme/r/req").orElseThrow()));
  }

  @Test
  void allIsEveryScopeThereIs() {
    assertEquals(DeviceScope.all(), Scopes.ALL.granted());
  }
}
