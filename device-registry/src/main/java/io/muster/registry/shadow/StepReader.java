package io.muster.registry.shadow;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.muster.contract.event.CloudEvent;
import io.muster.contract.event.ContractJson;
import io.muster.contract.event.DeliveredEvent;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.SessionEvent;
import io.muster.contract.event.SubscribedEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.message.UserProperties;
import io.muster.contract.topic.PlatformTopic;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.io.IOException;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Reads events of ingest as steps. Thread-safe. */
@RegisterForReflection(
    targets = {CloudEvent.class, SubscribedEvent.class, SessionEvent.class, DeliveredEvent.class})
final class StepReader {
  private static final Logger LOG = Logger.getLogger(StepReader.class);
  private static final String SUBSCRIBED = "platform/ingest/session/subscribed/";
  private static final String DISCONNECTED = "platform/ingest/session/disconnected/";
  private static final String DELIVERED = "platform/ingest/delivered/";

  private final ShadowRules rules;
  private final RequestRate rate;

  StepReader(ShadowRules rules, RequestRate rate) {
    this.rules = rules;
    this.rate = rate;
  }

  /** By the topic name alone. */
  static boolean wants(String topicName) {
    return ShadowTopic.isLikely(topicName) && ShadowTopic.parse(topicName).isPresent()
        || topicName.startsWith(SUBSCRIBED)
        || topicName.startsWith(DISCONNECTED)
        || topicName.startsWith(DELIVERED);
  }

  /** Empty when it says nothing to the shadows. */
  Optional<Step> read(OutboxEvent event) {
    if (ShadowTopic.isLikely(event.topic())) {
      return ShadowTopic.parse(event.topic()).map(topic -> request(topic, event));
    }
    try {
      return platform(event);
    } catch (IOException | IllegalArgumentException malformed) {
      LOG.errorf(malformed, "Event %s of ingest cannot be read", event.id());
      return Optional.empty();
    }
  }

  private Step.Request request(ShadowTopic topic, OutboxEvent event) {
    var trace = trace(event.userProperties());
    String token = null;
    Step.Ask ask;
    try {
      var payload = event.payload();
      var isUpdate = topic.operation() == ShadowTopic.Operation.UPDATE;
      if (!rate.allows(topic.device(), event.id(), event.createdAt())) {
        // Not read, so that asking too often costs less than asking.
        return refused(topic, ShadowRefusal.tooManyRequests(), null, trace);
      }
      var request = isUpdate ? ShadowRequest.update(payload, rules) : ShadowRequest.other(payload);
      token = request.clientToken();
      if (topic.name().isEmpty()) {
        var invalid = ShadowRefusal.malformed("Invalid shadow name", null);
        return refused(topic, invalid, token, trace);
      }
      ask =
          switch (topic.operation()) {
            case GET -> new Step.Ask.Get();
            case UPDATE -> new Step.Ask.Update(ShadowUpdate.read(request.body(), rules));
            case DELETE -> new Step.Ask.Delete();
          };
    } catch (ShadowRefusedException refused) {
      return refused(topic, refused.refusal(), token, trace);
    }
    return new Step.Request(topic, ask, token, trace);
  }

  private static Step.Request refused(
      ShadowTopic topic, ShadowRefusal refusal, String token, UserProperties trace) {
    return new Step.Request(topic, new Step.Ask.Refused(refusal), token, trace);
  }

  /** The answer belongs to the trace of its request. */
  private static UserProperties trace(UserProperties properties) {
    var trace = UserProperties.builder();
    for (var name : new String[] {"traceparent", "tracestate"}) {
      if (properties.get(name) != null) {
        trace.add(name, properties.get(name));
      }
    }
    return trace.build();
  }

  private static Optional<Step> platform(OutboxEvent event) throws IOException {
    var topic = event.topic();
    if (topic.startsWith(SUBSCRIBED)) {
      return subscribed(event);
    }
    if (topic.startsWith(DISCONNECTED)) {
      var ended = data(event, SessionEvent.class);
      return Optional.of(new Step.Disconnected(ended.clientIdentifier(), ended.epoch()));
    }
    if (topic.startsWith(DELIVERED)) {
      var delivered = data(event, DeliveredEvent.class);
      return Optional.ofNullable(delivered.messageId())
          .filter(id -> delivered.topic().endsWith("/update/delta"))
          .map(Step.Delivered::new);
    }
    return Optional.empty();
  }

  private static Optional<Step> subscribed(OutboxEvent event) throws IOException {
    var topic = PlatformTopic.parse(event.topic()).filter(it -> it.device().isPresent());
    if (topic.isEmpty()) {
      return Optional.empty();
    }
    var device = DeviceAddress.of(topic.get().tenant().value(), topic.get().device().get());
    var told = data(event, SubscribedEvent.class);
    var hearings = Hearing.of(device, told.filters());
    return hearings.isEmpty()
        ? Optional.empty()
        : Optional.of(new Step.Subscribed(device, told.clientIdentifier(), told.epoch(), hearings));
  }

  private static <T> T data(OutboxEvent event, Class<T> type) throws IOException {
    var cloudEvent = ContractJson.mapper().readValue(event.payload(), CloudEvent.class);
    try {
      return ContractJson.mapper().treeToValue(cloudEvent.data(), type);
    } catch (JsonProcessingException wrong) {
      throw new IOException(wrong);
    }
  }
}
