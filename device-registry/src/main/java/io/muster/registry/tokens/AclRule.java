package io.muster.registry.tokens;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.DeviceScope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One rule of the claim {@code acl}, by which EMQX 5.5 and later lets a client do what a token is
 * for (EMQX documentation, access control list, the format that is a list of rules). Other brokers
 * and services ignore it.
 *
 * @param permission {@code allow} or {@code deny}
 * @param action {@code publish}, {@code subscribe} or {@code all}
 * @param topic topic filter
 */
record AclRule(String permission, String action, String topic) {
  private static final AclRule NOTHING_ELSE = new AclRule("deny", "all", "#");

  /** For a device with these scopes; the last rule forbids everything else. */
  static List<AclRule> of(DeviceAddress device, Set<DeviceScope> scopes) {
    List<AclRule> rules = new ArrayList<>();
    scopes.stream().sorted().forEach(scope -> add(rules, device, scope));
    rules.add(NOTHING_ELSE);
    return rules;
  }

  private static void add(List<AclRule> rules, DeviceAddress device, DeviceScope scope) {
    switch (scope) {
      case TELEMETRY_WRITE -> {
        rules.add(publish("telemetry/" + device));
        rules.add(publish("event/" + device));
        rules.add(publish("presence/" + device));
      }
      case COMMAND_READ -> {
        rules.add(subscribe("command/" + device + "/req/#"));
        rules.add(publish("command/" + device + "/res/+/+"));
      }
      case FIRMWARE_READ -> {
        rules.add(subscribe("firmware/" + device + "/notify"));
        rules.add(publish("firmware/" + device + "/feedback"));
      }
      case CONFIG_READ -> {
        rules.add(subscribe("shadow/" + device + "/#"));
        rules.add(publish("shadow/" + device + "/get"));
        rules.add(publish("shadow/" + device + "/name/+/get"));
      }
      case CONFIG_WRITE -> {
        for (var operation : List.of("update", "delete")) {
          rules.add(publish("shadow/" + device + "/" + operation));
          rules.add(publish("shadow/" + device + "/name/+/" + operation));
        }
      }
    }
  }

  private static AclRule publish(String filter) {
    return new AclRule("allow", "publish", filter);
  }

  private static AclRule subscribe(String filter) {
    return new AclRule("allow", "subscribe", filter);
  }

  /** As in the claim. */
  Map<String, Object> claim() {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("permission", permission);
    members.put("action", action);
    members.put("topic", topic);
    return members;
  }
}
