package io.muster.registry.shadow;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.MalformedIdException;
import io.muster.contract.id.ShadowName;
import java.util.Optional;

/**
 * The topic name of a request, as it comes from the endpoint.
 *
 * @param topicName as it came; its answer goes to this and another level
 * @param name empty when AWS IoT knows no such name
 */
record ShadowTopic(
    String topicName, DeviceAddress device, Optional<ShadowName> name, Operation operation) {

  /** What is asked for. */
  enum Operation {
    GET,
    UPDATE,
    DELETE
  }

  String accepted() {
    return topicName + "/accepted";
  }

  String rejected() {
    return topicName + "/rejected";
  }

  /** Whether it may be one: looks at its beginning alone. */
  static boolean isLikely(String topicName) {
    return topicName.startsWith("shadow/") || topicName.startsWith("aws/");
  }

  /**
   * Reads {@code shadow/{tenant}/{device}/[name/{name}/](get|update|delete)}, and the same as
   * {@code aws/{tenant}/{device}/shadow/…}.
   *
   * @return empty when it is none
   */
  static Optional<ShadowTopic> parse(String topicName) {
    var level = topicName.split("/", -1);
    var isAws = level[0].equals("aws") && level.length > 3 && level[3].equals("shadow");
    if (!isAws && !level[0].equals("shadow")) {
      return Optional.empty();
    }
    var rest = isAws ? 4 : 3;
    var isNamed = level.length == rest + 3 && level[rest].equals("name");
    if (!isNamed && level.length != rest + 1) {
      return Optional.empty();
    }
    try {
      var device = DeviceAddress.of(level[1], level[2]);
      var name = isNamed ? named(level[rest + 1]) : Optional.of(ShadowName.CLASSIC);
      return operation(level[level.length - 1])
          .map(operation -> new ShadowTopic(topicName, device, name, operation));
    } catch (MalformedIdException notAnId) {
      return Optional.empty();
    }
  }

  private static Optional<ShadowName> named(String level) {
    try {
      return Optional.of(new ShadowName(level)).filter(name -> !name.isClassic());
    } catch (MalformedIdException unknownForm) {
      return Optional.empty();
    }
  }

  private static Optional<Operation> operation(String level) {
    return switch (level) {
      case "get" -> Optional.of(Operation.GET);
      case "update" -> Optional.of(Operation.UPDATE);
      case "delete" -> Optional.of(Operation.DELETE);
      default -> Optional.empty();
    };
  }
}
