package io.muster.mqtt;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How an incoming channel is configured.
 *
 * @param maxPayloadBytes what the application gets at most
 * @param stuckAfter zero for never
 * @param resumeAgainAfter zero for never
 */
record InboundSettings(
    LinkSettings link,
    SubscriptionSettings subscription,
    RetrySettings retry,
    FailureSettings failure,
    int maxPayloadBytes,
    Duration stuckAfter,
    Duration resumeAgainAfter,
    boolean tracing,
    boolean health) {

  record RetrySettings(int attempts, Duration delay, Duration maxDelay) {
    Duration before(int attempt) {
      return Backoff.wait(delay, maxDelay, attempt);
    }
  }

  /**
   * What becomes of a message that was nacked for the last time.
   *
   * @param sink the application's own destination of dead letters
   * @param topic where dead letters are published without one
   * @param lossAllowed whether a dead letter counts as safe when nobody subscribes to the topic
   */
  record FailureSettings(
      Strategy strategy,
      Optional<DeadLetterSink> sink,
      Optional<String> topic,
      Duration timeout,
      boolean lossAllowed) {
    enum Strategy {
      DEAD_LETTER,
      REDELIVER,
      IGNORE,
      FAIL
    }
  }

  static InboundSettings from(
      MusterMqttConnectorIncomingConfiguration attributes, Providers providers) {
    var common = new LinkAttributes(attributes, providers);
    return new InboundSettings(
        common.settings(session(attributes, common)),
        subscription(attributes, common),
        retry(attributes, common),
        failure(attributes, common, providers),
        common.within(
            "max-payload-size",
            attributes.getMaxPayloadSize().orElse(Integer.MAX_VALUE),
            0,
            Integer.MAX_VALUE),
        common.duration("stuck-after", attributes.getStuckAfter()),
        common.duration("resume-again-after", attributes.getResumeAgainAfter()),
        attributes.getTracingEnabled(),
        attributes.getHealthEnabled());
  }

  private static LinkSettings.Session session(
      MusterMqttConnectorIncomingConfiguration attributes, LinkAttributes common) {
    return new LinkSettings.Session(
        attributes.getCleanStart(),
        false,
        common.duration("session-expiry", attributes.getSessionExpiry()),
        common.within("receive-maximum", attributes.getReceiveMaximum(), 1, 65_535),
        common.within("max-packet-size", attributes.getMaxPacketSize(), 128, 268_435_460));
  }

  private static SubscriptionSettings subscription(
      MusterMqttConnectorIncomingConfiguration attributes, LinkAttributes common) {
    var group = attributes.getSharedGroup();
    var filters = new LinkedHashSet<String>();
    for (var filter : list(attributes.getTopic().orElse(attributes.getChannel()))) {
      filters.add(group.isPresent() ? "$share/" + group.get() + "/" + filter : filter);
    }
    try {
      return SubscriptionSettings.of(
          attributes.getChannel(),
          filters,
          Set.copyOf(list(attributes.getPreviousTopics().orElse(""))),
          attributes.getTopicsFile().map(java.nio.file.Path::of),
          common.qos("qos", attributes.getQos()));
    } catch (IllegalArgumentException malformed) {
      throw common.invalid("topic", "is malformed: " + malformed.getMessage());
    }
  }

  private static List<String> list(String commaSeparated) {
    return java.util.Arrays.stream(commaSeparated.split(","))
        .map(String::strip)
        .filter(entry -> !entry.isEmpty())
        .toList();
  }

  private static RetrySettings retry(
      MusterMqttConnectorIncomingConfiguration attributes, LinkAttributes common) {
    return new RetrySettings(
        common.within("retry-attempts", attributes.getRetryAttempts(), 0, 100),
        common.duration("retry-delay", attributes.getRetryDelay()),
        common.duration("retry-max-delay", attributes.getRetryMaxDelay()));
  }

  private static FailureSettings failure(
      MusterMqttConnectorIncomingConfiguration attributes,
      LinkAttributes common,
      Providers providers) {
    var sink =
        attributes
            .getDeadLetterSink()
            .map(identifier -> providers.deadLetterSink(attributes.getChannel(), identifier));
    var strategy =
        switch (attributes.getFailureStrategy()) {
          case "dead-letter" -> FailureSettings.Strategy.DEAD_LETTER;
          case "redeliver" -> FailureSettings.Strategy.REDELIVER;
          case "ignore" -> FailureSettings.Strategy.IGNORE;
          case "fail" -> FailureSettings.Strategy.FAIL;
          default ->
              throw common.invalid(
                  "failure-strategy", "must be dead-letter, redeliver, ignore or fail");
        };
    var nowhere = sink.isEmpty() && attributes.getDeadLetterTopic().isEmpty();
    if (strategy == FailureSettings.Strategy.DEAD_LETTER && nowhere) {
      throw common.invalid(
          "failure-strategy", "dead-letter needs dead-letter-topic or dead-letter-sink");
    }
    return new FailureSettings(
        strategy,
        sink,
        attributes.getDeadLetterTopic(),
        common.duration("dead-letter-timeout", attributes.getDeadLetterTimeout()),
        common.acceptsLoss("dead-letter-no-subscribers", attributes.getDeadLetterNoSubscribers()));
  }
}
