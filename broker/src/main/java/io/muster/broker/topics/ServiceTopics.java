package io.muster.broker.topics;

import io.muster.contract.id.ServiceName;
import io.muster.contract.topic.DownwardTopic;
import io.muster.contract.topic.PlatformTopic;
import io.muster.contract.topic.TopicFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Which service has which topics (docs/architecture.md): it publishes under its own {@code
 * platform/{name}/#} and on the device topics that it owns, and subscribes to what it consumes. A
 * service that is not in this table has its own {@code platform/{name}/#} and nothing else. A
 * device's telemetry and events never come here: ingest stores them.
 *
 * @param publish filters of topic names under which it may publish
 * @param subscribe filters within which it may subscribe
 */
record ServiceTopics(List<TopicFilter> publish, List<TopicFilter> subscribe) {

  /** What devices say about their shadows, in Muster's and in AWS IoT's family. */
  private static final List<String> SHADOW_REQUESTS =
      List.of(
          "shadow/+/+/get",
          "shadow/+/+/update",
          "shadow/+/+/delete",
          "shadow/+/+/name/+/get",
          "shadow/+/+/name/+/update",
          "shadow/+/+/name/+/delete",
          "aws/+/+/shadow/get",
          "aws/+/+/shadow/update",
          "aws/+/+/shadow/delete",
          "aws/+/+/shadow/name/+/get",
          "aws/+/+/shadow/name/+/update",
          "aws/+/+/shadow/name/+/delete");

  private static final List<String> JOB_REQUESTS =
      List.of(
          "aws/+/+/jobs/get",
          "aws/+/+/jobs/start-next",
          "aws/+/+/jobs/+/get",
          "aws/+/+/jobs/+/update");

  private static final List<String> COMMAND_ANSWERS = List.of("command/+/+/res/+/+");
  private static final List<String> FIRMWARE_FEEDBACK = List.of("firmware/+/+/feedback");
  private static final List<String> PRESENCE = List.of("presence/+/+");
  private static final List<String> PROVISION_REQUESTS = List.of("provision/+/+/req");

  private static final Map<ServiceName, ServiceTopics> TABLE =
      Map.of(
          ServiceName.INGEST,
          of(
              ServiceName.INGEST,
              // It relays for devices what others consume.
              joined(
                  SHADOW_REQUESTS,
                  JOB_REQUESTS,
                  COMMAND_ANSWERS,
                  FIRMWARE_FEEDBACK,
                  PRESENCE,
                  PROVISION_REQUESTS),
              joined(DownwardTopic.FILTERS, allOf(ServiceName.REGISTRY))),
          ServiceName.REGISTRY,
          of(
              ServiceName.REGISTRY,
              joined(downward("shadow/"), downward("aws/+/+/shadow/"), downward("provision/")),
              joined(
                  SHADOW_REQUESTS,
                  PRESENCE,
                  PROVISION_REQUESTS,
                  allOf(ServiceName.INGEST),
                  allOf(ServiceName.FIRMWARE))),
          ServiceName.COMMAND,
          of(
              ServiceName.COMMAND,
              joined(downward("command/"), downward("aws/+/+/jobs/")),
              joined(
                  COMMAND_ANSWERS,
                  JOB_REQUESTS,
                  allOf(ServiceName.INGEST),
                  allOf(ServiceName.REGISTRY))),
          ServiceName.FIRMWARE,
          of(
              ServiceName.FIRMWARE,
              downward("firmware/"),
              joined(FIRMWARE_FEEDBACK, allOf(ServiceName.INGEST), allOf(ServiceName.REGISTRY))));

  /** The topics of a service. */
  static ServiceTopics of(ServiceName service) {
    var known = TABLE.get(service);
    return known != null ? known : of(service, List.of(), List.of());
  }

  boolean mayPublish(String topicName) {
    return publish.stream().anyMatch(filter -> filter.matches(topicName));
  }

  /**
   * @param topicFilter without a share prefix
   */
  boolean maySubscribe(String topicFilter) {
    if (!TopicFilter.isValid(topicFilter)) {
      return false;
    }
    var asked = new TopicFilter(topicFilter);
    return subscribe.stream().anyMatch(allowed -> FilterCover.covers(allowed, asked));
  }

  private static ServiceTopics of(
      ServiceName service, List<String> publish, List<String> subscribe) {
    var own = allOf(service);
    return new ServiceTopics(parsed(joined(publish, own)), parsed(joined(subscribe, own)));
  }

  private static List<String> allOf(ServiceName service) {
    return List.of(PlatformTopic.allOf(service));
  }

  private static List<String> downward(String prefix) {
    return DownwardTopic.FILTERS.stream().filter(filter -> filter.startsWith(prefix)).toList();
  }

  @SafeVarargs
  private static List<String> joined(List<String>... parts) {
    var all = new ArrayList<String>();
    for (var part : parts) {
      all.addAll(part);
    }
    return all;
  }

  private static List<TopicFilter> parsed(List<String> filters) {
    return filters.stream().map(TopicFilter::new).toList();
  }
}
