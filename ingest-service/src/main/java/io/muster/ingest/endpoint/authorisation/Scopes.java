package io.muster.ingest.endpoint.authorisation;

import io.muster.contract.registry.DeviceScope;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.contract.topic.DeviceTopic;
import java.util.Set;

/**
 * What a connection may do by the token with which it was opened, over and above whose topics they
 * are. A gateway's token holds for what it does for the devices behind it as well.
 *
 * @param granted all, when it showed anything but a token that the registry signed
 */
public record Scopes(Set<DeviceScope> granted) {
  /** No limit. */
  public static final Scopes ALL = new Scopes(DeviceScope.all());

  private static final String AWS = "$aws/things/";

  public Scopes {
    granted = Set.copyOf(granted);
  }

  /** Of a client that the registry lets in. */
  public static Scopes of(VerifyAnswer.Allowed answer) {
    return answer.token() == null || answer.token().grantsAll()
        ? ALL
        : new Scopes(answer.token().scopes());
  }

  /** Whether it may publish there. */
  public boolean allow(DeviceTopic topic) {
    return switch (topic) {
      case DeviceTopic.Telemetry _, DeviceTopic.Event _, DeviceTopic.Presence _ ->
          granted.contains(DeviceScope.TELEMETRY_WRITE);
      case DeviceTopic.CommandResponse _ -> granted.contains(DeviceScope.COMMAND_READ);
      case DeviceTopic.FirmwareFeedback _ -> granted.contains(DeviceScope.FIRMWARE_READ);
      case DeviceTopic.Shadow shadow ->
          granted.contains(
              switch (shadow.operation()) {
                case GET -> DeviceScope.CONFIG_READ;
                case UPDATE, DELETE -> DeviceScope.CONFIG_WRITE;
              });
      case DeviceTopic.Aws aws -> granted.contains(ofAws(aws.rest()));
      case DeviceTopic.Provision _ -> false;
    };
  }

  /** AWS IoT's jobs are commands; they have no other name here. */
  private static DeviceScope ofAws(String rest) {
    if (rest.startsWith("jobs/")) {
      return DeviceScope.COMMAND_READ;
    }
    return rest.endsWith("/get") ? DeviceScope.CONFIG_READ : DeviceScope.CONFIG_WRITE;
  }

  /**
   * Whether it may hear what a filter asks for.
   *
   * @param filter a topic filter or topic name within one device's downward topics
   */
  public boolean allowHearing(String filter) {
    if (granted.size() == ALL.granted.size()) {
      return true;
    }
    if (filter.startsWith(AWS)) {
      return allowHearingOfThing(filter.substring(filter.indexOf('/', AWS.length()) + 1));
    }
    return switch (firstLevel(filter)) {
      case "command" -> granted.contains(DeviceScope.COMMAND_READ);
      case "firmware" -> granted.contains(DeviceScope.FIRMWARE_READ);
      case "shadow" -> granted.contains(DeviceScope.CONFIG_READ);
      default -> false;
    };
  }

  private boolean allowHearingOfThing(String rest) {
    return switch (firstLevel(rest)) {
      case "shadow" -> granted.contains(DeviceScope.CONFIG_READ);
      case "jobs" -> granted.contains(DeviceScope.COMMAND_READ);
      // A wildcard: shadows and jobs.
      default ->
          granted.contains(DeviceScope.CONFIG_READ) && granted.contains(DeviceScope.COMMAND_READ);
    };
  }

  private static String firstLevel(String filter) {
    var slash = filter.indexOf('/');
    return slash < 0 ? filter : filter.substring(0, slash);
  }
}
