package io.muster.registry.emqx;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.MalformedIdException;
import io.muster.contract.topic.DeviceTopic;
import io.muster.contract.topic.TopicFilter;
import java.util.Optional;

/** Whose topic something is: what EMQX asks about one PUBLISH or one topic filter. Stateless. */
final class TopicQuestion {
  private TopicQuestion() {}

  /**
   * The device on whose behalf it would be done; empty when nobody may do it.
   *
   * @param body with {@code action}, {@code topic}, and perhaps {@code qos} and {@code retain}
   */
  static Optional<DeviceAddress> owner(JsonNode body) {
    var topic = EmqxText.text(body, "topic");
    if (topic.isEmpty()) {
      return Optional.empty();
    }
    return switch (EmqxText.text(body, "action").orElse("")) {
      case "publish" -> publisher(topic.get(), body);
      case "subscribe" -> subscriber(topic.get());
      default -> Optional.empty();
    };
  }

  private static Optional<DeviceAddress> publisher(String topicName, JsonNode body) {
    if (topicName.startsWith("$")) {
      // AWS' topics are translated at the device endpoint; another broker knows nothing of them.
      return Optional.empty();
    }
    var parsed = DeviceTopic.parse(topicName);
    if (parsed.isEmpty()) {
      return Optional.empty();
    }
    var retained = EmqxText.text(body, "retain").map(Boolean::valueOf).orElse(false);
    var qos = EmqxText.number(body, "qos").orElse(parsed.get().minimumQos());
    if (qos < parsed.get().minimumQos()
        || retained && !(parsed.get() instanceof DeviceTopic.Presence)) {
      return Optional.empty();
    }
    return parsed.get().device();
  }

  private static Optional<DeviceAddress> subscriber(String filter) {
    var level = filter.split("/", 4);
    if (level.length < 4 || !TopicFilter.isValid(filter)) {
      return Optional.empty();
    }
    var within =
        switch (level[0]) {
          case "command" -> level[3].equals("req") || level[3].startsWith("req/");
          case "shadow" -> true;
          case "firmware" -> level[3].equals("notify");
          default -> false;
        };
    try {
      return within ? Optional.of(DeviceAddress.of(level[1], level[2])) : Optional.empty();
    } catch (MalformedIdException wildcardOrWrong) {
      return Optional.empty();
    }
  }
}
