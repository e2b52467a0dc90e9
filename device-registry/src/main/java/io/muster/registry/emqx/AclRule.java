package io.muster.registry.emqx;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.muster.contract.id.DeviceAddress;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Something that a client may do, in EMQX' newer form of rules (since 5.5).
 *
 * @param permission {@code allow}
 * @param action {@code publish} or {@code subscribe}
 * @param topic a topic filter; no id holds anything that would need {@code eq}
 * @param qos with which; null: any
 * @param retain null: retained or not
 */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "EmqxRule")
record AclRule(String permission, String action, String topic, List<Integer> qos, Boolean retain) {
  private static final List<Integer> AT_LEAST_ONCE = List.of(1, 2);
  private static final List<String> SHADOW = List.of("get", "update", "delete");

  /** What a device may do on its own behalf; the same as at the device endpoint. */
  static List<AclRule> of(DeviceAddress device) {
    var rules = new ArrayList<AclRule>();
    rules.add(publish("telemetry/" + device, null, false));
    rules.add(publish("event/" + device, AT_LEAST_ONCE, false));
    rules.add(publish("command/" + device + "/res/+/+", AT_LEAST_ONCE, false));
    for (var operation : SHADOW) {
      rules.add(publish("shadow/" + device + "/" + operation, AT_LEAST_ONCE, false));
      rules.add(publish("shadow/" + device + "/name/+/" + operation, AT_LEAST_ONCE, false));
    }
    rules.add(publish("firmware/" + device + "/feedback", AT_LEAST_ONCE, false));
    rules.add(publish("presence/" + device, AT_LEAST_ONCE, null));
    rules.add(subscribe("command/" + device + "/req/#"));
    rules.add(subscribe("shadow/" + device + "/#"));
    rules.add(subscribe("firmware/" + device + "/notify"));
    return List.copyOf(rules);
  }

  private static AclRule publish(String topic, List<Integer> qos, Boolean retain) {
    return new AclRule("allow", "publish", topic, qos, retain);
  }

  private static AclRule subscribe(String topic) {
    return new AclRule("allow", "subscribe", topic, null, null);
  }
}
