package io.muster.registry.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.DeviceScope;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AclRuleTest {
  private static final DeviceAddress DEVICE = DeviceAddress.of("demo", "sensor-1");

  @Test
  void aScopeOpensItsTopicsAndTheLastRuleClosesTheRest() {
    assertEquals(
        List.of(
            new AclRule("allow", "publish", "telemetry/demo/sensor-1"),
            new AclRule("allow", "publish", "event/demo/sensor-1"),
            new AclRule("allow", "publish", "presence/demo/sensor-1"),
            new AclRule("deny", "all", "#")),
        AclRule.of(DEVICE, Set.of(DeviceScope.TELEMETRY_WRITE)));
  }

  @Test
  void everyRuleButTheLastIsOfTheDeviceAlone() {
    var rules = AclRule.of(DEVICE, DeviceScope.all());
    for (var rule : rules.subList(0, rules.size() - 1)) {
      assertEquals("allow", rule.permission());
      assertTrue(rule.topic().matches("[a-z]+/demo/sensor-1(/.*)?"), rule.topic());
    }
  }

  @Test
  void theClaimHasTheMembersThatEmqxKnows() {
    assertEquals(
        Map.of("permission", "deny", "action", "all", "topic", "#"),
        AclRule.of(DEVICE, Set.of(DeviceScope.COMMAND_READ)).getLast().claim());
  }
}
