package io.muster.broker.topics;

import com.hivemq.extension.sdk.api.auth.PublishAuthorizer;
import com.hivemq.extension.sdk.api.auth.SubscriptionAuthorizer;
import com.hivemq.extension.sdk.api.auth.parameter.PublishAuthorizerInput;
import com.hivemq.extension.sdk.api.auth.parameter.PublishAuthorizerOutput;
import com.hivemq.extension.sdk.api.auth.parameter.SubscriptionAuthorizerInput;
import com.hivemq.extension.sdk.api.auth.parameter.SubscriptionAuthorizerOutput;
import com.hivemq.extension.sdk.api.packets.publish.AckReasonCode;
import com.hivemq.extension.sdk.api.packets.subscribe.SubackReasonCode;
import io.muster.broker.operations.BrokerMetrics;
import io.muster.contract.id.ServiceName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds every publish (wills too) and every subscription against the table of {@link
 * ServiceTopics}. What is refused is logged, counted and answered with reason 0x87. HiveMQ then
 * disconnects a client whose publish was refused; one whose subscription was refused stays.
 * Thread-safe.
 */
public final class TopicAuthorizer implements PublishAuthorizer, SubscriptionAuthorizer {
  private static final Logger LOG = LoggerFactory.getLogger(TopicAuthorizer.class);
  private static final String SHARE = "$share/";

  private final BrokerMetrics metrics;

  public TopicAuthorizer(BrokerMetrics metrics) {
    this.metrics = metrics;
  }

  @Override
  public void authorizePublish(PublishAuthorizerInput input, PublishAuthorizerOutput output) {
    var client = input.getClientInformation().getClientId();
    var topicName = input.getPublishPacket().getTopic();
    if (ServiceTopics.of(serviceOf(client)).mayPublish(topicName)) {
      output.authorizeSuccessfully();
      return;
    }
    metrics.topicRefused("publish");
    LOG.warn("refused: {} may not publish under {}", client, topicName);
    output.failAuthorization(AckReasonCode.NOT_AUTHORIZED, "not a topic of this service");
  }

  @Override
  public void authorizeSubscribe(
      SubscriptionAuthorizerInput input, SubscriptionAuthorizerOutput output) {
    var client = input.getClientInformation().getClientId();
    var topicFilter = input.getSubscription().getTopicFilter();
    if (ServiceTopics.of(serviceOf(client)).maySubscribe(withoutShare(topicFilter))) {
      output.authorizeSuccessfully();
      return;
    }
    metrics.topicRefused("subscribe");
    LOG.warn("refused: {} may not subscribe to {}", client, topicFilter);
    output.failAuthorization(SubackReasonCode.NOT_AUTHORIZED, "not a topic of this service");
  }

  /** The authenticator has held the identifier against the token's subject. */
  private static ServiceName serviceOf(String clientIdentifier) {
    return new ServiceName(clientIdentifier.split(":", 3)[1]);
  }

  /** The filter within {@code $share/{group}/{filter}} (MQTT 5 §4.8.2). */
  private static String withoutShare(String topicFilter) {
    if (!topicFilter.startsWith(SHARE)) {
      return topicFilter;
    }
    return topicFilter.substring(topicFilter.indexOf('/', SHARE.length()) + 1);
  }
}
