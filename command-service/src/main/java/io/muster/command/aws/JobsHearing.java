package io.muster.command.aws;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.topic.TopicFilter;
import java.util.List;

/**
 * What of a device's jobs some topic filters hear.
 *
 * @param named whether one of them is about jobs and nothing else: whoever subscribes so wants its
 *     jobs here
 * @param list whether {@code notify} is heard
 * @param next whether {@code notify-next} is
 */
public record JobsHearing(boolean named, boolean list, boolean next) {
  private static final String FAMILY = "$aws/things/";

  /**
   * @param filters as the client wrote them
   */
  public static JobsHearing of(DeviceAddress device, List<String> filters) {
    var jobs = FAMILY + device.tenant() + ":" + device.device() + "/jobs/";
    return new JobsHearing(
        filters.stream().anyMatch(it -> it.startsWith(jobs)),
        hears(filters, jobs + "notify"),
        hears(filters, jobs + "notify-next"));
  }

  public boolean isAny() {
    return named || list || next;
  }

  private static boolean hears(List<String> filters, String topicName) {
    return filters.stream()
        .filter(it -> it.startsWith(FAMILY) && TopicFilter.isValid(it))
        .anyMatch(it -> new TopicFilter(it).matches(topicName));
  }
}
