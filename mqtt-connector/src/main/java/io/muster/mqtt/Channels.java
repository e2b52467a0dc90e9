package io.muster.mqtt;

import io.smallrye.reactive.messaging.health.HealthReport;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.eclipse.microprofile.config.Config;

/** The channels of an application. Thread-safe. */
final class Channels {
  private final Providers providers;
  private final List<Channel> channels = new CopyOnWriteArrayList<>();
  private final Set<String> clientIdentifiers = ConcurrentHashMap.newKeySet();

  Channels(Providers providers) {
    this.providers = providers;
  }

  /**
   * @throws IllegalArgumentException when an attribute is missing or wrong
   */
  InboundChannel incoming(Config config, Vertx vertx) {
    var attributes = new MusterMqttConnectorIncomingConfiguration(config);
    var settings = InboundSettings.from(attributes, providers);
    requireOwnIdentifier(attributes);
    var channel = new InboundChannel(settings, Loop.on(vertx));
    channels.add(channel);
    return channel;
  }

  /**
   * @throws IllegalArgumentException when an attribute is missing or wrong
   */
  OutboundChannel outgoing(Config config, Vertx vertx) {
    var attributes = new MusterMqttConnectorOutgoingConfiguration(config);
    var settings = OutboundSettings.from(attributes, providers);
    requireOwnIdentifier(attributes);
    var channel = new OutboundChannel(settings, Loop.on(vertx));
    channels.add(channel);
    return channel;
  }

  /** Two connections with one client identifier would throw each other off for ever. */
  private void requireOwnIdentifier(MusterMqttConnectorCommonConfiguration attributes) {
    attributes
        .getClientId()
        .filter(identifier -> !clientIdentifiers.add(identifier))
        .ifPresent(
            taken -> {
              throw Invalid.attribute(
                  attributes.getChannel(), "client-id", "is another channel's too: " + taken);
            });
  }

  HealthReport report(Function<Channel, Verdict> question) {
    var report = HealthReport.builder();
    for (var channel : channels) {
      if (channel.reported()) {
        var verdict = question.apply(channel);
        report.add(channel.name(), verdict.good(), verdict.detail());
      }
    }
    return report.build();
  }

  /** Ends them all, at the same time since each may take a while. Blocks. */
  void stop() {
    var ends = channels.stream().map(channel -> Thread.ofVirtual().start(channel::stop)).toList();
    for (var end : ends) {
      Grace.join(end);
    }
  }
}
