package io.muster.contract.topic;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.contract.topic.DeviceTopic.Shadow.Operation;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads device topics by their levels; allocates little, since every PUBLISH passes here. */
final class DeviceTopicParser {
  private static final int MAX_CHARACTERS = 512;
  private static final String AWS_PREFIX = "$aws/things/";
  private static final String TELEMETRY = "telemetry/";
  private static final String EVENT = "event/";

  /** A level that a device chose: a request id, a shadow's name, a random. */
  private static final Pattern FREE_LEVEL = Pattern.compile("[A-Za-z0-9_:.=-]{1,128}");

  /**
   * What AWS IoT lets a device ask of its shadows and jobs; the answers' names ({@code …/accepted})
   * are the services' alone.
   */
  private static final Pattern AWS_REQUEST =
      Pattern.compile(
          "shadow/(name/[A-Za-z0-9_:.=-]{1,128}/)?(get|update|delete)"
              + "|jobs/(get|start-next)"
              + "|jobs/([A-Za-z0-9_:.=-]{1,128}|\\$next)/(get|update)");

  private static final Pattern STATUS = Pattern.compile("[2-5][0-9][0-9]");

  private DeviceTopicParser() {}

  static Optional<DeviceTopic> parse(String topicName) {
    if (topicName.length() > MAX_CHARACTERS) {
      return Optional.empty();
    }
    if (topicName.startsWith(TELEMETRY)) {
      return twoLevels(topicName, TELEMETRY.length()).map(DeviceTopic.Telemetry::new);
    }
    if (topicName.startsWith(EVENT)) {
      return twoLevels(topicName, EVENT.length()).map(DeviceTopic.Event::new);
    }
    if (topicName.startsWith(AWS_PREFIX)) {
      return aws(topicName.substring(AWS_PREFIX.length()));
    }
    return other(topicName.split("/", -1));
  }

  private static Optional<DeviceAddress> twoLevels(String topicName, int from) {
    var slash = topicName.indexOf('/', from);
    if (slash < 0 || topicName.indexOf('/', slash + 1) >= 0) {
      return Optional.empty();
    }
    return Optional.of(
        DeviceAddress.of(topicName.substring(from, slash), topicName.substring(slash + 1)));
  }

  private static Optional<DeviceTopic> aws(String thingAndRest) {
    var slash = thingAndRest.indexOf('/');
    var colon = thingAndRest.indexOf(':');
    if (colon < 0 || slash < colon) {
      return Optional.empty();
    }
    var rest = thingAndRest.substring(slash + 1);
    if (!AWS_REQUEST.matcher(rest).matches()) {
      return Optional.empty();
    }
    var device =
        DeviceAddress.of(
            thingAndRest.substring(0, colon), thingAndRest.substring(colon + 1, slash));
    return Optional.of(new DeviceTopic.Aws(device, rest));
  }

  private static Optional<DeviceTopic> other(String[] level) {
    return switch (level[0]) {
      case "command" -> commandResponse(level);
      case "shadow" -> shadow(level);
      case "firmware" -> firmwareFeedback(level);
      case "presence" -> presence(level);
      case "provision" -> provision(level);
      default -> Optional.empty();
    };
  }

  private static Optional<DeviceTopic> commandResponse(String[] level) {
    var fits =
        level.length == 6
            && level[3].equals("res")
            && FREE_LEVEL.matcher(level[4]).matches()
            && STATUS.matcher(level[5]).matches();
    return fits
        ? Optional.of(
            new DeviceTopic.CommandResponse(
                DeviceAddress.of(level[1], level[2]), level[4], Integer.parseInt(level[5])))
        : Optional.empty();
  }

  private static Optional<DeviceTopic> shadow(String[] level) {
    if (level.length == 4) {
      return operation(level[3])
          .map(
              operation ->
                  new DeviceTopic.Shadow(
                      DeviceAddress.of(level[1], level[2]), Optional.empty(), operation));
    }
    if (level.length == 6 && level[3].equals("name") && FREE_LEVEL.matcher(level[4]).matches()) {
      return operation(level[5])
          .map(
              operation ->
                  new DeviceTopic.Shadow(
                      DeviceAddress.of(level[1], level[2]), Optional.of(level[4]), operation));
    }
    return Optional.empty();
  }

  private static Optional<Operation> operation(String level) {
    return switch (level) {
      case "get" -> Optional.of(Operation.GET);
      case "update" -> Optional.of(Operation.UPDATE);
      case "delete" -> Optional.of(Operation.DELETE);
      default -> Optional.empty();
    };
  }

  private static Optional<DeviceTopic> firmwareFeedback(String[] level) {
    return level.length == 4 && level[3].equals("feedback")
        ? Optional.of(new DeviceTopic.FirmwareFeedback(DeviceAddress.of(level[1], level[2])))
        : Optional.empty();
  }

  private static Optional<DeviceTopic> presence(String[] level) {
    return level.length == 3
        ? Optional.of(new DeviceTopic.Presence(DeviceAddress.of(level[1], level[2])))
        : Optional.empty();
  }

  private static Optional<DeviceTopic> provision(String[] level) {
    return level.length == 4 && level[3].equals("req") && FREE_LEVEL.matcher(level[2]).matches()
        ? Optional.of(new DeviceTopic.Provision(new TenantId(level[1]), level[2]))
        : Optional.empty();
  }
}
