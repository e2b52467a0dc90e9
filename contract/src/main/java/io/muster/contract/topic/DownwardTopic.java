package io.muster.contract.topic;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.MalformedIdException;
import io.muster.contract.id.TenantId;
import java.util.List;
import java.util.Optional;

/**
 * A topic name under which services speak to one device.
 *
 * @param tenant whose device it is
 * @param device the addressed device; empty for a client that is being provisioned
 * @param serviceName the topic name at the broker, between services and endpoint
 * @param deviceName the topic name under which the device gets it; another one only for AWS IoT's
 *     family, which begins with {@code $}
 */
public record DownwardTopic(
    TenantId tenant, Optional<DeviceAddress> device, String serviceName, String deviceName) {

  /** What the endpoint subscribes to at the broker: all that may go down, and nothing else. */
  public static final List<String> FILTERS =
      List.of(
          "command/+/+/req/#",
          "shadow/+/+/+/accepted",
          "shadow/+/+/+/rejected",
          "shadow/+/+/+/delta",
          "shadow/+/+/+/documents",
          "shadow/+/+/name/+/+/accepted",
          "shadow/+/+/name/+/+/rejected",
          "shadow/+/+/name/+/+/delta",
          "shadow/+/+/name/+/+/documents",
          "firmware/+/+/notify",
          "provision/+/+/res",
          "aws/+/+/shadow/+/accepted",
          "aws/+/+/shadow/+/rejected",
          "aws/+/+/shadow/+/delta",
          "aws/+/+/shadow/+/documents",
          "aws/+/+/shadow/name/+/+/accepted",
          "aws/+/+/shadow/name/+/+/rejected",
          "aws/+/+/shadow/name/+/+/delta",
          "aws/+/+/shadow/name/+/+/documents",
          "aws/+/+/jobs/notify",
          "aws/+/+/jobs/notify-next",
          "aws/+/+/jobs/+/accepted",
          "aws/+/+/jobs/+/rejected",
          "aws/+/+/jobs/+/+/accepted",
          "aws/+/+/jobs/+/+/rejected");

  private static final List<TopicFilter> PARSED = FILTERS.stream().map(TopicFilter::new).toList();

  /**
   * Reads a topic name at the broker.
   *
   * @return empty when it is none of the downward topics
   */
  public static Optional<DownwardTopic> parse(String serviceName) {
    if (PARSED.stream().noneMatch(filter -> filter.matches(serviceName))) {
      return Optional.empty();
    }
    var level = serviceName.split("/", 4);
    try {
      var tenant = new TenantId(level[1]);
      if (level[0].equals("provision")) {
        return Optional.of(new DownwardTopic(tenant, Optional.empty(), serviceName, serviceName));
      }
      var device = DeviceAddress.of(level[1], level[2]);
      var deviceName =
          level[0].equals("aws")
              ? "$aws/things/" + level[1] + ":" + level[2] + "/" + level[3]
              : serviceName;
      return Optional.of(new DownwardTopic(tenant, Optional.of(device), serviceName, deviceName));
    } catch (MalformedIdException notAnId) {
      return Optional.empty();
    }
  }
}
